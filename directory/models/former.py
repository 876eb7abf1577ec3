"""What groups were called before."""

from django.db import models


class FormerName(models.Model):
    """A name that a group had until a time.

    Policies match groups by id, but people wrote and read them with names.
    """

    group = models.ForeignKey(
        "Group", on_delete=models.CASCADE, related_name="former_names"
    )
    name = models.CharField(max_length=255, db_index=True)
    until = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-until", "-pk"]

    def __str__(self) -> str:
        return self.name

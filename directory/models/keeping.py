"""What is kept of a reading, so that it goes on after it was cut off, or reads less."""

from django.db import models


class KeptAnswers(models.Model):
    """Answers of a provider that a run has read, in their order, some in each row.

    They hold whatever the provider said, so they are sealed. They go when the run ends.
    """

    run = models.ForeignKey(
        "SyncRun", on_delete=models.CASCADE, related_name="kept_answers"
    )
    number = models.PositiveIntegerField()
    sealed = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "number"], name="kept_answers_are_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.number}"


class KeptMembers(models.Model):
    """Who is in a group, as a provider told it at a time, by its own ids.

    `mark` is the provider's own word for that state of the group, where it has one.
    """

    directory = models.ForeignKey(
        "Directory", on_delete=models.CASCADE, related_name="kept_members"
    )
    group_id = models.CharField(max_length=255)
    mark = models.CharField(max_length=255, blank=True)
    members = models.JSONField()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "group_id"], name="kept_members_are_of_one_group"
            )
        ]

    def __str__(self) -> str:
        return f"{self.directory_id}: {self.group_id}"

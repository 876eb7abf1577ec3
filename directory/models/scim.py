"""What identity providers push to the console by SCIM, as they said it.

None of it counts by itself: a run reads it as it reads any provider, and writes people,
groups and memberships, or holds what it found.
"""

from django.db import models
from django.utils.translation import gettext_lazy

from console.core.models import Timestamped


class ScimToken(Timestamped):
    """Lets an identity provider push to one directory. Stored hashed, shown once."""

    directory = models.ForeignKey(
        "Directory", on_delete=models.CASCADE, related_name="scim_tokens"
    )
    name = models.CharField(max_length=100)
    token_hash = models.CharField(max_length=64, unique=True)
    token_prefix = models.CharField(max_length=16)
    created_by = models.CharField(max_length=255)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "SCIM token"

    def __str__(self) -> str:
        return self.name


class ScimKind(models.TextChoices):
    """What a resource is; the values are SCIM's names of resource types."""

    USER = "User", gettext_lazy("Person")
    GROUP = "Group", gettext_lazy("Group")


class ScimResource(Timestamped):
    """A person or a group that was pushed; its key is the id that SCIM clients use.

    `document` is what the client said, without members and without secrets. `name` is
    `userName` in lower case, or `displayName` of a group. `revision` makes the ETag.
    """

    directory = models.ForeignKey(
        "Directory", on_delete=models.CASCADE, related_name="scim_resources"
    )
    kind = models.CharField(max_length=8, choices=ScimKind.choices)
    name = models.CharField(max_length=320)
    external_id = models.CharField(max_length=255, blank=True)
    document = models.JSONField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["directory", "kind", "created_at", "id"]),
            models.Index(fields=["directory", "kind", "external_id"]),
            models.Index(fields=["directory", "kind", "name"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "name"],
                condition=models.Q(kind=ScimKind.USER),
                name="scim_user_name_is_unique_in_directory",
            )
        ]
        verbose_name = "SCIM resource"

    def __str__(self) -> str:
        return self.name


class ScimMember(models.Model):
    """A pushed person or group is directly in a pushed group.

    `display` is what the client calls the member there, if it says so.
    """

    group = models.ForeignKey(
        ScimResource, on_delete=models.CASCADE, related_name="members"
    )
    member = models.ForeignKey(
        ScimResource, on_delete=models.CASCADE, related_name="holders"
    )
    display = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "member"], name="scim_member_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.group_id}"

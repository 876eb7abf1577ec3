"""The kernel's tables, and the abstract models that the apps build upon.

Rules about these rows live in `audit`, `outbox` and the apps' services.
"""

import uuid

from django.db import models
from django.db.models.functions import Lower


class Timestamped(models.Model):
    """Has a UUID for a key, and knows when it was made and changed.

    Services set both times, so that a row and its audit event agree.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField()

    class Meta:
        abstract = True


class Versioned(Timestamped):
    """Counts its changes, so that concurrent edits are noticed (If-Match)."""

    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


class AuditHead(models.Model):
    """The end of the audit chain: one row, locked by whoever appends.

    INVARIANT: `sequence` and `hash` are those of the newest AuditEvent.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=1), name="audit_head_is_a_single_row"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash[:12]}"


class AuditEvent(models.Model):
    """One change of one object, or one refused attempt. Never edited.

    Plain strings instead of foreign keys: an event outlives what it speaks of.
    """

    sequence = models.BigIntegerField(primary_key=True)
    occurred_at = models.DateTimeField(db_index=True)
    action = models.CharField(max_length=64, db_index=True)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_label = models.CharField(max_length=255)
    on_behalf_of = models.CharField(max_length=255, blank=True)
    token_label = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    target_type = models.CharField(max_length=32)
    target_id = models.CharField(max_length=64)
    target_label = models.CharField(max_length=255)
    namespace_id = models.UUIDField(null=True, db_index=True)
    reason = models.TextField(blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-sequence"]
        indexes = [models.Index(fields=["target_type", "target_id", "-sequence"])]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.target_label}"


class AuditCheckpoint(models.Model):
    """A signed statement about the audit chain. Never edited.

    The same statement lies outside of the database; see `checkpoints`.
    """

    sequence = models.BigIntegerField(primary_key=True)
    hash = models.CharField(max_length=64)
    signed_at = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    class Meta:
        ordering = ["sequence"]

    def __str__(self) -> str:
        return f"{self.sequence} at {self.signed_at}"


class OutboxEntry(models.Model):
    """Something that enforcement must hear of, written with the change itself.

    Whoever publishes reads entries in order of `id` and marks them. The payload
    carries identifiers only.
    """

    topic = models.CharField(max_length=64)
    payload = models.JSONField()
    audit_sequence = models.BigIntegerField()
    created_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "outbox entries"

    def __str__(self) -> str:
        return f"{self.id} {self.topic}"


class Tombstone(models.Model):
    """What was deleted, whole, so that the deletion can be undone.

    `snapshot` holds the rows as the app that deleted them wants them back. Plain
    identifiers instead of foreign keys: the namespace may go as well.
    """

    target_type = models.CharField(max_length=32)
    target_id = models.UUIDField()
    label = models.CharField(max_length=255)
    namespace_id = models.UUIDField(null=True, db_index=True)
    snapshot = models.JSONField()
    deleted_at = models.DateTimeField()
    deleted_by = models.CharField(max_length=255)
    audit_sequence = models.BigIntegerField()

    class Meta:
        ordering = ["-deleted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["target_type", "target_id"], name="tombstone_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.target_type} {self.label}"


class SavedFilter(Timestamped):
    """How a person narrows and sorts a list, under a name of their own.

    `listing` is the name of the list, `query` the parameters of its address.
    """

    user_id = models.UUIDField()
    listing = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    query = models.TextField()

    class Meta:
        ordering = ["listing", "name"]
        constraints = [
            models.UniqueConstraint(
                "user_id",
                "listing",
                Lower("name"),
                name="saved_filter_is_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.listing}: {self.name}"

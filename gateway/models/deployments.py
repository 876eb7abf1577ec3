"""Deployments: signed roots, the chunks they name, and the proxies that run them."""

from django.db import models
from django.utils.translation import gettext_lazy


class DeploymentCause(models.TextChoices):
    """Why a deployment was made."""

    CHANGE = "change", gettext_lazy("A change")
    PUBLISHED = "published", gettext_lazy("Published by hand")
    SCHEDULED = "scheduled", gettext_lazy("Published at a set time")
    ROLLED_BACK = "rolled-back", gettext_lazy("Rolled back")


class Blob(models.Model):
    """A chunk of a deployment under the SHA-256 of its bytes. Never edited.

    `data` is compressed (zlib); `size` is that of the bytes themselves.
    """

    hash = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()
    size = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.hash[:12]


class Deployment(models.Model):
    """Everything that was enforced from a time on. Never edited.

    `root` are the canonical bytes that `signature` is over; they name the chunks.
    `change` is the last entry of the outbox that is part of it; what it is made of are
    the entries after the one of the deployment before. `content_hash` is the same for
    the same content, whatever the number. `restores` is the number that it was rolled
    back to.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    made_at = models.DateTimeField()
    cause = models.CharField(max_length=16, choices=DeploymentCause.choices)
    made_by = models.CharField(max_length=255, blank=True)
    reason = models.TextField(blank=True)
    restores = models.PositiveBigIntegerField(null=True)
    content_hash = models.CharField(max_length=64)
    root = models.BinaryField()
    root_hash = models.CharField(max_length=64)
    signature = models.BinaryField()
    change = models.BigIntegerField()
    routes = models.PositiveIntegerField()
    policies = models.PositiveIntegerField()

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"deployment {self.number}"


class NamespaceChunk(models.Model):
    """The newest chunk of a namespace, and the mark of the rows it was made from.

    While the rows have the same mark, the chunk needn't be made again.
    """

    namespace_id = models.UUIDField(primary_key=True)
    mark = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    routes = models.PositiveIntegerField()
    policies = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.namespace_id}: {self.hash[:12]}"


class Deployer(models.Model):
    """Whoever makes deployments: one at a time. One row.

    `seen_change` is the last entry of the outbox that was looked at, -1 before the
    first time; not each one makes a deployment.

    A run holds it until `lease_until` and counts `fence` up when it takes it: whoever
    finds another fence when it is about to write has lost it to another run. Changes
    are held back until `held_until`, if that is set.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seen_change = models.BigIntegerField(default=-1)
    fence = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    held_by = models.CharField(max_length=255, blank=True)
    held_reason = models.TextField(blank=True)
    failure = models.TextField(blank=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=1), name="deployer_is_a_single_row"
            )
        ]

    def __str__(self) -> str:
        return f"deployer, fence {self.fence}"


class Proxy(models.Model):
    """A process that enforces: what it runs, as it says itself.

    `deployment` is 0 until it has one. `problem` says why it refused a newer one.
    """

    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=32)
    deployment = models.PositiveBigIntegerField(default=0)
    running_since = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    drifted_since = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["kind", "name"]
        verbose_name_plural = "proxies"

    def __str__(self) -> str:
        return self.name

"""Pomerium Cores that we publish to."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy

from console.core.models import Versioned


class ClusterMode(models.TextChoices):
    """What is done about a Core."""

    PUBLISHED = "published", gettext_lazy("Published to")
    PAUSED = "paused", gettext_lazy("Left as it is")
    WITHDRAWN = "withdrawn", gettext_lazy("Withdrawn from")


class Standing(models.TextChoices):
    """How the last run went."""

    WAITING = "waiting", gettext_lazy("Waiting")
    CURRENT = "current", gettext_lazy("Up to date")
    REFUSED = "refused", gettext_lazy("Held back")
    FAILING = "failing", gettext_lazy("Failing")


class Cluster(Versioned):
    """A Core's databroker, what it serves, and how publishing to it goes.

    What follows `standing` is written by whoever publishes, and counts no versions.

    Attributes:
        authorities: PEM of who vouches for the databroker, "" for the well-known ones.
        settings: of `gateway.settings_table`, that this Core has for itself.
        secret_mark: tells whether the shared secret is still the same.
        status_url: where Core tells its health, "" for not asked.
        deployment: the number of the last one that was published whole, 0 for none.
        change: the last entry of the outbox that was published.
        problems: what is in the way of the routes, each with its remedy.
        record_types: of external data that may be there from us.
        asked_at: when somebody asked for a run that has not begun.
        done, total: writes of the run that is under way.
    """

    name = models.CharField(max_length=200)
    namespace = models.ForeignKey(
        "namespaces.Namespace", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    mode = models.CharField(
        max_length=16, choices=ClusterMode, default=ClusterMode.PUBLISHED
    )
    url = models.CharField(max_length=2000)
    authorities = models.TextField(blank=True)
    server_name = models.CharField(max_length=255, blank=True)
    sealed_secret = models.TextField()
    secret_mark = models.CharField(max_length=64)
    status_url = models.CharField(max_length=2000, blank=True)
    settings = models.JSONField(default=dict)

    standing = models.CharField(
        max_length=16, choices=Standing, default=Standing.WAITING
    )
    deployment = models.PositiveBigIntegerField(default=0)
    change = models.BigIntegerField(default=-1)
    published_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    failed_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    next_run_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    problems = models.JSONField(default=list)
    record_types = models.JSONField(default=list)
    routes = models.PositiveIntegerField(default=0)
    records = models.PositiveIntegerField(default=0)
    server_version = models.CharField(max_length=32, blank=True)
    fence = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="cluster_names_differ"),
            models.UniqueConstraint("url", name="cluster_has_one_row"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def owner(self) -> str:
        """Our mark on what is there."""
        return f"postern-{self.pk}"

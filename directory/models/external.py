"""External data: where it comes from, the records, and each reading."""

from django.db import models

from console.core.models import Timestamped, Versioned
from directory.models.runs import RunState


class ExternalDataSource(Versioned):
    """Where records of one type come from, and what ties them to a request.

    `key_field` holds what the foreign key compares with. `format`, `items` and `files`
    say how the answer is read, `account` with what it is fetched. `fields` is what the
    last reading found in the records: name, type, example and count of each.

    `validators` let the server say that nothing has changed since; they count only for
    what is fetched and read in the same way. A run holds the source until
    `lease_until` and counts `fence` up when it takes it.
    """

    record_type = models.CharField(max_length=255, unique=True)
    foreign_key = models.CharField(max_length=64)
    url = models.CharField(max_length=2000, blank=True)
    account = models.ForeignKey(
        "ServiceAccount", on_delete=models.PROTECT, null=True, related_name="+"
    )
    key_field = models.CharField(max_length=255, default="id")
    format = models.CharField(max_length=8, default="auto")
    items = models.CharField(max_length=255, blank=True)
    files = models.CharField(max_length=255, blank=True)
    is_enabled = models.BooleanField(default=True)
    interval_seconds = models.PositiveIntegerField(default=3600)
    brake_percent = models.PositiveSmallIntegerField(default=50)
    complete_at = models.DateTimeField(null=True)
    max_age_seconds = models.PositiveIntegerField(default=24 * 3600)
    record_count = models.PositiveIntegerField(default=0)
    fields = models.JSONField(default=list)
    validators = models.JSONField(default=dict)
    next_run_at = models.DateTimeField(null=True, db_index=True)
    fence = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["record_type"]
        verbose_name = "external data source"

    def __str__(self) -> str:
        return self.record_type


class ExternalRecord(models.Model):
    """One record of an external data source, as the policies see it.

    `network` is what a record of addresses is found by, in CIDR notation without host
    bits. `digest` tells whether a record that comes again is another one.
    """

    source = models.ForeignKey(
        ExternalDataSource, on_delete=models.CASCADE, related_name="records"
    )
    record_id = models.CharField(max_length=255)
    network = models.CharField(max_length=49, blank=True)
    digest = models.CharField(max_length=32, blank=True)
    data = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["source", "network"])]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "record_id"],
                name="external_record_is_unique_in_source",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.record_id}"


class DataRun(Timestamped):
    """One reading of a source, kept with what it found.

    `answer` is what came last over the wire: status, type, size, and how it begins.
    `plan` is what a held run would write.
    """

    source = models.ForeignKey(
        ExternalDataSource, on_delete=models.CASCADE, related_name="runs"
    )
    state = models.CharField(max_length=16, choices=RunState.choices)
    trigger = models.CharField(max_length=16)
    started_by = models.CharField(max_length=255)
    is_dry_run = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    progress = models.JSONField(default=dict)
    failure = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    answer = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    log = models.JSONField(default=list)
    plan = models.JSONField(null=True)

    class Meta:
        ordering = ["-created_at", "-fence"]
        indexes = [models.Index(fields=["source", "-created_at"])]
        verbose_name = "external data run"

    def __str__(self) -> str:
        return f"{self.source_id} {self.created_at:%Y-%m-%d %H:%M}"

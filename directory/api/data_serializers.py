"""Shape of external data in the API: sources, records, runs, trials."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from directory.external.formats import FORMATS
from directory.external.records import FOREIGN_KEYS
from directory.models import DataRun, ExternalDataSource, ExternalRecord, Trial


class FieldSerializer(serializers.Serializer[Any]):
    """A field of records, as the last reading found it."""

    name = serializers.CharField(read_only=True)
    type = serializers.CharField(read_only=True)
    example = serializers.CharField(read_only=True)
    count = serializers.IntegerField(read_only=True)


class DataSourceSerializer(serializers.ModelSerializer[ExternalDataSource]):
    """A source: how it is read, what it has, and how fresh it is."""

    account_id = serializers.UUIDField(read_only=True, allow_null=True)
    record_fields = FieldSerializer(source="fields", many=True, read_only=True)

    class Meta:
        model = ExternalDataSource
        fields = [
            "id",
            "record_type",
            "foreign_key",
            "url",
            "account_id",
            "key_field",
            "format",
            "items",
            "files",
            "is_enabled",
            "interval_seconds",
            "max_age_seconds",
            "brake_percent",
            "record_count",
            "record_fields",
            "complete_at",
            "next_run_at",
            "version",
            "created_at",
            "modified_at",
        ]
        read_only_fields = fields


class DataSourceChangeSerializer(serializers.Serializer[Any]):
    """What can be changed of a source; what is left out stays."""

    url = serializers.CharField(max_length=2000, required=False)
    account_id = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="A directory service account of the kind `http_json`: its address "
        "must be the beginning of the source's, its secrets go there.",
    )
    key_field = serializers.CharField(
        max_length=255,
        required=False,
        help_text="The field that holds what the foreign key compares with.",
    )
    format = serializers.ChoiceField(choices=FORMATS, required=False)
    items = serializers.CharField(
        max_length=255,
        required=False,
        allow_blank=True,
        help_text="Path with dots to the list in a JSON object.",
    )
    files = serializers.CharField(
        max_length=255,
        required=False,
        allow_blank=True,
        help_text="Pattern of the files in an archive, such as `hr/*.csv`.",
    )
    is_enabled = serializers.BooleanField(required=False)
    interval_seconds = serializers.IntegerField(required=False)
    max_age_seconds = serializers.IntegerField(
        required=False, help_text="Older data count as missing, and missing data deny."
    )
    brake_percent = serializers.IntegerField(
        required=False,
        help_text="A run in which more than this part of the records is gone is held.",
    )


class DataSourceCreateSerializer(DataSourceChangeSerializer):
    """A source to add."""

    record_type = serializers.CharField(
        max_length=255, help_text="How policies call these records."
    )
    foreign_key = serializers.ChoiceField(choices=FOREIGN_KEYS)
    url = serializers.CharField(max_length=2000)


class DataTrialSerializer(DataSourceChangeSerializer):
    """A source to try before it is added."""

    foreign_key = serializers.ChoiceField(choices=FOREIGN_KEYS)
    url = serializers.CharField(max_length=2000)


class DirectoryTrialSerializer(serializers.Serializer[Any]):
    """A connection to try before a directory is added."""

    account_id = serializers.UUIDField()
    options = serializers.DictField(
        child=serializers.CharField(allow_blank=True), default=dict
    )


class RecordSerializer(serializers.ModelSerializer[ExternalRecord]):
    """A record, as policies see it."""

    source_id = serializers.UUIDField(read_only=True)
    key = serializers.CharField(source="record_id", read_only=True)
    record = serializers.JSONField(source="data", read_only=True)

    class Meta:
        model = ExternalRecord
        fields = ["source_id", "key", "network", "record"]
        read_only_fields = fields


class DataRunSerializer(serializers.ModelSerializer[DataRun]):
    """A run. What it would write is not told here, only how much."""

    source_id = serializers.UUIDField(read_only=True)
    progress = serializers.JSONField(read_only=True)
    answer = serializers.JSONField(read_only=True)
    counts = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    reasons = serializers.ListField(child=serializers.CharField(), read_only=True)
    problems = serializers.JSONField(read_only=True)
    log = serializers.JSONField(read_only=True)

    class Meta:
        model = DataRun
        fields = [
            "id",
            "source_id",
            "state",
            "trigger",
            "started_by",
            "is_dry_run",
            "progress",
            "failure",
            "remedy",
            "answer",
            "counts",
            "reasons",
            "problems",
            "log",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields


@extend_schema_serializer(component_name="ConnectionTrial")
class TrialSerializer(serializers.ModelSerializer[Trial]):
    """An attempt to connect; ask again until its state is `done` or `failed`."""

    result = serializers.JSONField(read_only=True)

    class Meta:
        model = Trial
        fields = ["id", "kind", "state", "result", "failure", "remedy", "created_at"]
        read_only_fields = fields

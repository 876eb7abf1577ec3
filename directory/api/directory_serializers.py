"""Shape of directories and their runs in the API."""

from typing import Any

from rest_framework import serializers

from directory.models import Directory, ScimToken, SyncRun

SETTINGS = [
    "interval_seconds",
    "max_age_seconds",
    "is_enabled",
    "only_used_groups",
    "brake_percent",
    "brake_count",
]


class DirectorySerializer(serializers.ModelSerializer[Directory]):
    """A directory: how it is read, and how fresh it is."""

    account_id = serializers.UUIDField(read_only=True, allow_null=True)
    options = serializers.DictField(child=serializers.CharField(), read_only=True)
    trouble = serializers.SerializerMethodField(
        help_text="Why somebody should look at it: a run is held or failed, data grow "
        "old, or nothing has been pushed for long. Empty when all is well."
    )

    class Meta:
        model = Directory
        fields = [
            "id",
            "name",
            "provider",
            "account_id",
            "options",
            *SETTINGS,
            "complete_at",
            "next_run_at",
            "trouble",
            "version",
            "created_at",
            "modified_at",
        ]
        read_only_fields = fields

    def get_trouble(self, row: Directory) -> str:
        """Return what the list of directories warns of."""
        return str(self.context["trouble_of"](row))


class DirectoryChangeSerializer(serializers.Serializer[Any]):
    """What can be changed of a directory; what is left out stays."""

    name = serializers.CharField(max_length=100, required=False)
    account_id = serializers.UUIDField(required=False)
    options = serializers.DictField(
        child=serializers.CharField(allow_blank=True), required=False
    )
    interval_seconds = serializers.IntegerField(required=False)
    max_age_seconds = serializers.IntegerField(
        required=False, help_text="Older data count as missing, and missing data deny."
    )
    is_enabled = serializers.BooleanField(required=False)
    only_used_groups = serializers.BooleanField(required=False)
    brake_percent = serializers.IntegerField(required=False)
    brake_count = serializers.IntegerField(required=False)


class DirectoryCreateSerializer(DirectoryChangeSerializer):
    """A directory to add."""

    name = serializers.CharField(max_length=100)
    account_id = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="Without one, an identity provider pushes to it by SCIM 2.0.",
    )
    options = serializers.DictField(
        child=serializers.CharField(allow_blank=True), default=dict
    )


class ScimTokenSerializer(serializers.ModelSerializer[ScimToken]):
    """A token that pushes to a directory."""

    directory_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = ScimToken
        fields = [
            "id",
            "directory_id",
            "name",
            "token_prefix",
            "created_by",
            "created_at",
            "expires_at",
            "last_used_at",
        ]
        read_only_fields = fields


class IssuedScimTokenSerializer(ScimTokenSerializer):
    """A token with its text, which is told this once."""

    token = serializers.CharField(read_only=True)

    class Meta(ScimTokenSerializer.Meta):
        fields = [*ScimTokenSerializer.Meta.fields, "token"]
        read_only_fields = fields


class ScimTokenNewSerializer(serializers.Serializer[Any]):
    """A token to make."""

    name = serializers.CharField(max_length=100)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class RunSerializer(serializers.Serializer[Any]):
    """How a directory is to be read."""

    is_dry_run = serializers.BooleanField(
        default=False, help_text="Only say what would change."
    )


class NothingSerializer(serializers.Serializer[Any]):
    """No body: the address says everything."""


class SyncRunRowSerializer(serializers.ModelSerializer[SyncRun]):
    """A run in a list: how much it changes and to what effect, but not what."""

    directory_id = serializers.UUIDField(read_only=True)
    progress = serializers.JSONField(read_only=True)
    counts = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    reasons = serializers.ListField(child=serializers.CharField(), read_only=True)
    problems = serializers.JSONField(read_only=True)
    log = serializers.JSONField(read_only=True)
    effect = serializers.JSONField(read_only=True, allow_null=True)

    class Meta:
        model = SyncRun
        fields = [
            "id",
            "directory_id",
            "state",
            "trigger",
            "started_by",
            "is_dry_run",
            "progress",
            "failure",
            "failed_page",
            "counts",
            "reasons",
            "problems",
            "log",
            "effect",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields


class SyncRunSerializer(SyncRunRowSerializer):
    """A run, with the first fifty of each kind that it changes."""

    differences = serializers.JSONField(
        read_only=True,
        help_text=(
            "What happens to whom: `what` as in `counts`, `id` and `name`, of "
            "memberships with `group_id` and `group`, of groups that get another name "
            "with the `former` one."
        ),
    )

    class Meta(SyncRunRowSerializer.Meta):
        fields = [*SyncRunRowSerializer.Meta.fields, "differences"]
        read_only_fields = fields

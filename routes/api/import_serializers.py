"""Shape of imports and exports in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from namespaces.api.fields import NamespaceIdField
from policies.translating import translated
from routes.imports.findings import Severity, in_words
from routes.imports.plan import Action, Differing, Options
from routes.imports.progress import read_progress
from routes.imports.reader import FILE
from routes.models import ImportRun

MAX_FILE_NAME_LENGTH = 255
MAX_FINGERPRINT_LENGTH = 64


class OptionsSerializer(serializers.Serializer[Any]):
    """What to do where the file leaves a choice."""

    differing = serializers.ChoiceField(
        choices=[one.value for one in Differing],
        default=Differing.REFUSE.value,
        help_text="What is there and says something else: a problem, changed, or left.",
    )
    inherits = serializers.BooleanField(
        default=True,
        help_text="New routes inherit the policies of their namespace and above.",
    )


def options_from(values: dict[str, Any]) -> Options:
    """Take the options out of validated input."""
    return Options(
        differing=Differing(values.pop("differing")), inherits=values.pop("inherits")
    )


class ImportCreateSerializer(OptionsSerializer):
    """A file to import, and where to."""

    namespace = NamespaceIdField(source="namespace_id")
    text = serializers.CharField(
        trim_whitespace=False,
        allow_blank=True,
        max_length=FILE.max_bytes,
        help_text="The configuration, YAML or JSON.",
    )
    file_name = serializers.CharField(
        max_length=MAX_FILE_NAME_LENGTH, default="", allow_blank=True
    )


class ApplySerializer(serializers.Serializer[Any]):
    """Names the plan that was seen."""

    fingerprint = serializers.CharField(
        max_length=MAX_FINGERPRINT_LENGTH, help_text="`plan.fingerprint`."
    )


class PolicyStepSerializer(serializers.Serializer[Any]):
    """What happens to a policy."""

    action = serializers.ChoiceField(choices=[one.value for one in Action])
    name = serializers.CharField()
    namespace_id = serializers.UUIDField()
    namespace = serializers.CharField(help_text="Its path by names.")
    line = serializers.IntegerField(help_text="Where the file has it; counts from 1.")
    description = serializers.CharField()
    explanation = serializers.CharField()
    remediation = serializers.CharField()
    policy_id = serializers.UUIDField(allow_null=True)
    allows_anonymous = serializers.BooleanField()
    route_count = serializers.IntegerField(help_text="Routes of the file that use it.")
    changes = serializers.ListField(child=serializers.CharField())

    def get_fields(self) -> dict[str, Any]:
        """Add `source`, which is an attribute of serializers."""
        return {**super().get_fields(), "source": serializers.CharField()}


class RouteStepSerializer(serializers.Serializer[Any]):
    """What happens to a route."""

    action = serializers.ChoiceField(choices=[one.value for one in Action])
    name = serializers.CharField()
    match = serializers.CharField(help_text="Its path condition, such as `prefix:/a`.")
    to = serializers.CharField()
    policies = serializers.ListField(
        child=serializers.IntegerField(), help_text="Positions in `plan.policies`."
    )
    inherits = serializers.BooleanField(allow_null=True)
    namespace_id = serializers.UUIDField()
    namespace = serializers.CharField(help_text="Its path by names.")
    line = serializers.IntegerField(help_text="Where the file has it; counts from 1.")
    route_id = serializers.UUIDField(allow_null=True)
    changes = serializers.ListField(child=serializers.CharField())

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which is a word of Python's."""
        return {**super().get_fields(), "from": serializers.CharField()}


class LeftAloneSerializer(serializers.Serializer[Any]):
    """A global setting that is not imported."""

    key = serializers.CharField()
    line = serializers.IntegerField()
    why = serializers.CharField()


class FindingSerializer(serializers.Serializer[Any]):
    """Something to say about a place in the file."""

    severity = serializers.ChoiceField(choices=[one.value for one in Severity])
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()
    line = serializers.IntegerField()
    column = serializers.IntegerField()
    length = serializers.IntegerField()
    excerpt = serializers.CharField(help_text="The line, with secrets hidden.")
    caret = serializers.IntegerField(help_text="Offset in the excerpt.")


class PlanSerializer(serializers.Serializer[Any]):
    """Everything that an import would do."""

    namespace_id = serializers.UUIDField()
    namespace = serializers.CharField()
    options = OptionsSerializer()
    counts = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField()),
        help_text="How many policies, routes and findings there are of each kind.",
    )
    is_applicable = serializers.BooleanField()
    policies = PolicyStepSerializer(many=True)
    routes = RouteStepSerializer(many=True)
    left_alone = LeftAloneSerializer(many=True)
    findings = FindingSerializer(many=True)
    findings_left_out = serializers.IntegerField()
    fingerprint = serializers.CharField()


class ProgressSerializer(serializers.Serializer[Any]):
    """How far an import is; `total` is 0 while nobody can know."""

    phase = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class ImportSerializer(serializers.ModelSerializer[ImportRun]):
    """An import, without its plan."""

    namespace = serializers.UUIDField(source="namespace_id", read_only=True)
    progress = serializers.SerializerMethodField()

    class Meta:
        model = ImportRun
        fields = [
            "id",
            "namespace",
            "file_name",
            "status",
            "done",
            "total",
            "failure",
            "progress",
            "started_by",
            "created_at",
            "modified_at",
            "version",
        ]
        read_only_fields = fields

    @extend_schema_field(ProgressSerializer(allow_null=True))
    def get_progress(self, run: ImportRun) -> dict[str, Any] | None:
        """Return how far it is, while it is under way."""
        progress = read_progress(run.pk)
        if progress is None:
            return None
        return {
            "phase": progress.phase,
            "done": progress.done,
            "total": progress.total,
        }


class ImportDetailSerializer(ImportSerializer):
    """An import with what it would do."""

    plan = serializers.SerializerMethodField()

    class Meta(ImportSerializer.Meta):
        fields = [*ImportSerializer.Meta.fields, "plan"]
        read_only_fields = fields

    @extend_schema_field(PlanSerializer(allow_null=True))
    def get_plan(self, run: ImportRun) -> dict[str, Any] | None:
        """Return the plan, None while the file is being read."""
        plan: dict[str, Any] = run.plan
        if "fingerprint" not in plan:
            return None
        said = {
            name: [translated(in_words(one)) for one in plan[name]]
            for name in ("findings", "left_alone", "routes")
        }
        return plan | said

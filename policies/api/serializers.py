"""Shape of policies in the API. Decisions are the services'."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from console.core.rest.previews import SeenField
from namespaces.api.fields import NamespaceIdField
from policies import validation
from policies.models import AttachmentMode, Policy, PolicyLanguage, PolicyVersion


class SourceField(serializers.CharField):
    """A policy's text: kept as it is; what is wrong with it is for the language."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **kwargs)


class ReasonField(serializers.CharField):
    """Why a change is made; it is kept with the version and in the audit log."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            allow_blank=True,
            max_length=validation.MAX_REASON_LENGTH,
            **kwargs,
        )


class NoteField(serializers.CharField):
    """A text for people."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            allow_blank=True,
            max_length=validation.MAX_NOTE_LENGTH,
            **kwargs,
        )


class UsageCountSerializer(serializers.Serializer[Any]):
    """How many attachments the caller may see."""

    routes = serializers.IntegerField()
    namespaces = serializers.IntegerField()


class RenamedGroupSerializer(serializers.Serializer[Any]):
    """A group that is called otherwise than when the policy was saved."""

    group = serializers.CharField(help_text="Its id in the directory.")
    name = serializers.CharField(help_text="What it is called now.")
    former_name = serializers.CharField()
    since = serializers.DateTimeField()
    is_by_name = serializers.BooleanField(
        help_text="The policy compares the former name itself, with a claim or in Rego."
    )
    still_says = serializers.BooleanField(
        help_text="The policy's text has the former name beside the id."
    )


class PolicySerializer(serializers.ModelSerializer[Policy]):
    """A policy as it stands now."""

    namespace = serializers.UUIDField(source="namespace_id", read_only=True)
    namespace_names = serializers.SerializerMethodField(
        help_text="Names from the root down to its namespace."
    )
    attached_to = serializers.SerializerMethodField()
    failing_examples = serializers.SerializerMethodField(
        help_text="How many examples are answered otherwise than expected."
    )
    group_faults = serializers.SerializerMethodField(
        help_text="Groups that it names and that are gone, never were there, or are"
        " written by name, each as a sentence. Of Rego, only those that are gone."
    )
    renamed_groups = serializers.SerializerMethodField(
        help_text="Groups that it speaks of and that were renamed since it was saved,"
        " in the last 90 days."
    )

    class Meta:
        model = Policy
        fields = [
            "id",
            "namespace",
            "namespace_names",
            "name",
            "description",
            "language",
            "source",
            "explanation",
            "remediation",
            "allows_anonymous",
            "attached_to",
            "failing_examples",
            "group_faults",
            "renamed_groups",
            "version",
            "created_at",
            "modified_at",
        ]
        read_only_fields = fields

    def get_namespace_names(self, policy: Policy) -> list[str]:
        return list(self.context["paths"][policy.namespace_id].names)

    def get_failing_examples(self, policy: Policy) -> int:
        return int(self.context["failing"].get(policy.pk, 0))

    def get_group_faults(self, policy: Policy) -> list[str]:
        return list(self.context["group_faults"].get(policy.pk, ()))

    @extend_schema_field(RenamedGroupSerializer(many=True))
    def get_renamed_groups(self, policy: Policy) -> Any:
        found = self.context["renamed_groups"].get(policy.pk, ())
        return RenamedGroupSerializer(found, many=True).data

    @extend_schema_field(UsageCountSerializer)
    def get_attached_to(self, policy: Any) -> dict[str, int]:
        return {"routes": policy.route_count, "namespaces": policy.namespace_count}


class PolicyWriteSerializer(serializers.Serializer[Any]):
    """What of a policy can be written. Its namespace changes by `move` only."""

    name = serializers.CharField(max_length=validation.MAX_NAME_LENGTH)
    source = SourceField(  # type: ignore[assignment] # DRF moves it away
        help_text="The policy's text, up to 64 KiB. Comments are kept."
    )
    description = NoteField()
    language = serializers.ChoiceField(choices=PolicyLanguage.choices, required=False)
    explanation = NoteField(help_text="Told to people whom the policy refuses.")
    remediation = NoteField(help_text="Tells them what to do about it.")
    reason = ReasonField()


class PolicyCreateSerializer(PolicyWriteSerializer):
    """What it takes to create a policy."""

    namespace = NamespaceIdField(source="namespace_id")


class PolicyVersionSerializer(serializers.ModelSerializer[PolicyVersion]):
    """What a policy said at one time."""

    class Meta:
        model = PolicyVersion
        fields = [
            "number",
            "name",
            "description",
            "language",
            "source",
            "explanation",
            "remediation",
            "saved_at",
            "saved_by",
            "reason",
        ]
        read_only_fields = fields


class RevertSerializer(serializers.Serializer[Any]):
    """Which version a policy is to say again."""

    to_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    reason = ReasonField()


class MoveSerializer(serializers.Serializer[Any]):
    """Where a policy is to live."""

    namespace = NamespaceIdField(source="namespace_id")
    reason = ReasonField()


class ReasonSerializer(serializers.Serializer[Any]):
    """Why something is done."""

    reason = ReasonField()


class AttachSerializer(serializers.Serializer[Any]):
    """Where a policy is to count, and how."""

    namespace = NamespaceIdField(source="namespace_id")
    mode = serializers.ChoiceField(choices=AttachmentMode.choices)
    reason = ReasonField()
    seen = SeenField()


class SeenQuery(serializers.Serializer[Any]):
    """What was seen before something without a body."""

    seen = SeenField()


class AttachmentSerializer(serializers.Serializer[Any]):
    """A policy counts on every route of a namespace and below."""

    namespace = serializers.UUIDField(source="namespace_id")
    namespace_name = serializers.CharField(source="namespace.name")
    mode = serializers.ChoiceField(choices=AttachmentMode.choices)
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()


class AttachedRouteSerializer(serializers.Serializer[Any]):
    """A route that a policy is attached to, since when and by whom.

    Of what was attached before that was kept, the last two are empty.
    """

    id = serializers.UUIDField(source="route_id")
    name = serializers.CharField(source="route.name")
    namespace = serializers.UUIDField(source="route.namespace_id")
    created_at = serializers.DateTimeField(allow_null=True)
    created_by = serializers.CharField(allow_blank=True)


class UsageSerializer(serializers.Serializer[Any]):
    """Where a policy is attached, as far as the caller may see."""

    routes = AttachedRouteSerializer(
        many=True, source="attached", help_text="At most 50 of them, by name."
    )
    route_count = serializers.IntegerField()
    namespaces = AttachmentSerializer(many=True, source="attachments")
    hidden_count = serializers.IntegerField(
        help_text="Further attachments that the caller may not see."
    )


class DeletedPolicySerializer(serializers.Serializer[Any]):
    """A policy that was deleted, and can be restored."""

    id = serializers.UUIDField(source="target_id")
    name = serializers.CharField(source="label")
    namespace = serializers.UUIDField(source="namespace_id")
    deleted_at = serializers.DateTimeField()
    deleted_by = serializers.CharField()

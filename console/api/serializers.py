"""Shape of what spans the apps: the audit log, the caller, explained access."""

from typing import Any

from rest_framework import serializers

from console.core.models import AuditEvent
from namespaces.permissions import Permission


class AuditEventSerializer(serializers.ModelSerializer[AuditEvent]):
    """One event of the audit log, with its place in the hash chain."""

    id = serializers.IntegerField(source="sequence", read_only=True)

    class Meta:
        model = AuditEvent
        fields = [
            "id",
            "occurred_at",
            "action",
            "actor_id",
            "actor_label",
            "on_behalf_of",
            "token_label",
            "address",
            "request_id",
            "target_type",
            "target_id",
            "target_label",
            "namespace_id",
            "reason",
            "before",
            "after",
            "previous_hash",
            "hash",
        ]
        read_only_fields = fields


class HeldRoleSerializer(serializers.Serializer[Any]):
    """A role that counts. Of one that the caller may not see, only that it exists."""

    role = serializers.SerializerMethodField()
    namespace = serializers.SerializerMethodField()
    namespace_names = serializers.SerializerMethodField()
    group = serializers.SerializerMethodField()
    expires_at = serializers.SerializerMethodField()
    suffices = serializers.BooleanField()

    def get_role(self, held: Any) -> str | None:
        """Code of the role."""
        return held.role.code if held.is_shown else None

    def get_namespace(self, held: Any) -> str | None:
        """Id of the namespace that it is held on."""
        return str(held.namespace.id) if held.is_shown and held.namespace else None

    def get_namespace_names(self, held: Any) -> list[str]:
        """Names from the root down to that namespace."""
        shown = held.is_shown and held.namespace
        return list(held.namespace.names) if shown else []

    def get_group(self, held: Any) -> str | None:
        """Id of the group by which it is held."""
        return str(held.group_id) if held.is_shown and held.group_id else None

    def get_expires_at(self, held: Any) -> str | None:
        """When it ends."""
        ends = held.expires_at if held.is_shown else None
        return ends.isoformat() if ends else None


class ProtectionSerializer(serializers.Serializer[Any]):
    """One thing that workers of Rego have given up, or why they have not."""

    part = serializers.CharField()
    name = serializers.CharField()
    meaning = serializers.CharField()
    is_in_force = serializers.BooleanField()
    why = serializers.CharField(
        allow_blank=True, help_text="Why it is not in force; empty if it is."
    )


class RegoHealthSerializer(serializers.Serializer[Any]):
    """What evaluates policies in Rego, and how it is kept from doing harm."""

    opa_url = serializers.CharField(
        allow_blank=True,
        help_text="The server of OPA that evaluates; empty for workers of our own.",
    )
    lacking = serializers.IntegerField(help_text="How many protections are missing.")
    protections = ProtectionSerializer(source="parts", many=True)


class HealthSerializer(serializers.Serializer[Any]):
    """How the machine of this console does."""

    deployments = serializers.ChoiceField(["ok", "held", "failing", "late"])
    rego = RegoHealthSerializer()


class MeSerializer(serializers.Serializer[Any]):
    """Who the caller is, and which roles they hold."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(["person", "service-account"])
    name = serializers.CharField(help_text="As the audit log names the caller.")
    roles = HeldRoleSerializer(many=True)


class ExplainAccessQuery(serializers.Serializer[Any]):
    """Of whom, what and where is asked."""

    person = serializers.UUIDField(help_text="Id of a person.")
    permission = serializers.ChoiceField([one.value for one in Permission])
    namespace = serializers.UUIDField(help_text="Id of a namespace.")


class AccessAnswerSerializer(serializers.Serializer[Any]):
    """Whether somebody may do something somewhere, and by which roles."""

    allowed = serializers.BooleanField()
    permission = serializers.CharField()
    namespace = serializers.UUIDField(source="namespace.id")
    held = HeldRoleSerializer(many=True)
    sufficient = serializers.SerializerMethodField()

    def get_sufficient(self, answer: Any) -> list[str]:
        """Codes of the roles that allow it."""
        return [role.code for role in answer.sufficient]

"""Shape of namespaces and role bindings in the API."""

from typing import Any

from rest_framework import serializers

from console.core.rest.previews import SeenField
from namespaces.api.fields import NamespaceIdField, NamespaceNamesField
from namespaces.models import Namespace, RoleBinding
from namespaces.roles import ROLES

ROLE_CHOICES = [(role.code, role.name) for role in ROLES]


class NamespaceSerializer(serializers.ModelSerializer[Namespace]):
    """A namespace. Its place changes by the action `move` only."""

    parent = serializers.UUIDField(  # type: ignore[assignment] # DRF moves it away
        source="parent_id", allow_null=True, read_only=True
    )
    names = NamespaceNamesField(help_text="Names from the root down to this one.")

    class Meta:
        model = Namespace
        fields = [
            "id",
            "name",
            "names",
            "description",
            "parent",
            "depth",
            "inherits_policies",
            "version",
            "created_at",
            "modified_at",
        ]
        read_only_fields = ["id", "depth", "version", "created_at", "modified_at"]


class NamespaceCreateSerializer(serializers.Serializer[Any]):
    """What it takes to create a namespace."""

    parent = NamespaceIdField(  # type: ignore[assignment] # DRF moves it away
        help_text="The namespace to create it in."
    )
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=5000
    )


class NamespaceUpdateSerializer(serializers.Serializer[Any]):
    """What can be changed of a namespace; what is left out stays."""

    name = serializers.CharField(max_length=100, required=False)
    description = serializers.CharField(
        required=False, allow_blank=True, max_length=5000
    )
    inherits_policies = serializers.BooleanField(
        required=False,
        help_text="Whether policies attached as inherited above count here and below.",
    )
    reason = serializers.CharField(required=False, default="", max_length=1000)
    seen = SeenField()


class NamespaceMoveSerializer(serializers.Serializer[Any]):
    """Where to move a namespace."""

    under = NamespaceIdField(help_text="The new parent.")
    reason = serializers.CharField(required=False, default="", max_length=1000)
    seen = SeenField()


class InheritSerializer(serializers.Serializer[Any]):
    """Whether a namespace is to inherit."""

    inherits_policies = serializers.BooleanField(
        help_text="Whether policies attached as inherited above count here and below."
    )


class DeleteQuery(serializers.Serializer[Any]):
    """What a deletion takes along."""

    with_contents = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Everything in it and below goes along; else it has to be empty.",
    )
    seen = SeenField()


class DeletedNamespaceSerializer(serializers.Serializer[Any]):
    """A namespace that was deleted, and can be restored."""

    id = serializers.UUIDField(source="target_id")
    name = serializers.CharField(source="label")
    parent = serializers.UUIDField(  # type: ignore[assignment] # DRF moves it away
        source="namespace_id"
    )
    deleted_at = serializers.DateTimeField()
    deleted_by = serializers.CharField()


class NamespaceNodeSerializer(serializers.Serializer[Any]):
    """A namespace in the tree. Of one that is only passed through, the name."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    parent = serializers.UUIDField(  # type: ignore[assignment] # DRF moves it away
        source="parent_id", allow_null=True
    )
    depth = serializers.IntegerField()
    visible = serializers.BooleanField(
        source="is_visible",
        help_text="False for an ancestor of which the caller sees the name only.",
    )


class RoleBindingSerializer(serializers.ModelSerializer[RoleBinding]):
    """A role of one person, group or service account on a namespace."""

    namespace = serializers.UUIDField(source="content_object_id", read_only=True)
    role = serializers.ChoiceField(ROLE_CHOICES, source="permission.codename")
    user = serializers.UUIDField(source="user_id", allow_null=True, read_only=True)
    group = serializers.UUIDField(source="group_id", allow_null=True, read_only=True)
    service_account = serializers.UUIDField(
        source="service_account_id", allow_null=True, read_only=True
    )

    class Meta:
        model = RoleBinding
        fields = [
            "id",
            "namespace",
            "role",
            "user",
            "group",
            "service_account",
            "expires_at",
            "created_at",
            "version",
        ]
        read_only_fields = fields


class RoleGrantSerializer(serializers.Serializer[Any]):
    """A role to grant, to exactly one subject."""

    namespace = NamespaceIdField()
    role = serializers.ChoiceField(ROLE_CHOICES)
    user = serializers.UUIDField(required=False, allow_null=True, default=None)
    group = serializers.UUIDField(required=False, allow_null=True, default=None)
    service_account = serializers.UUIDField(
        required=False, allow_null=True, default=None
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None
    )
    reason = serializers.CharField(required=False, default="", max_length=1000)
    seen = SeenField()


class RoleChangeSerializer(serializers.Serializer[Any]):
    """What can be changed of a role; what is left out stays."""

    role = serializers.ChoiceField(ROLE_CHOICES, required=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    reason = serializers.CharField(required=False, default="", max_length=1000)
    seen = SeenField()


class SeenQuery(serializers.Serializer[Any]):
    """What was seen before something without a body."""

    seen = SeenField()

"""Shape of service accounts in the API."""

from typing import Any

from rest_framework import serializers

from namespaces.api.fields import NamespaceIdField
from namespaces.api.serializers import ROLE_CHOICES
from namespaces.models import ApiServiceAccount


class ApiServiceAccountSerializer(serializers.ModelSerializer[ApiServiceAccount]):
    """A machine that calls the API. Of its token only the first letters are known."""

    namespace = serializers.UUIDField(source="namespace_id", read_only=True)
    owner = serializers.UUIDField(
        source="owner_id",
        read_only=True,
        allow_null=True,
        help_text="The person who answers for it: it can do no more than they can.",
    )
    role = serializers.ChoiceField(
        ROLE_CHOICES,
        read_only=True,
        allow_null=True,
        help_text="Its role in its namespace and below.",
    )

    class Meta:
        model = ApiServiceAccount
        fields = [
            "id",
            "namespace",
            "name",
            "description",
            "role",
            "owner",
            "token_prefix",
            "expires_at",
            "last_used_at",
            "version",
            "created_at",
            "modified_at",
        ]
        read_only_fields = fields


class IssuedTokenSerializer(ApiServiceAccountSerializer):
    """An account with the token that was just made: the only time that it is shown."""

    token = serializers.CharField(read_only=True)

    class Meta(ApiServiceAccountSerializer.Meta):
        fields = [*ApiServiceAccountSerializer.Meta.fields, "token"]
        read_only_fields = fields


class ServiceAccountNewSerializer(serializers.Serializer[Any]):
    """What it takes to make an account."""

    namespace = NamespaceIdField(help_text="It works there and below.")
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=5000
    )
    role = serializers.ChoiceField(ROLE_CHOICES, help_text="At most the caller's own.")
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None
    )


class ServiceAccountEditSerializer(serializers.Serializer[Any]):
    """What can be changed; what is left out stays."""

    name = serializers.CharField(max_length=100, required=False)
    description = serializers.CharField(
        required=False, allow_blank=True, max_length=5000
    )
    role = serializers.ChoiceField(ROLE_CHOICES, required=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class RotateSerializer(serializers.Serializer[Any]):
    """Until when the new token works."""

    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Left out: as before."
    )

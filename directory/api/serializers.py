"""Shape of people and groups in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from directory.credential_kinds import KINDS
from directory.models import Group, ServiceAccount, User


class PersonSerializer(serializers.ModelSerializer[User]):
    """A person, as the directory knows them. Claims and credentials stay inside."""

    directory = serializers.CharField(
        source="directory.name", default=None, read_only=True, allow_null=True
    )
    group_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = User
        fields = [
            "id",
            "external_id",
            "email",
            "display_name",
            "directory",
            "group_count",
            "is_active",
            "is_local",
            "last_login",
        ]
        read_only_fields = fields


class GroupSerializer(serializers.ModelSerializer[Group]):
    """A group of the directory."""

    directory = serializers.CharField(source="directory.name", read_only=True)
    member_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Group
        fields = [
            "id",
            "external_id",
            "name",
            "email",
            "directory",
            "member_count",
            "is_active",
        ]
        read_only_fields = fields


@extend_schema_serializer(component_name="DirectoryServiceAccount")
class ServiceAccountSerializer(serializers.ModelSerializer[ServiceAccount]):
    """A credential for an identity provider. Its secrets never come out again."""

    settings = serializers.DictField(child=serializers.CharField(), read_only=True)
    secrets = serializers.DictField(
        child=serializers.CharField(),
        source="fingerprints",
        read_only=True,
        help_text="Fingerprints of the secrets that are set.",
    )

    class Meta:
        model = ServiceAccount
        fields = [
            "id",
            "name",
            "kind",
            "settings",
            "secrets",
            "scope",
            "expires_at",
            "last_used_at",
            "version",
            "created_at",
            "modified_at",
        ]
        read_only_fields = fields


class ServiceAccountCreateSerializer(serializers.Serializer[Any]):
    """A credential to keep. Which settings and secrets a kind takes is in the docs."""

    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField([(kind.code, kind.name) for kind in KINDS])
    settings = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False),
        default=dict,
    )
    secrets = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False),
        default=dict,
        help_text="Sealed at once, and never shown again.",
    )
    scope = serializers.CharField(
        max_length=500,
        allow_blank=True,
        default="",
        help_text="What the provider lets this account do, for people to read.",
    )
    expires_at = serializers.DateTimeField(allow_null=True, default=None)


class ServiceAccountChangeSerializer(serializers.Serializer[Any]):
    """What can be changed; what is left out stays, also within both dictionaries."""

    name = serializers.CharField(max_length=100, required=False)
    settings = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False),
        required=False,
    )
    secrets = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False),
        required=False,
        help_text=(
            "All that are set must be given again when a setting changes that decides "
            "where they are sent."
        ),
    )
    scope = serializers.CharField(max_length=500, allow_blank=True, required=False)
    expires_at = serializers.DateTimeField(allow_null=True, required=False)

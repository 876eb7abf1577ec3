"""Shape of people and groups in the API."""

from rest_framework import serializers

from directory.models import Group, User


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

"""API of people and groups. They come from the directory: nothing is written here."""

from console.core.rest.viewsets import ScopedViewSet
from directory.api import serializers
from directory.listings import GroupListing, PersonListing
from directory.models import Group, User
from namespaces.permissions import Permission

READS = {
    "list": Permission.DIRECTORY_VIEW,
    "retrieve": Permission.DIRECTORY_VIEW,
}


class PersonViewSet(ScopedViewSet[User]):
    """People, for whoever may look them up."""

    listing = PersonListing()
    serializer_class = serializers.PersonSerializer
    required_permissions = READS


class GroupViewSet(ScopedViewSet[Group]):
    """Groups, for whoever may look them up. `people/?group=…` lists the members."""

    listing = GroupListing()
    serializer_class = serializers.GroupSerializer
    required_permissions = READS

"""REST views of the Pomerium Cores that we publish to: one service call each."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import IF_MATCH, ScopedViewSet
from gateway import selectors, services
from gateway.forms import MAX_PEM
from gateway.listings import ClusterListing
from gateway.models import Cluster, ClusterMode
from namespaces.api.fields import NamespaceIdField
from namespaces.permissions import Permission
from policies.api.serializers import ReasonField, ReasonSerializer


class ClusterProblemSerializer(serializers.Serializer[Any]):
    """What is in the way of the routes: Core would refuse all because of it."""

    subject = serializers.CharField(read_only=True)
    id = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)
    remedy = serializers.CharField(read_only=True)


class ClusterSerializer(serializers.ModelSerializer[Cluster]):
    """A Core, and how publishing to it goes. Its secret is never told."""

    namespace = serializers.UUIDField(
        source="namespace_id", read_only=True, allow_null=True
    )
    problems = ClusterProblemSerializer(many=True, read_only=True)

    class Meta:
        model = Cluster
        fields = [
            *("id", "name", "namespace", "mode", "url", "server_name", "authorities"),
            *("status_url", "standing", "deployment", "published_at", "checked_at"),
            *("failure", "failed_at", "next_run_at", "problems", "routes", "records"),
            *("done", "total", "version", "created_at", "modified_at"),
        ]
        read_only_fields = fields


class ClusterChangeSerializer(serializers.Serializer[Any]):
    """What can be changed of a cluster; what is left out stays."""

    name = serializers.CharField(max_length=200, required=False)
    namespace = NamespaceIdField(source="namespace_id", required=False)
    mode = serializers.ChoiceField(choices=ClusterMode.choices, required=False)
    url = serializers.CharField(
        max_length=2000,
        required=False,
        help_text="Of the databroker, with scheme and port.",
    )
    shared_secret = serializers.CharField(
        max_length=200,
        required=False,
        write_only=True,
        help_text="Base64 of 32 bytes. Needed again when the destination changes: "
        "`url`, `server_name` or `authorities`.",
    )
    server_name = serializers.CharField(
        max_length=255, required=False, allow_blank=True
    )
    authorities = serializers.CharField(
        max_length=MAX_PEM, required=False, allow_blank=True, help_text="PEM."
    )
    status_url = serializers.CharField(
        max_length=2000, required=False, allow_blank=True
    )
    reason = ReasonField()


class ClusterCreateSerializer(ClusterChangeSerializer):
    """A cluster to add."""

    name = serializers.CharField(max_length=200)
    namespace = NamespaceIdField(source="namespace_id")
    url = serializers.CharField(max_length=2000)
    shared_secret = serializers.CharField(max_length=200, write_only=True)


@extend_schema_view(
    list=extend_schema(summary="List the Pomerium Cores"),
    retrieve=extend_schema(summary="Read how publishing to a Pomerium Core goes"),
)
class ClusterViewSet(ScopedViewSet[Cluster]):
    """Pomerium Cores that are published to, for admins of the root."""

    listing = ClusterListing()
    serializer_class = ClusterSerializer
    required_permissions = dict.fromkeys(
        ("list", "retrieve", "create", "partial_update", "destroy", "publish"),
        Permission.SETTINGS_EDIT,
    )

    def get_object(self) -> Cluster:
        """Return the cluster of the URL."""
        return selectors.get_cluster(self.kwargs["id"], actor=self.actor)

    @extend_schema(
        summary="Add a Pomerium Core",
        request=ClusterCreateSerializer,
        responses={201: ClusterSerializer},
    )
    def create(self, request: Request) -> Response:
        """Add a cluster; what is deployed is published to it at once."""
        values = self.read_input(ClusterCreateSerializer)
        row = services.create_cluster(**values, actor=self.actor, now=self.now)
        return self.answer(row, status=201)

    @extend_schema(
        summary="Change a Pomerium Core",
        request=ClusterChangeSerializer,
        parameters=[IF_MATCH],
    )
    def partial_update(self, request: Request, **_: Any) -> Response:
        """Change a cluster; where its secret goes only together with the secret."""
        row = services.update_cluster(
            self.kwargs["id"],
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
            **self.read_input(ClusterChangeSerializer),
        )
        return self.answer(row)

    @extend_schema(
        summary="Forget a Pomerium Core", parameters=[IF_MATCH], responses={204: None}
    )
    def destroy(self, request: Request, **_: Any) -> Response:
        """Forget a cluster; what it was told stays in force there."""
        services.delete_cluster(
            self.kwargs["id"],
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return Response(status=204)

    @extend_schema(
        summary="Publish to a Pomerium Core now",
        request=ReasonSerializer,
        responses={202: ClusterSerializer},
    )
    def publish(self, request: Request, **_: Any) -> Response:
        """Have a worker bring it to what is deployed; reading it tells how it goes."""
        values = self.read_input(ReasonSerializer)
        row = services.request_publishing(
            self.kwargs["id"], **values, actor=self.actor, now=self.now
        )
        return self.answer(row, status=202)

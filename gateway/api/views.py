"""REST views of deployments and proxies: one service or selector call each."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import ScopedViewSet
from gateway import selectors, services
from gateway.api import serializers
from gateway.listings import DeploymentListing
from gateway.models import Deployment, Proxy
from namespaces.permissions import Permission


@extend_schema_view(list=extend_schema(summary="List deployments"))
class DeploymentViewSet(ScopedViewSet[Deployment]):
    """What was enforced from when on; for those who see the root."""

    listing = DeploymentListing()
    serializer_class = serializers.DeploymentSerializer
    required_permissions = {
        "list": Permission.DEPLOYMENT_VIEW,
        "retrieve": Permission.DEPLOYMENT_VIEW,
        "changes": Permission.DEPLOYMENT_VIEW,
        "effect": Permission.DEPLOYMENT_VIEW,
        "read_hold": Permission.DEPLOYMENT_VIEW,
        "publish": Permission.DEPLOYMENT_PUBLISH,
        "roll_back": Permission.DEPLOYMENT_PUBLISH,
        "hold": Permission.DEPLOYMENT_PUBLISH,
        "release": Permission.DEPLOYMENT_PUBLISH,
    }

    def get_object(self) -> Deployment:
        """Return the deployment of the URL."""
        return selectors.get_deployment(self.kwargs["number"], actor=self.actor)

    @extend_schema(summary="Read a deployment")
    def retrieve(self, request: Request, **_: Any) -> Response:
        """Answer one deployment."""
        return self.answer(self.get_object())

    @extend_schema(
        summary="Read what changed with a deployment",
        responses=serializers.DeploymentChangesSerializer,
    )
    def changes(self, request: Request, **_: Any) -> Response:
        """Answer what differs from the one before, in sentences, and who did it."""
        deployment = self.get_object()
        events = selectors.list_changes(deployment).values_list("sequence", flat=True)
        found = {
            "differences": selectors.list_differences(deployment),
            "events": list(events),
        }
        return Response(serializers.DeploymentChangesSerializer(found).data)

    @extend_schema(
        summary="Read who gained and who lost access by a deployment",
        responses=serializers.DeploymentEffectSerializer,
    )
    def effect(self, request: Request, **_: Any) -> Response:
        """Answer over everybody known now; at most a thousand routes are looked at."""
        found = services.effect_of_deployment(
            self.kwargs["number"], actor=self.actor, now=self.now
        )
        return Response(serializers.DeploymentEffectSerializer(found).data)

    @extend_schema(
        summary="Publish everything as it is now",
        request=serializers.PublishSerializer,
        responses={
            201: serializers.DeploymentSerializer,
            200: serializers.DeploymentSerializer,
        },
    )
    def publish(self, request: Request) -> Response:
        """Make a deployment; 200 with the newest one when nothing had changed."""
        values = self.read_input(serializers.PublishSerializer)
        made = services.publish_now(**values, actor=self.actor, now=self.now)
        if made is not None:
            return self.answer(made, status=201)
        return Response(self.get_serializer(selectors.find_newest()).data)

    @extend_schema(
        summary="Roll back to a deployment",
        operation_id="deployments_roll_back",
        request=serializers.DeploymentReasonSerializer,
        responses={
            201: serializers.DeploymentSerializer,
            200: serializers.DeploymentSerializer,
        },
    )
    def roll_back(self, request: Request, **_: Any) -> Response:
        """Write new versions of everything that differs; 201 with the deployment."""
        values = self.read_input(serializers.DeploymentReasonSerializer)
        made = services.roll_back(
            self.kwargs["number"], **values, actor=self.actor, now=self.now
        )
        if made is not None:
            return self.answer(made, status=201)
        return Response(self.get_serializer(selectors.find_newest()).data)

    @extend_schema(
        summary="Read until when changes are held back",
        operation_id="deployments_hold_retrieve",
        responses=serializers.HoldSerializer,
    )
    def read_hold(self, request: Request) -> Response:
        """Answer the hold, and why the last deployment failed, if it did."""
        selectors.check_sees_deployments(self.actor)
        return Response(serializers.HoldSerializer(selectors.read_deployer()).data)

    @extend_schema(
        summary="Hold changes back until a time",
        operation_id="deployments_hold_update",
        request=serializers.HoldRequestSerializer,
        responses=serializers.HoldSerializer,
    )
    def hold(self, request: Request) -> Response:
        """Hold changes; what is saved meanwhile goes out then."""
        values = self.read_input(serializers.HoldRequestSerializer)
        services.hold_changes(**values, actor=self.actor, now=self.now)
        return Response(serializers.HoldSerializer(selectors.read_deployer()).data)

    @extend_schema(
        summary="Let go what is held back",
        operation_id="deployments_hold_destroy",
        responses={204: None},
    )
    def release(self, request: Request) -> Response:
        """Let changes go out again."""
        services.release_changes(actor=self.actor, now=self.now)
        return Response(status=204)


class ProxyViewSet(ScopedViewSet[Proxy]):
    """The processes that enforce; there are few, so that one answer has them all."""

    serializer_class = serializers.ProxySerializer
    pagination_class = None
    filter_backends = []
    required_permissions = {"list": Permission.DEPLOYMENT_VIEW}

    @extend_schema(
        summary="List proxies", responses=serializers.ProxySerializer(many=True)
    )
    def list(self, request: Request, **_: Any) -> Response:
        """Answer which process runs which deployment, since when."""
        selectors.check_sees_deployments(self.actor)
        rows = selectors.describe_proxies(self.actor, now=self.now)
        return Response(self.get_serializer(rows, many=True).data)

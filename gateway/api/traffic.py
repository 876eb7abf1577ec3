"""REST view of traffic."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.http import uuid_from
from console.core.rest.viewsets import ScopedViewSet
from gateway import selectors
from gateway.models import TrafficCount
from gateway.selectors import PERIODS
from namespaces.permissions import Permission


class PointSerializer(serializers.Serializer[Any]):
    """What fell into one step."""

    start = serializers.DateTimeField(read_only=True)
    allowed = serializers.IntegerField(read_only=True)
    refused = serializers.IntegerField(read_only=True)


class RefusalSerializer(serializers.Serializer[Any]):
    """A reason for which requests did not go through."""

    outcome = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)
    requests = serializers.IntegerField(read_only=True)


class RouteTrafficSerializer(serializers.Serializer[Any]):
    """How much came to one route."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    allowed = serializers.IntegerField(read_only=True)
    refused = serializers.IntegerField(read_only=True)


class TrafficSerializer(serializers.Serializer[Any]):
    """The figures of a period."""

    period = serializers.CharField(source="period.code", read_only=True)
    requests = serializers.IntegerField(read_only=True)
    allowed = serializers.IntegerField(read_only=True)
    refused = serializers.IntegerField(read_only=True)
    before = serializers.IntegerField(
        read_only=True, help_text="Requests in the period before."
    )
    milliseconds = serializers.FloatField(
        read_only=True, allow_null=True, help_text="Mean time of deciding."
    )
    ranges = serializers.ListField(
        child=serializers.IntegerField(),
        read_only=True,
        help_text="Decided within 1, 5, 20 and 100 ms, and more slowly.",
    )
    points = PointSerializer(many=True, read_only=True)
    reasons = RefusalSerializer(many=True, read_only=True)
    routes = RouteTrafficSerializer(many=True, read_only=True)


class TrafficViewSet(ScopedViewSet[TrafficCount]):
    """How many requests there were to the routes that the caller sees."""

    serializer_class = TrafficSerializer
    pagination_class = None
    filter_backends = []
    required_permissions = {"read": Permission.AUDIT_VIEW}

    @extend_schema(
        summary="Read traffic",
        operation_id="traffic_retrieve",
        parameters=[
            OpenApiParameter("period", str, enum=list(PERIODS)),
            OpenApiParameter("namespace", str, description="There and below."),
            OpenApiParameter("route", str),
        ],
        responses=TrafficSerializer,
    )
    def read(self, request: Request) -> Response:
        """Answer the figures of a period."""
        selectors.check_reads_decisions(self.actor)
        route = request.query_params.get("route", "")
        found = selectors.read_traffic(
            self.actor,
            now=self.now,
            period=request.query_params.get("period") or "24h",
            namespace=request.query_params.get("namespace", ""),
            route_id=uuid_from(route, name="route") if route else None,
        )
        return Response(TrafficSerializer(found).data)

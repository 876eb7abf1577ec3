"""REST views of devices for those who decide: one service or selector call each."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import IF_MATCH, ScopedViewSet
from devices import selectors, services
from devices.api import serializers
from devices.listings import DeviceListing, NoticeListing
from devices.models import DeviceCredential, DeviceNotice, DeviceRules
from devices.services import Seen
from namespaces.permissions import Permission


@extend_schema_view(list=extend_schema(summary="List devices"))
class DeviceViewSet(ScopedViewSet[DeviceCredential]):
    """Everybody's devices, for admins of the root."""

    listing = DeviceListing()
    serializer_class = serializers.DeviceSerializer
    required_permissions = {
        "list": Permission.DEVICE_VIEW,
        "retrieve": Permission.DEVICE_VIEW,
        "counts": Permission.DEVICE_VIEW,
        "decide": Permission.DEVICE_APPROVE,
        "decide_several": Permission.DEVICE_APPROVE,
        "destroy": Permission.DEVICE_APPROVE,
    }

    def get_object(self) -> DeviceCredential:
        """Return the device of the URL."""
        return selectors.get_device(self.kwargs["id"], actor=self.actor)

    @extend_schema(summary="Read a device")
    def retrieve(self, request: Request, **_: Any) -> Response:
        """Answer one device."""
        return self.answer(self.get_object())

    @extend_schema(
        summary="Count devices by state", responses=serializers.CountsSerializer
    )
    def counts(self, request: Request) -> Response:
        """Answer how many devices are in each state."""
        return Response(selectors.count_by_status(self.actor))

    @extend_schema(
        summary="Decide about a device",
        request=serializers.DecisionSerializer,
        responses=serializers.DeviceSerializer,
        parameters=[IF_MATCH],
    )
    def decide(self, request: Request, **_: Any) -> Response:
        """Approve, reject, reopen, suspend, resume or revoke; 409 if it changed."""
        values = self.read_input(serializers.DecisionSerializer)
        services.change_device(
            Seen(self.kwargs["id"], self.expected_version, values.pop("fingerprint")),
            **values,
            actor=self.actor,
            now=self.now,
        )
        return self.answer(self.get_object())

    @extend_schema(
        summary="Decide about several devices, all or none",
        operation_id="devices_decide_several",
        request=serializers.BulkDecisionSerializer,
        responses=serializers.BulkResultSerializer,
    )
    def decide_several(self, request: Request) -> Response:
        """Do the same to each; 409 with `rows` when one stands in the way."""
        values = self.read_input(serializers.BulkDecisionSerializer)
        results = services.change_devices(
            [Seen(**one) for one in values.pop("devices")],
            **values,
            actor=self.actor,
            now=self.now,
        )
        return Response(serializers.BulkResultSerializer({"rows": results}).data)

    @extend_schema(
        summary="Delete a device", responses={204: None}, parameters=[IF_MATCH]
    )
    def destroy(self, request: Request, **_: Any) -> Response:
        """Remove a device with its enrollment."""
        version = self.expected_version
        device = self.get_object()
        services.delete_device(
            Seen(device.pk, version, device.fingerprint),
            actor=self.actor,
            now=self.now,
        )
        return Response(status=204)


@extend_schema_view(list=extend_schema(summary="List messages about devices"))
class NoticeViewSet(ScopedViewSet[DeviceNotice]):
    """Messages by e-mail and webhook: sent, and on their way."""

    listing = NoticeListing()
    serializer_class = serializers.NoticeSerializer
    required_permissions = {"list": Permission.DEVICE_VIEW}


class RulesViewSet(ScopedViewSet[DeviceRules]):
    """The rules of approval, of which there is one set."""

    serializer_class = serializers.RulesSerializer
    pagination_class = None
    filter_backends = []
    required_permissions = {
        "retrieve": Permission.DEVICE_VIEW,
        "partial_update": Permission.SETTINGS_EDIT,
    }

    @extend_schema(
        summary="Read the rules for devices", responses=serializers.RulesSerializer
    )
    def retrieve(self, request: Request, **_: Any) -> Response:
        """Answer the rules; version 0 as long as nobody has set any."""
        return self.answer(selectors.read_rules(actor=self.actor))

    @extend_schema(
        summary="Change the rules for devices",
        request=serializers.RulesSerializer,
        responses=serializers.RulesSerializer,
        parameters=[IF_MATCH],
    )
    def partial_update(self, request: Request, **_: Any) -> Response:
        """Change what is sent; If-Match is `"0"` the first time."""
        rules = services.change_rules(
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
            **self.read_input(partial=True),
        )
        return self.answer(rules)

"""REST views of one's own devices: the list, enrolling, proving.

These need a session: a challenge is bound to it, and so is what was proven.
"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.exceptions import NotFoundError, TooLargeError, ValidationFailedError
from console.core.rest.viewsets import SIGNED_IN, ScopedViewSet
from devices import selectors, services
from devices.api import serializers
from devices.authentication import party_of, remember, session_of
from devices.models import DeviceCredential

MAX_BODY = 256 * 1024


class OwnDeviceViewSet(ScopedViewSet[DeviceCredential]):
    """The caller's own devices."""

    serializer_class = serializers.DeviceSerializer
    pagination_class = None
    filter_backends = []
    required_permissions = {
        "list": SIGNED_IN,
        "partial_update": SIGNED_IN,
        "destroy": SIGNED_IN,
        "begin": SIGNED_IN,
        "finish": SIGNED_IN,
        "begin_proof": SIGNED_IN,
        "finish_proof": SIGNED_IN,
    }

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse services, and bodies that no device makes, before reading them."""
        super().initial(request, *args, **kwargs)
        if self.actor.user_id is None:
            raise NotFoundError("this is for people who signed in")
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            raise TooLargeError("the body is larger than what devices answer")

    def get_queryset(self) -> Any:
        """Return one's own devices."""
        return selectors.list_own(self.actor)

    @extend_schema(
        summary="List one's own devices",
        responses=serializers.DeviceSerializer(many=True),
    )
    def list(self, request: Request, **_: Any) -> Response:
        """Answer one's own devices, oldest first."""
        return Response(self.get_serializer(self.get_queryset(), many=True).data)

    @extend_schema(
        summary="Rename one's own device", request=serializers.LabelSerializer
    )
    def partial_update(self, request: Request, **_: Any) -> Response:
        """Give one's own device another name."""
        values = self.read_input(serializers.LabelSerializer)
        enrollment = services.rename_own_device(
            self.kwargs["id"], **values, actor=self.actor, now=self.now
        )
        return self.answer(enrollment.credential)

    @extend_schema(summary="Remove one's own device", responses={204: None})
    def destroy(self, request: Request, **_: Any) -> Response:
        """Remove one's own device, unless it was taken away."""
        services.remove_own_device(self.kwargs["id"], actor=self.actor, now=self.now)
        return Response(status=204)

    @extend_schema(
        summary="Begin to enroll a device",
        request=serializers.BeginSerializer,
        responses=serializers.CeremonyOptionsSerializer,
    )
    def begin(self, request: Request) -> Response:
        """Answer what the browser is to ask a device for."""
        values = self.read_input(serializers.BeginSerializer)
        if bool(values.get("type")) == bool(values.get("link")):
            raise ValidationFailedError("give a type or a link")
        options = services.begin_registration(
            party=party_of(request),
            session=session_of(request),
            device_type=values.get("type", ""),
            link_token=values.get("link", ""),
            actor=self.actor,
            now=self.now,
        )
        return Response({"options": options})

    @extend_schema(
        summary="Enroll the device that answered",
        request=serializers.RegistrationSerializer,
        responses={201: serializers.DeviceSerializer},
    )
    def finish(self, request: Request) -> Response:
        """Enroll a device; it waits for approval, or a rule approves it."""
        values = self.read_input(serializers.RegistrationSerializer)
        enrollment = services.finish_registration(
            values["credential"],
            party=party_of(request),
            session=session_of(request),
            label=values.get("label", ""),
            user_agent=request.headers.get("User-Agent", ""),
            actor=self.actor,
            now=self.now,
        )
        remember(request, enrollment.credential_id)
        return self.answer(enrollment.credential, status=201)

    @extend_schema(
        summary="Begin to prove a device",
        request=None,
        responses=serializers.CeremonyOptionsSerializer,
    )
    def begin_proof(self, request: Request) -> Response:
        """Answer what the browser is to ask a device for."""
        self.read_input(serializers.NothingSerializer)
        options = services.begin_proof(
            party=party_of(request),
            session=session_of(request),
            actor=self.actor,
            now=self.now,
        )
        return Response({"options": options})

    @extend_schema(
        summary="Prove to have a device",
        request=serializers.ProofSerializer,
        responses=serializers.DeviceSerializer,
    )
    def finish_proof(self, request: Request) -> Response:
        """Count the session as used with the device that answered."""
        device = services.finish_proof(
            self.read_input(serializers.ProofSerializer)["credential"],
            party=party_of(request),
            session=session_of(request),
            actor=self.actor,
            now=self.now,
        )
        remember(request, device.pk)
        return self.answer(device)

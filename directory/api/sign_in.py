"""API of sign-in: the provider's settings, its test, and who is who there."""

from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from console.core import http
from console.core.http import actor_of
from console.core.rest import versions
from console.core.rest.bodies import read_body
from console.core.rest.viewsets import IF_MATCH
from directory import selectors, services
from directory.models import IdentityProvider, User
from namespaces.permissions import Permission


class SignInSettingsSerializer(serializers.ModelSerializer[IdentityProvider]):
    """The settings of sign-in. The secret never comes out again."""

    issuer = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text="To the letter as the provider writes it.",
    )
    client_secret = serializers.CharField(
        max_length=2000,
        required=False,
        write_only=True,
        help_text="Left out: it stays. Another issuer takes it again.",
    )
    directory_id = serializers.UUIDField(required=False, allow_null=True)

    class Meta:
        model = IdentityProvider
        fields = (
            "is_enabled",
            "name",
            "issuer",
            "client_id",
            "client_secret",
            "secret_fingerprint",
            "scopes",
            "directory_id",
            "id_claim",
            "trusts_email",
            "admits_unknown",
            "version",
        )
        read_only_fields = ("secret_fingerprint", "version")


class SignInCheckSerializer(serializers.Serializer[Any]):
    """One thing that sign-in depends on."""

    name = serializers.CharField(source="label")
    outcome = serializers.ChoiceField(choices=("passed", "failed", "unknown"))
    text = serializers.CharField(help_text="What is wrong, and what to do about it.")


class IdentitySerializer(serializers.ModelSerializer[User]):
    """Who a person is at the provider: `iss` and `sub` of its tokens."""

    issuer = serializers.CharField(max_length=500)
    subject = serializers.CharField(max_length=255, trim_whitespace=False)

    class Meta:
        model = User
        fields = ("issuer", "subject")
        validators = ()  # the service says whose identity it is already


class _View(APIView):
    @property
    def now(self) -> datetime:
        """When: the time that the service records."""
        return timezone.now()

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Tag the answer with the version of what it holds."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response) and response.status_code < 300:  # noqa: PLR2004
            versions.tag_response(response)
        return response


class SignInSettingsView(_View):
    """How people sign in. Before anything was saved it has version 0."""

    required_permissions: ClassVar = dict.fromkeys(
        ("get", "patch"), Permission.SETTINGS_EDIT
    )

    @extend_schema(
        summary="Read the settings of sign-in", responses=SignInSettingsSerializer
    )
    def get(self, request: Request) -> Response:
        """Answer the settings, without the secret."""
        row = selectors.get_provider_settings(actor_of(request))
        return Response(SignInSettingsSerializer(row).data)

    @extend_schema(
        summary="Change the settings of sign-in",
        request=SignInSettingsSerializer(partial=True),
        responses=SignInSettingsSerializer,
        parameters=[IF_MATCH],
    )
    def patch(self, request: Request) -> Response:
        """Change what is given."""
        row = services.save_identity_provider(
            version=versions.expected_version(request),
            actor=actor_of(request),
            now=self.now,
            **read_body(request, SignInSettingsSerializer, partial=True),
        )
        return Response(SignInSettingsSerializer(row).data)


class SignInTestView(_View):
    """Whether sign-in would work, and what stands in the way."""

    required_permissions: ClassVar = {"post": Permission.SETTINGS_EDIT}

    @extend_schema(
        summary="Test the identity provider",
        request=None,
        responses=SignInCheckSerializer(many=True),
    )
    def post(self, request: Request) -> Response:
        """Ask the provider as it is saved."""
        read_body(request, serializers.Serializer)  # nothing of a body would count
        checks = services.try_identity_provider(
            redirect_uri=http.public_url(request, reverse("openid-callback")),
            actor=actor_of(request),
            now=self.now,
        )
        return Response(SignInCheckSerializer(checks, many=True).data)


class IdentityView(_View):
    """Which identity at the provider a person signs in with."""

    required_permissions: ClassVar = dict.fromkeys(
        ("get", "post", "delete"), Permission.DIRECTORY_EDIT
    )

    @extend_schema(summary="Read a person's identity", responses=IdentitySerializer)
    def get(self, request: Request, id: Any) -> Response:
        """Answer issuer and subject; empty where there is none."""
        person = selectors.get_identity(id, actor=actor_of(request))
        return Response(IdentitySerializer(person).data)

    @extend_schema(
        summary="Link a person to an identity",
        request=IdentitySerializer,
        responses=IdentitySerializer,
    )
    def post(self, request: Request, id: Any) -> Response:
        """Let the person sign in as this subject of this issuer."""
        person = services.link_identity(
            id,
            actor=actor_of(request),
            now=self.now,
            **read_body(request, IdentitySerializer),
        )
        return Response(IdentitySerializer(person).data)

    @extend_schema(summary="Unlink a person's identity", responses={204: None})
    def delete(self, request: Request, id: Any) -> Response:
        """Take the identity away; the sessions that began with it end."""
        services.unlink_identity(id, actor=actor_of(request), now=self.now)
        return Response(status=204)

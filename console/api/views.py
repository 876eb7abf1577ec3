"""API of what spans the apps: the audit log, the caller, explained access."""

from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from console.api import serializers
from console.core.actor import Actor
from console.core.http import actor_of
from console.core.models import AuditEvent
from console.core.rest.viewsets import SIGNED_IN, ScopedViewSet
from directory import selectors as directory_selectors
from gateway import selectors as gateway_selectors
from namespaces import selectors as namespace_selectors
from namespaces.listings import AuditListing
from namespaces.permissions import Permission
from policies import selectors as policy_selectors


class AuditViewSet(ScopedViewSet[AuditEvent]):
    """Events of the namespaces where the caller may read the audit log."""

    listing = AuditListing()
    serializer_class = serializers.AuditEventSerializer
    required_permissions = {
        "list": Permission.AUDIT_VIEW,
        "retrieve": Permission.AUDIT_VIEW,
    }


class HealthView(APIView):
    """How this machine does; what load balancers ask is `/readyz`."""

    required_permissions: ClassVar = {"get": Permission.SETTINGS_EDIT}

    @extend_schema(
        summary="Read health",
        operation_id="health_retrieve",
        responses=serializers.HealthSerializer,
    )
    def get(self, request: Request) -> Response:
        """Say how deploying goes, and which protections of Rego are in force."""
        found = {
            "rego": policy_selectors.read_protections(actor=actor_of(request)),
            "deployments": gateway_selectors.tell_progress(now=timezone.now()),
        }
        return Response(serializers.HealthSerializer(found).data)


class MeView(APIView):
    """The caller."""

    required_permissions: ClassVar = {"get": SIGNED_IN}

    @extend_schema(responses=serializers.MeSerializer)
    def get(self, request: Request) -> Response:
        """Say who the caller is, and which roles they hold where."""
        actor = actor_of(request)
        me = {
            "id": actor.user_id or actor.service_account_id,
            "kind": "person" if actor.user_id else "service-account",
            "name": actor.label,
            "roles": namespace_selectors.list_own_roles(actor),
        }
        return Response(serializers.MeSerializer(me).data)


class ExplainAccessView(APIView):
    """Why somebody may, or may not, do something in a namespace."""

    required_permissions: ClassVar = {"get": Permission.NAMESPACE_VIEW}

    @extend_schema(
        parameters=[serializers.ExplainAccessQuery],
        responses=serializers.AccessAnswerSerializer,
    )
    def get(self, request: Request) -> Response:
        """Answer with the roles that count, and those that would suffice."""
        query = serializers.ExplainAccessQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked, actor = query.validated_data, actor_of(request)
        person = directory_selectors.get_person(asked["person"], actor=actor)
        answer = namespace_selectors.explain_access(
            Actor(user_id=person.id, label=person.email),
            Permission(asked["permission"]),
            asked["namespace"],
            actor=actor,
        )
        return Response(serializers.AccessAnswerSerializer(answer).data)

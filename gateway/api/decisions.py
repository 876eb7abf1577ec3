"""REST views of the decision log."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import SIGNED_IN, ScopedViewSet
from gateway import selectors, services
from gateway.listings import DecisionListing
from gateway.models import Decision
from namespaces.permissions import Permission
from policies.api.trial_serializers import TrialSerializer


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """A decision; the values of a query are not kept, its names are."""

    route = serializers.UUIDField(source="route_id", read_only=True)
    route_name = serializers.CharField(source="route", read_only=True)
    namespace = serializers.UUIDField(source="namespace_id", read_only=True)
    person = serializers.UUIDField(source="person_id", read_only=True)
    account = serializers.UUIDField(source="account_id", read_only=True)
    reasons = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Decision
        fields: ClassVar = [
            *("id", "at", "outcome", "status", "reasons", "method", "host", "path"),
            *("who", "person", "account", "session_id", "address", "request_id"),
            *("route", "route_name", "namespace", "deployment", "microseconds"),
            *("proxy", "recorder"),
        ]
        read_only_fields = fields


class ExplainedSerializer(serializers.Serializer[Any]):
    """A decision worked out again, by the policies that were in force."""

    trial = TrialSerializer(read_only=True)
    agrees = serializers.BooleanField(
        read_only=True, help_text="The answer is the one that was given."
    )
    has_changed = serializers.BooleanField(
        read_only=True,
        allow_null=True,
        help_text="What is known of the person is not what it was; null for nobody.",
    )
    not_kept = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="What the policies look at and the log does not hold.",
    )


@extend_schema_view(list=extend_schema(summary="List decisions"))
class DecisionViewSet(ScopedViewSet[Decision]):
    """What authorizers decided about requests to the routes that the caller sees."""

    listing = DecisionListing()
    serializer_class = DecisionSerializer
    required_permissions = {
        "list": SIGNED_IN,
        "retrieve": Permission.AUDIT_VIEW,
        "explain": Permission.POLICY_TRY,
    }

    @extend_schema(summary="Read a decision")
    def retrieve(self, request: Request, **_: Any) -> Response:
        """Answer one decision."""
        return self.answer(
            selectors.get_decision(self.kwargs["number"], actor=self.actor)
        )

    @extend_schema(
        summary="Explain a decision",
        operation_id="decisions_explanation_retrieve",
        responses=ExplainedSerializer,
    )
    def explain(self, request: Request, **_: Any) -> Response:
        """Answer what each policy said, as it was in force then."""
        found = services.explain_decision(
            self.kwargs["number"], actor=self.actor, now=self.now
        )
        return Response(ExplainedSerializer(found).data)

"""REST views of the effect of a policy's draft on people and routes."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import ScopedViewSet
from namespaces.permissions import Permission
from policies.api.trial_serializers import attempt_from
from routes import services
from routes.api import effect_serializers as serializers


class PolicyEffectViewSet(ScopedViewSet[Any]):
    """What a draft would do. Nothing here writes."""

    serializer_class = serializers.EffectSerializer
    pagination_class = None
    filter_backends = []
    required_permissions = {
        "effect": Permission.POLICY_TRY,
        "draft_effect": Permission.POLICY_TRY,
    }

    @extend_schema(
        operation_id="policies_effect",
        summary="Tell who would gain or lose access by a draft of a policy",
        request=serializers.AttemptSerializer,
        responses=serializers.EffectSerializer,
    )
    def effect(self, request: Request, **kwargs: Any) -> Response:
        """Answer for everybody, on the routes that the policy arrives at."""
        values = self.read_input(serializers.AttemptSerializer)
        found = services.effect_of(
            attempt_from(values, now=self.now),
            policy_id=kwargs["id"],
            source=values.get("source"),
            actor=self.actor,
            now=self.now,
        )
        return Response(serializers.EffectSerializer(found).data)

    @extend_schema(
        operation_id="policies_draft_effect",
        summary="Tell whom a policy that isn't saved yet would let in",
        request=serializers.DraftAttemptSerializer,
        responses=serializers.EffectSerializer,
    )
    def draft_effect(self, request: Request) -> Response:
        """Answer for everybody; it arrives at no route yet."""
        values = self.read_input(serializers.DraftAttemptSerializer)
        found = services.effect_of(
            attempt_from(values, now=self.now),
            namespace_id=values["namespace_id"],
            source=values["source"],
            code=values["language"],
            actor=self.actor,
            now=self.now,
        )
        return Response(serializers.EffectSerializer(found).data)

"""REST views of the examples of a policy: one service or selector call each."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import ScopedViewSet
from namespaces.permissions import Permission
from policies import selectors, services
from policies.api import example_serializers as serializers
from policies.api.trial_serializers import attempt_from
from policies.models import PolicyExample

EXAMPLE = OpenApiParameter(
    "example_id", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH
)


@extend_schema_view(list=extend_schema(summary="List the examples of a policy"))
class PolicyExampleViewSet(ScopedViewSet[PolicyExample]):
    """Requests whose answer is known, kept with a policy."""

    serializer_class = serializers.ExampleSerializer
    filter_backends = []
    required_permissions = {
        "list": Permission.POLICY_VIEW,
        "create": Permission.POLICY_EDIT,
        "destroy": Permission.POLICY_EDIT,
        "run": Permission.POLICY_TRY,
    }

    def get_queryset(self) -> Any:
        """Return the examples of a policy that the actor sees."""
        if getattr(self, "swagger_fake_view", False):
            return PolicyExample.objects.none()
        policy = selectors.get_policy(self.kwargs["id"], actor=self.actor)
        return selectors.list_examples(policy, actor=self.actor)

    @extend_schema(
        summary="Keep a request with a policy as an example",
        request=serializers.ExampleWriteSerializer,
        responses={201: serializers.ExampleSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Keep a request, and the answer that it should get."""
        values = self.read_input(serializers.ExampleWriteSerializer)
        kept = services.add_example(
            kwargs["id"],
            attempt_from(values, now=self.now),
            name=values["name"],
            expected=values["expected"],
            is_now=values["at"] is None,
            actor=self.actor,
            now=self.now,
        )
        return self.answer(kept.example, status=201)

    @extend_schema(
        summary="Forget an example", responses={204: None}, parameters=[EXAMPLE]
    )
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Forget an example."""
        services.remove_example(
            kwargs["id"], kwargs["example_id"], actor=self.actor, now=self.now
        )
        return Response(status=204)

    @extend_schema(
        operation_id="policies_examples_run",
        summary="Try the examples of a policy",
        request=serializers.ExampleRunSerializer,
        responses=serializers.ExampleResultsSerializer,
    )
    def run(self, request: Request, **kwargs: Any) -> Response:
        """Answer what each example gets from the saved text, or from a draft."""
        values = self.read_input(serializers.ExampleRunSerializer)
        results = services.run_examples(
            kwargs["id"],
            source=values.get("source"),
            actor=self.actor,
            now=self.now,
        )
        shape = serializers.ExampleResultsSerializer({"results": results})
        return Response(shape.data)

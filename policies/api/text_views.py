"""REST views that serve editors: check a text, complete it, try it."""

from typing import Any

from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import ScopedViewSet
from namespaces.permissions import Permission
from policies import selectors, services
from policies.api import trial_serializers as serializers
from policies.api.serializers import ReasonSerializer

TEXT = OpenApiParameter(
    "q", str, description="Keeps the groups and people with this in name or address."
)
LANGUAGE = OpenApiParameter(
    "language", str, enum=["ppl", "rego"], description="PPL, unless told otherwise."
)
MAX_TEXT_LENGTH = 200


class PolicyTextViewSet(ScopedViewSet[Any]):
    """Texts of policies, saved or not."""

    serializer_class = serializers.CheckSerializer
    filter_backends = []
    pagination_class = None
    required_permissions = {
        "check": Permission.POLICY_VIEW,
        "completion": Permission.POLICY_VIEW,
        "format_text": Permission.POLICY_VIEW,
        "build": Permission.POLICY_VIEW,
        "try_policy": Permission.POLICY_TRY,
        "try_draft": Permission.POLICY_TRY,
        "lift_quarantine": Permission.POLICY_EDIT_REGO,
    }

    @extend_schema(
        summary="Say what is wrong with a policy's text",
        request=serializers.CheckSerializer,
        responses=serializers.ProblemsSerializer,
    )
    def check(self, request: Request) -> Response:
        """Answer with every problem that stands in the way of saving."""
        given = self.read_input(serializers.CheckSerializer)
        problems = selectors.check_source(
            given["text"], code=given["language"], actor=self.actor
        )
        return Response({"problems": problems})

    @extend_schema(
        operation_id="policies_format",
        summary="Lay out a policy's text in PPL",
        request=serializers.TextSerializer,
        responses=serializers.FormattedSerializer,
    )
    def format_text(self, request: Request) -> Response:
        """Answer with the text, which means the same; nothing is saved."""
        given = self.read_input(serializers.TextSerializer)["text"]
        text, problems = selectors.format_source(given, actor=self.actor)
        return Response({"text": text, "problems": problems})

    @extend_schema(
        operation_id="policies_build",
        summary="Show a policy's text as blocks, after a change of one of them",
        request=serializers.EditSerializer,
        responses=serializers.BuiltSerializer,
    )
    def build(self, request: Request) -> Response:
        """Answer with the text, its blocks and its problems; nothing is saved."""
        values = self.read_input(serializers.EditSerializer)
        built = selectors.build(
            values["text"], actor=self.actor, request=values.get("edit")
        )
        return Response(
            {
                "text": built.source,
                "tree": built.tree,
                "refusal": built.refusal,
                "problems": [
                    selectors.problem_as_json(one, built.source)
                    for one in built.problems
                ],
            }
        )

    @extend_schema(
        summary="Say what may be written in a policy's text",
        responses=PolymorphicProxySerializer(
            component_name="PolicyCompletion",
            serializers=[
                serializers.CompletionSerializer,
                serializers.RegoCompletionSerializer,
            ],
            resource_type_field_name=None,
        ),
        parameters=[TEXT, LANGUAGE],
    )
    def completion(self, request: Request) -> Response:
        """Answer with the words of the language, groups and people."""
        if request.query_params.get("language") == "rego":
            return Response(selectors.completions())
        text = request.query_params.get("q", "").replace("\0", "").strip()
        return Response(
            selectors.get_completion(self.actor, text=text[:MAX_TEXT_LENGTH])
        )

    @extend_schema(
        summary="Try a policy",
        request=serializers.AttemptSerializer,
        responses=serializers.TrialSerializer,
    )
    def try_policy(self, request: Request, **kwargs: Any) -> Response:
        """Answer a request that was thought up, by one policy alone."""
        values = self.read_input(serializers.AttemptSerializer)
        trial = services.try_policy(
            serializers.attempt_from(values, now=self.now),
            policy_id=kwargs["id"],
            source=values.get("source"),
            actor=self.actor,
            now=self.now,
        )
        return Response(serializers.TrialSerializer(trial).data)

    @extend_schema(
        operation_id="policies_try_draft",
        summary="Try a policy that isn't saved yet",
        request=serializers.DraftAttemptSerializer,
        responses=serializers.TrialSerializer,
    )
    def try_draft(self, request: Request) -> Response:
        """Answer a request that was thought up, by a draft alone."""
        values = self.read_input(serializers.DraftAttemptSerializer)
        trial = services.try_policy(
            serializers.attempt_from(values, now=self.now),
            namespace_id=values["namespace_id"],
            source=values["source"],
            code=values["language"],
            actor=self.actor,
            now=self.now,
        )
        return Response(serializers.TrialSerializer(trial).data)

    @extend_schema(
        summary="Let a policy in Rego be run again",
        request=ReasonSerializer,
        responses={204: OpenApiResponse(description="It is in no quarantine.")},
    )
    def lift_quarantine(self, request: Request, **kwargs: Any) -> Response:
        """Forget that a policy broke its limits three times."""
        services.lift_quarantine(
            kwargs["id"],
            **self.read_input(ReasonSerializer),
            actor=self.actor,
            now=self.now,
        )
        return Response(status=204)

"""REST views of policies: one service or selector call each."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.previews import preview
from console.core.rest.previews import ActPreviewSerializer, Nothing
from console.core.rest.viewsets import IF_MATCH, ScopedViewSet
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from policies import selectors, services
from policies.api import serializers
from policies.api.change_serializers import ChangesQuery, PolicyChangesSerializer
from policies.listings import PolicyListing
from policies.models import NamespacePolicy, Policy, PolicyVersion

NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH)
NAMESPACE = OpenApiParameter(
    "namespace_id", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH
)


@extend_schema_view(
    list=extend_schema(summary="List policies"),
    retrieve=extend_schema(summary="Read a policy"),
)
class PolicyViewSet(ScopedViewSet[Policy]):
    """Policies: seen in their namespace and below."""

    listing = PolicyListing()
    serializer_class = serializers.PolicySerializer
    required_permissions = {
        "list": Permission.POLICY_VIEW,
        "retrieve": Permission.POLICY_VIEW,
        "create": Permission.POLICY_CREATE,
        "update": Permission.POLICY_EDIT,
        "partial_update": Permission.POLICY_EDIT,
        "destroy": Permission.POLICY_DELETE,
        "confirm": Permission.POLICY_EDIT,
        "revert": Permission.POLICY_EDIT,
        "move": Permission.POLICY_EDIT,
        "restore": Permission.POLICY_CREATE,
    }

    def list(self, request: Request, **_: Any) -> Response:
        """Answer one page of the policies that the actor may see."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self._many(rows or []))

    def _many(self, rows: Sequence[Policy]) -> Any:
        return serializers.PolicySerializer(
            rows, many=True, context=self._context(rows)
        ).data

    def _context(self, rows: Sequence[Policy]) -> dict[str, Any]:
        groups = selectors.look_up_groups(rows, now=self.now)
        return {
            **self.get_serializer_context(),
            "paths": namespace_selectors.name_paths(row.namespace for row in rows),
            "group_faults": groups.faults,
            "renamed_groups": groups.renamed,
            "failing": {
                row.pk: selectors.count_failing_of(row, actor=self.actor)
                for row in rows
            },
        }

    def answer(self, row: Policy, *, status: int = 200) -> Response:
        """Answer with one policy, as a list would show it."""
        shown = self.get_queryset().get(pk=row.pk)
        serializer = serializers.PolicySerializer(shown, context=self._context([shown]))
        return Response(serializer.data, status=status)

    def retrieve(self, request: Request, **_: Any) -> Response:
        """Answer one policy that the actor may see."""
        row = self.get_object()
        context = self._context([row])
        return Response(serializers.PolicySerializer(row, context=context).data)

    @extend_schema(
        summary="Create a policy",
        request=serializers.PolicyCreateSerializer,
        responses={201: serializers.PolicySerializer},
    )
    def create(self, request: Request) -> Response:
        """Create a policy with its version 1."""
        values = self.read_input(serializers.PolicyCreateSerializer)
        policy = services.create_policy(**values, actor=self.actor, now=self.now)
        return self.answer(policy, status=201)

    @extend_schema(
        summary="Replace what a policy says",
        request=serializers.PolicyWriteSerializer,
        responses=serializers.PolicySerializer,
        parameters=[IF_MATCH],
    )
    def update(self, request: Request, **_: Any) -> Response:
        """Save a new version; what is left out becomes empty."""
        notes = {"description": "", "explanation": "", "remediation": ""}
        return self._save(notes | self.read_input(serializers.PolicyWriteSerializer))

    @extend_schema(
        summary="Change what a policy says",
        request=serializers.PolicyWriteSerializer,
        responses=serializers.PolicySerializer,
        parameters=[IF_MATCH],
    )
    def partial_update(self, request: Request, **_: Any) -> Response:
        """Save a new version; what is left out stays."""
        return self._save(
            self.read_input(serializers.PolicyWriteSerializer, partial=True)
        )

    def _save(self, values: dict[str, Any]) -> Response:
        policy = services.update_policy(
            self.kwargs["id"],
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
            **values,
        )
        return self.answer(policy)

    @extend_schema(
        summary="Delete a policy", responses={204: None}, parameters=[IF_MATCH]
    )
    def destroy(self, request: Request, **_: Any) -> Response:
        """Delete a policy that is attached nowhere; `restore` takes it back."""
        services.delete_policy(
            self.kwargs["id"],
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return Response(status=204)

    @extend_schema(
        summary="Let a policy say again what an earlier version said",
        request=serializers.RevertSerializer,
        responses=serializers.PolicySerializer,
        parameters=[IF_MATCH],
    )
    def revert(self, request: Request, **_: Any) -> Response:
        """Save what an earlier version said as a new version."""
        policy = services.revert_policy(
            self.kwargs["id"],
            **self.read_input(serializers.RevertSerializer),
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return self.answer(policy)

    @extend_schema(
        summary="Keep a policy as it is, with groups that were renamed",
        request=serializers.ReasonSerializer,
        responses=serializers.PolicySerializer,
        parameters=[IF_MATCH],
    )
    def confirm(self, request: Request, **_: Any) -> Response:
        """Save the same as a new version: `renamed_groups` is empty after it."""
        policy = services.confirm_policy(
            self.kwargs["id"],
            **self.read_input(serializers.ReasonSerializer),
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return self.answer(policy)

    @extend_schema(
        summary="Let a policy live in another namespace",
        request=serializers.MoveSerializer,
        responses=serializers.PolicySerializer,
        parameters=[IF_MATCH],
    )
    def move(self, request: Request, **_: Any) -> Response:
        """Move a policy to where all that it is attached to still sees it."""
        policy = services.move_policy(
            self.kwargs["id"],
            **self.read_input(serializers.MoveSerializer),
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return self.answer(policy)

    @extend_schema(
        summary="Take back the deletion of a policy",
        request=serializers.ReasonSerializer,
        responses=serializers.PolicySerializer,
    )
    def restore(self, request: Request, **_: Any) -> Response:
        """Restore a deleted policy with its id and its versions."""
        policy = services.restore_policy(
            self.kwargs["id"],
            **self.read_input(serializers.ReasonSerializer),
            actor=self.actor,
            now=self.now,
        )
        return self.answer(policy)


class DeletedPolicyViewSet(ScopedViewSet[Any]):
    """Policies that were deleted and can be restored."""

    serializer_class = serializers.DeletedPolicySerializer
    required_permissions = {"list": Permission.POLICY_CREATE}
    filter_backends = []

    def get_queryset(self) -> Any:
        """Return what the actor may restore, the latest first."""
        return selectors.list_deleted(self.actor)


class PolicyVersionViewSet(ScopedViewSet[PolicyVersion]):
    """What a policy said in earlier versions."""

    serializer_class = serializers.PolicyVersionSerializer
    required_permissions = {
        "list": Permission.POLICY_VIEW,
        "retrieve": Permission.POLICY_VIEW,
        "changes": Permission.POLICY_VIEW,
    }
    filter_backends = []

    def get_queryset(self) -> Any:
        """Return the versions of a policy that the actor sees, the newest first."""
        if getattr(self, "swagger_fake_view", False):
            return PolicyVersion.objects.none()
        policy = selectors.get_policy(self.kwargs["id"], actor=self.actor)
        return selectors.list_versions(policy, actor=self.actor)

    @extend_schema(summary="Read one version of a policy", parameters=[NUMBER])
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Answer one version."""
        policy = selectors.get_policy(kwargs["id"], actor=self.actor)
        version = selectors.get_version(policy, kwargs["number"], actor=self.actor)
        return Response(self.get_serializer(version).data)

    @extend_schema(
        summary="Tell what changed in a version, in lines and in sentences",
        parameters=[NUMBER, ChangesQuery],
        responses=PolicyChangesSerializer,
    )
    def changes(self, request: Request, **kwargs: Any) -> Response:
        """Answer what differs from the version before it, or from another one."""
        query = ChangesQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        policy = selectors.get_policy(kwargs["id"], actor=self.actor)
        found = selectors.compare_versions(
            policy, kwargs["number"], actor=self.actor, **query.validated_data
        )
        return Response(PolicyChangesSerializer(found).data)


class PolicyAttachmentViewSet(ScopedViewSet[Any]):
    """Where a policy is attached; attaching it to namespaces."""

    serializer_class = serializers.UsageSerializer
    required_permissions = {
        "retrieve": Permission.POLICY_VIEW,
        "attach": Permission.POLICY_ATTACH,
        "attach_preview": Permission.POLICY_ATTACH,
        "detach": Permission.POLICY_ATTACH,
        "detach_preview": Permission.POLICY_ATTACH,
    }

    @extend_schema(summary="Tell where a policy is attached")
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Answer with the routes and namespaces that the caller may see."""
        policy = selectors.get_policy(kwargs["id"], actor=self.actor)
        usage = selectors.get_usage(policy, actor=self.actor)
        return Response(self.get_serializer(usage).data)

    @extend_schema(
        summary="Attach a policy to a namespace, or change how",
        request=serializers.AttachSerializer,
        responses=serializers.AttachmentSerializer,
    )
    def attach(self, request: Request, **kwargs: Any) -> Response:
        """Let a policy count on every route of a namespace and below."""
        return Response(serializers.AttachmentSerializer(self._attach()).data)

    @extend_schema(
        summary="Look at which routes an attachment would touch",
        request=serializers.AttachSerializer,
        responses=ActPreviewSerializer,
    )
    def attach_preview(self, request: Request, **_: Any) -> Response:
        """Answer which routes would be decided otherwise, and how."""
        return Response(ActPreviewSerializer(preview(self._attach)).data)

    def _attach(self) -> NamespacePolicy:
        return services.attach_to_namespace(
            self.kwargs["id"],
            **self.read_input(serializers.AttachSerializer),
            actor=self.actor,
            now=self.now,
        )

    @extend_schema(
        summary="Detach a policy from a namespace",
        responses={204: None},
        parameters=[NAMESPACE, serializers.SeenQuery],
    )
    def detach(self, request: Request, **_: Any) -> Response:
        """Let a policy no longer count there."""
        query = serializers.SeenQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        self._detach(seen=query.validated_data["seen"])
        return Response(status=204)

    @extend_schema(
        summary="Look at which routes detaching would touch",
        operation_id="policies_attachments_detach_preview",
        request=None,
        responses=ActPreviewSerializer,
        parameters=[NAMESPACE],
    )
    def detach_preview(self, request: Request, **_: Any) -> Response:
        """Answer which routes would be decided otherwise, and how."""
        self.read_input(Nothing)
        return Response(ActPreviewSerializer(preview(self._detach)).data)

    def _detach(self, *, seen: str = "") -> None:
        services.detach_from_namespace(
            self.kwargs["id"],
            namespace_id=self.kwargs["namespace_id"],
            seen=seen,
            actor=self.actor,
            now=self.now,
        )

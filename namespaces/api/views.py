"""API of namespaces: HTTP to one service or selector call."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.previews import look, preview
from console.core.rest.previews import ActPreviewSerializer, Nothing
from console.core.rest.viewsets import IF_MATCH, ScopedViewSet
from namespaces import selectors, services
from namespaces.api import serializers
from namespaces.listings import NamespaceListing
from namespaces.models import Namespace
from namespaces.permissions import Permission


class NamespaceViewSet(ScopedViewSet[Namespace]):
    """Namespaces that the caller sees."""

    listing = NamespaceListing()
    serializer_class = serializers.NamespaceSerializer
    required_permissions = {
        "list": Permission.NAMESPACE_VIEW,
        "retrieve": Permission.NAMESPACE_VIEW,
        "tree": Permission.NAMESPACE_VIEW,
        "create": Permission.NAMESPACE_CREATE,
        "partial_update": Permission.NAMESPACE_EDIT,
        "move": Permission.NAMESPACE_MOVE,
        "move_preview": Permission.NAMESPACE_MOVE,
        "inherit_preview": Permission.NAMESPACE_EDIT,
        "destroy": Permission.NAMESPACE_DELETE,
        "delete_preview": Permission.NAMESPACE_DELETE,
        "deleted": Permission.NAMESPACE_DELETE,
        "restore": Permission.NAMESPACE_DELETE,
    }

    def list(self, request: Request, **_: Any) -> Response:
        """List namespaces, flat."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        context = {"paths": selectors.name_paths(page)}
        rows = serializers.NamespaceSerializer(page, many=True, context=context)
        return self.get_paginated_response(rows.data)

    @extend_schema(responses=serializers.NamespaceNodeSerializer(many=True))
    @action(detail=False, pagination_class=None, filter_backends=[])
    def tree(self, request: Request) -> Response:
        """List the whole tree, parents before children, with the names above."""
        rows = selectors.list_nodes(self.actor)
        return Response(serializers.NamespaceNodeSerializer(rows, many=True).data)

    @extend_schema(request=serializers.NamespaceCreateSerializer)
    def create(self, request: Request) -> Response:
        """Create a namespace in another one."""
        data = self.read_input(serializers.NamespaceCreateSerializer)
        namespace = services.create_namespace(
            parent_id=data.pop("parent"), actor=self.actor, now=self.now, **data
        )
        return self.answer(namespace, status=201)

    @extend_schema(request=serializers.NamespaceUpdateSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, id: str) -> Response:
        """Rename a namespace, describe it, or switch inheriting on or off."""
        namespace = services.update_namespace(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
            **self.read_input(serializers.NamespaceUpdateSerializer),
        )
        return self.answer(namespace)

    @extend_schema(request=serializers.NamespaceMoveSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def move(self, request: Request, id: str) -> Response:
        """Move a namespace, with all below it, under another parent."""
        namespace = services.move_namespace(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
            **self.read_input(serializers.NamespaceMoveSerializer),
        )
        return self.answer(namespace)

    @extend_schema(
        summary="Look at what moving a namespace would change",
        request=serializers.NamespaceMoveSerializer,
        responses=ActPreviewSerializer,
    )
    @action(detail=True, methods=["post"], url_path="move/preview")
    def move_preview(self, request: Request, id: str) -> Response:
        """Answer what a move would change, or why it would be refused."""
        return self._look(
            lambda namespace: services.move_namespace(
                namespace.pk,
                actor=self.actor,
                now=self.now,
                **self.read_input(serializers.NamespaceMoveSerializer),
            )
        )

    @extend_schema(
        summary="Look at what inheriting or not would change",
        request=serializers.InheritSerializer,
        responses=ActPreviewSerializer,
    )
    @action(detail=True, methods=["post"], url_path="inherit/preview")
    def inherit_preview(self, request: Request, id: str) -> Response:
        """Answer which routes would be decided otherwise."""
        return self._look(
            lambda namespace: services.update_namespace(
                namespace.pk,
                version=namespace.version,
                actor=self.actor,
                now=self.now,
                **self.read_input(serializers.InheritSerializer),
            )
        )

    @extend_schema(parameters=[IF_MATCH, serializers.DeleteQuery])
    def destroy(self, request: Request, id: str) -> Response:
        """Delete a namespace, with everything in it if asked; `restore` undoes."""
        query = serializers.DeleteQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        services.delete_namespace(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
            **query.validated_data,
        )
        return Response(status=204)

    @extend_schema(
        summary="Look at what would go with a namespace",
        request=None,
        responses=ActPreviewSerializer,
    )
    @action(detail=True, methods=["post"], url_path="delete/preview")
    def delete_preview(self, request: Request, id: str) -> Response:
        """Answer what would go, or what stands in the way."""
        self.read_input(Nothing)
        namespace = self.get_object()
        found = look(
            lambda: services.check_deletion(
                namespace.pk, with_contents=True, actor=self.actor
            )
        )
        return Response(ActPreviewSerializer(found).data)

    @extend_schema(
        summary="List deleted namespaces",
        responses=serializers.DeletedNamespaceSerializer(many=True),
    )
    @action(detail=False, filter_backends=[])
    def deleted(self, request: Request) -> Response:
        """List what the caller may restore, the latest first."""
        page = self.paginate_queryset(selectors.list_deleted(self.actor)) or []  # type: ignore[arg-type]
        rows = serializers.DeletedNamespaceSerializer(page, many=True)
        return self.get_paginated_response(rows.data)

    @extend_schema(summary="Take back the deletion of a namespace", request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, id: str) -> Response:
        """Restore a namespace with everything that went with it."""
        self.read_input(Nothing)
        namespace = services.restore_namespace(id, actor=self.actor, now=self.now)
        return self.answer(namespace)

    def _look(self, act: Callable[[Namespace], Any]) -> Response:
        namespace = self.get_object()
        found = preview(lambda: act(namespace))
        return Response(ActPreviewSerializer(found).data)

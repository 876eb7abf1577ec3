"""API of namespaces and role bindings: HTTP to one service or selector call."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import IF_MATCH, ScopedViewSet
from namespaces import selectors, services
from namespaces.api import serializers
from namespaces.listings import NamespaceListing, RoleBindingListing
from namespaces.models import Namespace, RoleBinding
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
        "destroy": Permission.NAMESPACE_DELETE,
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

    @extend_schema(parameters=[IF_MATCH])
    def destroy(self, request: Request, id: str) -> Response:
        """Delete a namespace that nothing lives in."""
        services.delete_namespace(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return Response(status=204)


class RoleBindingViewSet(ScopedViewSet[RoleBinding]):
    """Roles on the namespaces that the caller sees."""

    listing = RoleBindingListing()
    serializer_class = serializers.RoleBindingSerializer
    lookup_value_converter = "int"
    required_permissions = {
        "list": Permission.NAMESPACE_VIEW,
        "retrieve": Permission.NAMESPACE_VIEW,
        "create": Permission.NAMESPACE_GRANT,
        "partial_update": Permission.NAMESPACE_GRANT,
        "destroy": Permission.NAMESPACE_GRANT,
    }

    @extend_schema(request=serializers.RoleGrantSerializer)
    def create(self, request: Request) -> Response:
        """Grant a role; it replaces the one that the subject has there."""
        data = self.read_input(serializers.RoleGrantSerializer)
        binding = services.grant_role(
            namespace_id=data["namespace"],
            role=data["role"],
            user_id=data["user"],
            group_id=data["group"],
            service_account_id=data["service_account"],
            expires_at=data["expires_at"],
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return self.answer(binding, status=201)

    @extend_schema(request=serializers.RoleChangeSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, id: int) -> Response:
        """Change a role, or until when it holds."""
        binding = self.get_object()
        data = self.read_input(serializers.RoleChangeSerializer)
        changed = services.change_role(
            binding.pk,
            version=self.expected_version,
            role=data.get("role", binding.permission.codename),
            expires_at=data.get("expires_at", binding.expires_at),
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return self.answer(changed)

    @extend_schema(parameters=[IF_MATCH])
    def destroy(self, request: Request, id: int) -> Response:
        """Take a role away."""
        services.revoke_role(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return Response(status=204)

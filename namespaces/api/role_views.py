"""API of role bindings: HTTP to one service or selector call."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.previews import preview
from console.core.rest.previews import ActPreviewSerializer, Nothing
from console.core.rest.viewsets import IF_MATCH, ScopedViewSet
from namespaces import services
from namespaces.api import serializers
from namespaces.listings import RoleBindingListing
from namespaces.models import RoleBinding
from namespaces.permissions import Permission


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
        "preview": Permission.NAMESPACE_GRANT,
        "change_preview": Permission.NAMESPACE_GRANT,
        "revoke_preview": Permission.NAMESPACE_GRANT,
    }

    @extend_schema(request=serializers.RoleGrantSerializer)
    def create(self, request: Request) -> Response:
        """Grant a role; it replaces the one that the subject has there."""
        return self.answer(self._grant(), status=201)

    @extend_schema(
        summary="Look at who would gain and lose what by a grant",
        request=serializers.RoleGrantSerializer,
        responses=ActPreviewSerializer,
    )
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """Answer whose rights a grant would change, also behind a group."""
        return Response(ActPreviewSerializer(preview(self._grant)).data)

    def _grant(self) -> RoleBinding:
        data = self.read_input(serializers.RoleGrantSerializer)
        return services.grant_role(
            namespace_id=data["namespace"],
            role=data["role"],
            user_id=data["user"],
            group_id=data["group"],
            service_account_id=data["service_account"],
            expires_at=data["expires_at"],
            reason=data["reason"],
            seen=data["seen"],
            actor=self.actor,
            now=self.now,
        )

    @extend_schema(request=serializers.RoleChangeSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, id: int) -> Response:
        """Change a role, or until when it holds."""
        binding = self.get_object()
        return self.answer(self._change(binding, version=self.expected_version))

    @extend_schema(
        summary="Look at who would gain and lose what by a change",
        request=serializers.RoleChangeSerializer,
        responses=ActPreviewSerializer,
    )
    @action(detail=True, methods=["post"], url_path="change/preview")
    def change_preview(self, request: Request, id: int) -> Response:
        """Answer whose rights another role, or another end, would change."""
        binding = self.get_object()
        found = preview(lambda: self._change(binding, version=binding.version))
        return Response(ActPreviewSerializer(found).data)

    def _change(self, binding: RoleBinding, *, version: int) -> RoleBinding:
        data = self.read_input(serializers.RoleChangeSerializer)
        return services.change_role(
            binding.pk,
            version=version,
            role=data.get("role", binding.permission.codename),
            expires_at=data.get("expires_at", binding.expires_at),
            reason=data["reason"],
            seen=data["seen"],
            actor=self.actor,
            now=self.now,
        )

    @extend_schema(parameters=[IF_MATCH, serializers.SeenQuery])
    def destroy(self, request: Request, id: int) -> Response:
        """Take a role away."""
        query = serializers.SeenQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        services.revoke_role(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
            **query.validated_data,
        )
        return Response(status=204)

    @extend_schema(
        summary="Look at who would lose what without a role",
        request=None,
        responses=ActPreviewSerializer,
    )
    @action(detail=True, methods=["post"], url_path="revoke/preview")
    def revoke_preview(self, request: Request, id: int) -> Response:
        """Answer whose rights would change."""
        self.read_input(Nothing)
        binding = self.get_object()
        found = preview(
            lambda: services.revoke_role(binding.pk, actor=self.actor, now=self.now)
        )
        return Response(ActPreviewSerializer(found).data)

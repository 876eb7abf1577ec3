"""REST views of acts on several policies: all of them, or none."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.bulk import BulkOutcomeSerializer, BulkSerializer, BulkViewSet
from namespaces.api.fields import NamespaceIdField
from namespaces.permissions import Permission
from policies import services
from policies.models import AttachmentMode


class MovePoliciesSerializer(BulkSerializer):
    """Several policies, and where they are to live."""

    namespace = NamespaceIdField(source="namespace_id")


class AttachPoliciesSerializer(MovePoliciesSerializer):
    """Several policies, where they are to count, and how."""

    mode = serializers.ChoiceField(choices=AttachmentMode.choices)


class DetachPoliciesSerializer(MovePoliciesSerializer):
    """Several policies, and where they are to count no longer."""


class PolicyBulkViewSet(BulkViewSet):
    """Several policies at once."""

    required_permissions = {
        "delete_several": Permission.POLICY_DELETE,
        "move_several": Permission.POLICY_EDIT,
        "attach_several": Permission.POLICY_ATTACH,
        "detach_several": Permission.POLICY_ATTACH,
    }

    @extend_schema(
        summary="Delete several policies, all or none",
        operation_id="policies_bulk_delete",
        request=BulkSerializer,
        responses=BulkOutcomeSerializer,
    )
    def delete_several(self, request: Request) -> Response:
        """Delete them; only what is attached nowhere can be. Each can be restored."""
        values = self.read_input(BulkSerializer)
        return self.carry_out(services.delete_policies, values)

    @extend_schema(
        summary="Let several policies live in another namespace, all or none",
        operation_id="policies_bulk_move",
        request=MovePoliciesSerializer,
        responses=BulkOutcomeSerializer,
    )
    def move_several(self, request: Request) -> Response:
        """Move them; what they are attached to has to lie there or below."""
        values = self.read_input(MovePoliciesSerializer)
        return self.carry_out(
            services.move_policies, values, namespace_id=values["namespace_id"]
        )

    @extend_schema(
        summary="Let several policies count on a namespace, all or none",
        operation_id="policies_bulk_attach",
        request=AttachPoliciesSerializer,
        responses=BulkOutcomeSerializer,
    )
    def attach_several(self, request: Request) -> Response:
        """Attach them as inherited or enforced."""
        values = self.read_input(AttachPoliciesSerializer)
        return self.carry_out(
            services.attach_policies,
            values,
            namespace_id=values["namespace_id"],
            mode=values["mode"],
        )

    @extend_schema(
        summary="Take several policies off a namespace, all or none",
        operation_id="policies_bulk_detach",
        request=DetachPoliciesSerializer,
        responses=BulkOutcomeSerializer,
    )
    def detach_several(self, request: Request) -> Response:
        """Detach those that are attached there."""
        values = self.read_input(DetachPoliciesSerializer)
        return self.carry_out(
            services.detach_policies, values, namespace_id=values["namespace_id"]
        )

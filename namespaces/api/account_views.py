"""API of service accounts. Tokens are made by people: no token makes another."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import IF_MATCH, ScopedViewSet
from namespaces import selectors, services
from namespaces.api import account_serializers as serializers
from namespaces.listings import ApiAccountListing
from namespaces.models import ApiServiceAccount
from namespaces.permissions import Permission


class ServiceAccountViewSet(ScopedViewSet[ApiServiceAccount]):
    """Machines that call this API, of where the caller may see them."""

    listing = ApiAccountListing()
    serializer_class = serializers.ApiServiceAccountSerializer
    required_permissions = {
        "list": Permission.SERVICE_ACCOUNT_VIEW,
        "retrieve": Permission.SERVICE_ACCOUNT_VIEW,
        "create": Permission.SERVICE_ACCOUNT_EDIT,
        "partial_update": Permission.SERVICE_ACCOUNT_EDIT,
        "rotate": Permission.SERVICE_ACCOUNT_EDIT,
        "destroy": Permission.SERVICE_ACCOUNT_EDIT,
    }

    @extend_schema(
        request=serializers.ServiceAccountNewSerializer,
        responses={201: serializers.IssuedTokenSerializer},
    )
    def create(self, request: Request) -> Response:
        """Make an account. The token is in the answer, and nowhere afterwards."""
        data = self.read_input(serializers.ServiceAccountNewSerializer)
        issued = services.create_api_account(
            namespace_id=data.pop("namespace"), actor=self.actor, now=self.now, **data
        )
        return self.answer_issued(issued, status=201)

    @extend_schema(
        request=serializers.ServiceAccountEditSerializer, parameters=[IF_MATCH]
    )
    def partial_update(self, request: Request, id: str) -> Response:
        """Change an account; its token stays."""
        account = services.update_api_account(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
            **self.read_input(serializers.ServiceAccountEditSerializer),
        )
        return self.answer(selectors.get_api_account(account.pk, actor=self.actor))

    @extend_schema(
        request=serializers.RotateSerializer,
        responses=serializers.IssuedTokenSerializer,
        parameters=[IF_MATCH],
    )
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, id: str) -> Response:
        """Give an account another token; the one before is dead at once."""
        issued = services.rotate_api_account(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
            **self.read_input(serializers.RotateSerializer),
        )
        return self.answer_issued(issued)

    @extend_schema(parameters=[IF_MATCH])
    def destroy(self, request: Request, id: str) -> Response:
        """Revoke an account: its token is dead at once, for good."""
        services.revoke_api_account(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return Response(status=204)

    def answer_issued(
        self, issued: services.IssuedToken, *, status: int = 200
    ) -> Response:
        """Answer with the account and its token."""
        account = selectors.get_api_account(issued.account.pk, actor=self.actor)
        shown = serializers.ApiServiceAccountSerializer(account).data
        return Response({**shown, "token": issued.token}, status=status)

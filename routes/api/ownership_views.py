"""REST views of who owns hosts and upstreams: one service or selector call each."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import ScopedViewSet
from namespaces.permissions import Permission
from policies.api.serializers import ReasonSerializer
from routes import selectors, services
from routes.api import ownership_serializers as serializers
from routes.listings.ownership import (
    ConsentListing,
    DelegationListing,
    HostListing,
    UpstreamListing,
)
from routes.models import HostClaim, HostDelegation, UpstreamClaim, UpstreamConsent


@extend_schema_view(
    list=extend_schema(summary="List hosts"),
    retrieve=extend_schema(summary="Read a host"),
)
class HostViewSet(ScopedViewSet[HostClaim]):
    """Hosts, and the namespaces that own them."""

    listing = HostListing()
    serializer_class = serializers.HostSerializer
    required_permissions = {
        "list": Permission.ROUTE_VIEW,
        "retrieve": Permission.ROUTE_VIEW,
        "release": Permission.HOST_RELEASE,
    }

    @extend_schema(
        summary="End the rest of a host",
        request=ReasonSerializer,
        responses={204: None},
    )
    def release(self, request: Request, **_: Any) -> Response:
        """Let anybody claim a host that was given up lately."""
        values = self.read_input(ReasonSerializer)
        host = self.get_object()
        services.release_host(host.host, **values, actor=self.actor, now=self.now)
        return Response(status=204)


@extend_schema_view(
    list=extend_schema(summary="List delegated zones and paths"),
    retrieve=extend_schema(summary="Read a delegation"),
)
class DelegationViewSet(ScopedViewSet[HostDelegation]):
    """Zones and paths of hosts that are lent to namespaces."""

    listing = DelegationListing()
    serializer_class = serializers.DelegationSerializer
    required_permissions = {
        "list": Permission.ROUTE_VIEW,
        "retrieve": Permission.ROUTE_VIEW,
        "create": Permission.HOST_DELEGATE,
        "revoke": Permission.HOST_DELEGATE,
        "restore": Permission.HOST_DELEGATE,
    }

    @extend_schema(
        summary="Delegate a zone, or a path of a host",
        request=serializers.DelegateSerializer,
        responses={201: serializers.DelegationSerializer},
    )
    def create(self, request: Request) -> Response:
        """Let a namespace publish there."""
        values = self.read_input(serializers.DelegateSerializer)
        made = services.delegate_host(**values, actor=self.actor, now=self.now)
        return self.answer(made, status=201)

    @extend_schema(
        summary="Take a delegation back",
        request=ReasonSerializer,
        responses={204: None},
    )
    def revoke(self, request: Request, **_: Any) -> Response:
        """Routes that need it stand in the way: 409, with those that one sees."""
        values = self.read_input(ReasonSerializer)
        services.revoke_delegation(
            self.kwargs["id"], **values, actor=self.actor, now=self.now
        )
        return Response(status=204)

    @extend_schema(
        summary="Undo that a delegation was taken back",
        request=ReasonSerializer,
        responses={200: serializers.DelegationSerializer},
    )
    def restore(self, request: Request, **_: Any) -> Response:
        """Delegate the same again, with its id."""
        values = self.read_input(ReasonSerializer)
        made = services.restore_delegation(
            self.kwargs["id"], **values, actor=self.actor, now=self.now
        )
        return self.answer(made)


@extend_schema_view(
    list=extend_schema(summary="List registered upstreams"),
    retrieve=extend_schema(summary="Read a registered upstream"),
)
class UpstreamViewSet(ScopedViewSet[UpstreamClaim]):
    """Hosts and networks that only one namespace routes to without asking."""

    listing = UpstreamListing()
    serializer_class = serializers.UpstreamSerializer
    required_permissions = {
        "list": Permission.ROUTE_VIEW,
        "retrieve": Permission.ROUTE_VIEW,
        "create": Permission.UPSTREAM_EDIT,
        "release": Permission.UPSTREAM_EDIT,
        "routes": Permission.ROUTE_VIEW,
    }

    @extend_schema(
        summary="Register an upstream",
        request=serializers.RegisterSerializer,
        responses={201: serializers.UpstreamSerializer},
    )
    def create(self, request: Request) -> Response:
        """Routes of others that lead there stay; `routes` lists them."""
        values = self.read_input(serializers.RegisterSerializer)
        made = services.register_upstream(**values, actor=self.actor, now=self.now)
        return self.answer(made, status=201)

    @extend_schema(
        summary="Give an upstream up", request=ReasonSerializer, responses={204: None}
    )
    def release(self, request: Request, **_: Any) -> Response:
        """Everybody may route there again."""
        values = self.read_input(ReasonSerializer)
        services.release_upstream(
            self.kwargs["id"], **values, actor=self.actor, now=self.now
        )
        return Response(status=204)

    @extend_schema(
        summary="List routes of others to an upstream",
        responses=serializers.RoutesIntoSerializer,
    )
    def routes(self, request: Request, **_: Any) -> Response:
        """Answer with routes of other namespaces that lead there."""
        claim = self.get_object()
        shown, hidden = selectors.list_routes_into(
            claim.target, outside=claim.namespace.path, actor=self.actor
        )
        answer = {"routes": shown, "hidden": hidden}
        return Response(serializers.RoutesIntoSerializer(answer).data)


@extend_schema_view(
    list=extend_schema(summary="List requests to route to an upstream"),
    retrieve=extend_schema(summary="Read such a request"),
)
class ConsentViewSet(ScopedViewSet[UpstreamConsent]):
    """Requests to route to an upstream of another namespace, and the answers."""

    listing = ConsentListing()
    serializer_class = serializers.ConsentSerializer
    required_permissions = {
        "list": Permission.ROUTE_VIEW,
        "retrieve": Permission.ROUTE_VIEW,
        "create": Permission.ROUTE_CREATE,
        "grant": Permission.UPSTREAM_EDIT,
        "refuse": Permission.UPSTREAM_EDIT,
    }

    @extend_schema(
        summary="Ask to route to an upstream",
        request=serializers.AskConsentSerializer,
        responses={201: serializers.ConsentSerializer},
    )
    def create(self, request: Request) -> Response:
        """The owner reads the request in its audit log and on its page of hosts."""
        values = self.read_input(serializers.AskConsentSerializer)
        made = services.request_consent(**values, actor=self.actor, now=self.now)
        return self.answer(made, status=201)

    @extend_schema(
        summary="Consent to routes to an upstream",
        request=ReasonSerializer,
        responses=serializers.ConsentSerializer,
    )
    def grant(self, request: Request, **_: Any) -> Response:
        """Let the namespace route there."""
        return self._decide(is_granted=True)

    @extend_schema(
        summary="Refuse routes to an upstream, or take a consent back",
        request=ReasonSerializer,
        responses=serializers.ConsentSerializer,
    )
    def refuse(self, request: Request, **_: Any) -> Response:
        """Routes that exist stay."""
        return self._decide(is_granted=False)

    def _decide(self, *, is_granted: bool) -> Response:
        values = self.read_input(ReasonSerializer)
        consent = services.decide_consent(
            self.kwargs["id"],
            is_granted=is_granted,
            **values,
            actor=self.actor,
            now=self.now,
        )
        return self.answer(consent)

"""URLs of the REST API of routes."""

from django.urls import path

from routes.api.bulk_views import RouteBulkViewSet
from routes.api.effect_views import PolicyEffectViewSet
from routes.api.import_views import ExportViewSet, ImportViewSet
from routes.api.ownership_views import (
    ConsentViewSet,
    DelegationViewSet,
    HostViewSet,
    UpstreamViewSet,
)
from routes.api.views import (
    DeletedRouteViewSet,
    RoutePoliciesViewSet,
    RouteTrialViewSet,
    RouteViewSet,
)

urlpatterns = [
    path(
        "policies/effect/",
        PolicyEffectViewSet.as_view({"post": "draft_effect"}),
        name="api-policy-draft-effect",
    ),
    path(
        "policies/<uuid:id>/effect/",
        PolicyEffectViewSet.as_view({"post": "effect"}),
        name="api-policy-effect",
    ),
    path(
        "routes/",
        RouteViewSet.as_view({"get": "list", "post": "create"}),
        name="api-route-list",
    ),
    path(
        "routes/deleted/",
        DeletedRouteViewSet.as_view({"get": "list"}),
        name="api-route-deleted",
    ),
    path(
        "routes/bulk/delete/",
        RouteBulkViewSet.as_view({"post": "delete_several"}),
        name="api-route-bulk-delete",
    ),
    path(
        "routes/bulk/move/",
        RouteBulkViewSet.as_view({"post": "move_several"}),
        name="api-route-bulk-move",
    ),
    path(
        "routes/bulk/attach/",
        RouteBulkViewSet.as_view({"post": "attach_several"}),
        name="api-route-bulk-attach",
    ),
    path(
        "routes/bulk/detach/",
        RouteBulkViewSet.as_view({"post": "detach_several"}),
        name="api-route-bulk-detach",
    ),
    path(
        "routes/preview/",
        RouteTrialViewSet.as_view({"post": "preview"}),
        name="api-route-preview",
    ),
    path(
        "routes/<uuid:id>/",
        RouteViewSet.as_view(
            {
                "get": "retrieve",
                "put": "update",
                "patch": "partial_update",
                "delete": "destroy",
            }
        ),
        name="api-route-detail",
    ),
    path(
        "routes/<uuid:id>/move/",
        RouteViewSet.as_view({"post": "move"}),
        name="api-route-move",
    ),
    path(
        "routes/<uuid:id>/inherit/preview/",
        RouteViewSet.as_view({"post": "inherit_preview"}),
        name="api-route-inherit-preview",
    ),
    path(
        "routes/<uuid:id>/restore/",
        RouteViewSet.as_view({"post": "restore"}),
        name="api-route-restore",
    ),
    path(
        "routes/<uuid:id>/policies/",
        RoutePoliciesViewSet.as_view({"get": "retrieve", "put": "update"}),
        name="api-route-policies",
    ),
    path(
        "routes/<uuid:id>/try/",
        RouteTrialViewSet.as_view({"post": "try_route"}),
        name="api-route-try",
    ),
    path(
        "routes/<uuid:id>/overlaps/",
        RouteTrialViewSet.as_view({"get": "overlaps"}),
        name="api-route-overlaps",
    ),
    path(
        "imports/",
        ImportViewSet.as_view({"get": "list", "post": "create"}),
        name="api-import-list",
    ),
    path(
        "imports/<uuid:id>/",
        ImportViewSet.as_view({"get": "retrieve"}),
        name="api-import-detail",
    ),
    path(
        "imports/<uuid:id>/review/",
        ImportViewSet.as_view({"post": "review"}),
        name="api-import-review",
    ),
    path(
        "imports/<uuid:id>/apply/",
        ImportViewSet.as_view({"post": "apply"}),
        name="api-import-apply",
    ),
    path("export/", ExportViewSet.as_view({"get": "export"}), name="api-export"),
    path("hosts/", HostViewSet.as_view({"get": "list"}), name="api-host-list"),
    path(
        "hosts/<uuid:id>/",
        HostViewSet.as_view({"get": "retrieve"}),
        name="api-host-detail",
    ),
    path(
        "hosts/<uuid:id>/release/",
        HostViewSet.as_view({"post": "release"}),
        name="api-host-release",
    ),
    path(
        "host-delegations/",
        DelegationViewSet.as_view({"get": "list", "post": "create"}),
        name="api-host-delegation-list",
    ),
    path(
        "host-delegations/<uuid:id>/",
        DelegationViewSet.as_view({"get": "retrieve"}),
        name="api-host-delegation-detail",
    ),
    path(
        "host-delegations/<uuid:id>/revoke/",
        DelegationViewSet.as_view({"post": "revoke"}),
        name="api-host-delegation-revoke",
    ),
    path(
        "host-delegations/<uuid:id>/restore/",
        DelegationViewSet.as_view({"post": "restore"}),
        name="api-host-delegation-restore",
    ),
    path(
        "upstreams/",
        UpstreamViewSet.as_view({"get": "list", "post": "create"}),
        name="api-upstream-list",
    ),
    path(
        "upstreams/<uuid:id>/",
        UpstreamViewSet.as_view({"get": "retrieve"}),
        name="api-upstream-detail",
    ),
    path(
        "upstreams/<uuid:id>/release/",
        UpstreamViewSet.as_view({"post": "release"}),
        name="api-upstream-release",
    ),
    path(
        "upstreams/<uuid:id>/routes/",
        UpstreamViewSet.as_view({"get": "routes"}),
        name="api-upstream-routes",
    ),
    path(
        "upstream-consents/",
        ConsentViewSet.as_view({"get": "list", "post": "create"}),
        name="api-upstream-consent-list",
    ),
    path(
        "upstream-consents/<uuid:id>/",
        ConsentViewSet.as_view({"get": "retrieve"}),
        name="api-upstream-consent-detail",
    ),
    path(
        "upstream-consents/<uuid:id>/grant/",
        ConsentViewSet.as_view({"post": "grant"}),
        name="api-upstream-consent-grant",
    ),
    path(
        "upstream-consents/<uuid:id>/refuse/",
        ConsentViewSet.as_view({"post": "refuse"}),
        name="api-upstream-consent-refuse",
    ),
]

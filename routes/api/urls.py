"""URLs of the REST API of routes."""

from django.urls import path

from routes.api.import_views import ExportViewSet, ImportViewSet
from routes.api.views import (
    DeletedRouteViewSet,
    RoutePoliciesViewSet,
    RouteTrialViewSet,
    RouteViewSet,
)

urlpatterns = [
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
]

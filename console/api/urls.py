"""URLs of the REST API: each app brings its own, the rest spans the apps."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from console.api import saved_filters, views

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("health/", views.HealthView.as_view(), name="api-health"),
    path("me/", views.MeView.as_view(), name="api-me"),
    path(
        "explain-access/", views.ExplainAccessView.as_view(), name="api-explain-access"
    ),
    path("audit/", views.AuditViewSet.as_view({"get": "list"}), name="api-audit-list"),
    path(
        "audit/<int:id>/",
        views.AuditViewSet.as_view({"get": "retrieve"}),
        name="api-audit-detail",
    ),
    path(
        "saved-filters/",
        saved_filters.SavedFilterViewSet.as_view({"get": "list", "post": "create"}),
        name="api-saved-filter-list",
    ),
    path(
        "saved-filters/<uuid:id>/",
        saved_filters.SavedFilterViewSet.as_view({"delete": "destroy"}),
        name="api-saved-filter-detail",
    ),
    path("", include("namespaces.api.urls")),
    path("", include("directory.api.urls")),
    path("", include("devices.api.urls")),
    path("", include("gateway.api.urls")),
    path("", include("policies.api.urls")),
    path("", include("routes.api.urls")),
]

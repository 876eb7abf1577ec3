"""URLs of the REST API of the gateway."""

from django.urls import path

from gateway.api.sessions import SessionViewSet

urlpatterns = [
    path("sessions/", SessionViewSet.as_view({"get": "list"}), name="api-session-list"),
    path(
        "sessions/<uuid:id>/",
        SessionViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="api-session-detail",
    ),
]

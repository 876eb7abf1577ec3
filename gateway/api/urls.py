"""URLs of the REST API of the gateway."""

from django.urls import path

from gateway.api.certificates import CertificateViewSet
from gateway.api.sessions import SessionViewSet

urlpatterns = [
    path("sessions/", SessionViewSet.as_view({"get": "list"}), name="api-session-list"),
    path(
        "sessions/<uuid:id>/",
        SessionViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="api-session-detail",
    ),
    path(
        "certificates/",
        CertificateViewSet.as_view({"get": "list", "post": "create"}),
        name="api-certificate-list",
    ),
    path(
        "certificates/<uuid:id>/",
        CertificateViewSet.as_view({"get": "retrieve"}),
        name="api-certificate-detail",
    ),
    path(
        "certificates/<uuid:id>/remove/",
        CertificateViewSet.as_view({"post": "remove"}),
        name="api-certificate-remove",
    ),
]

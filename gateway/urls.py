"""URLs of the pages of the gateway."""

from django.urls import path

from gateway.views import certificates, sessions, signing_in

app_name = "gateway"

urlpatterns = [
    path("gateway/sign-in", signing_in.SignInAtRoute.as_view(), name="route-sign-in"),
    path("sessions/", sessions.SessionListPage.as_view(), name="session-list"),
    path(
        "sessions/<uuid:id>/revoke",
        sessions.RevokeAction.as_view(),
        name="session-revoke",
    ),
    path(
        "certificates/",
        certificates.CertificatesPage.as_view(),
        name="certificate-list",
    ),
    path(
        "certificates/new",
        certificates.UploadPage.as_view(),
        name="certificate-create",
    ),
    path(
        "certificates/<uuid:id>/remove",
        certificates.RemovePage.as_view(),
        name="certificate-remove",
    ),
    path(
        "certificates/authority/download",
        certificates.AuthorityDownload.as_view(),
        name="certificate-authority",
    ),
]

"""URLs of the pages of the gateway."""

from django.urls import path

from gateway.views import sessions, signing_in

app_name = "gateway"

urlpatterns = [
    path("gateway/sign-in", signing_in.SignInAtRoute.as_view(), name="route-sign-in"),
    path("sessions/", sessions.SessionListPage.as_view(), name="session-list"),
    path(
        "sessions/<uuid:id>/revoke",
        sessions.RevokeAction.as_view(),
        name="session-revoke",
    ),
]

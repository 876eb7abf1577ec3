"""URLs of the SCIM server."""

from django.urls import path

from directory.scim.views import ScimView

app_name = "scim"
urlpatterns = [
    path("<uuid:id>/<path:path>", ScimView.as_view(), name="scim"),
]

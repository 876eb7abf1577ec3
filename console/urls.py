"""Every URL of the console."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("console.api.urls")),
    path("scim/v2/", include("directory.scim.urls")),
    path("", include("console.ui.urls")),
]

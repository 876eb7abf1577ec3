"""URLs of the API of people and groups."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from directory.api import (
    data_sources,
    directories,
    service_accounts,
    sign_in,
    views,
)

router = SimpleRouter(use_regex_path=False)
router.register("people", views.PersonViewSet, basename="api-person")
router.register("groups", views.GroupViewSet, basename="api-group")
router.register(
    "directory-service-accounts",
    service_accounts.ServiceAccountViewSet,
    basename="api-credential",
)

router.register("directories", directories.DirectoryViewSet, basename="api-directory")
router.register("directory-runs", directories.SyncRunViewSet, basename="api-run")
router.register(
    "data-sources", data_sources.DataSourceViewSet, basename="api-data-source"
)
router.register("data-runs", data_sources.DataRunViewSet, basename="api-data-run")

urlpatterns = [
    *router.urls,
    path(
        "people/<uuid:id>/identity/",
        sign_in.IdentityView.as_view(),
        name="api-person-identity",
    ),
    path(
        "sign-in-settings/",
        sign_in.SignInSettingsView.as_view(),
        name="api-sign-in-settings",
    ),
    path(
        "sign-in-settings/test/",
        sign_in.SignInTestView.as_view(),
        name="api-sign-in-settings-test",
    ),
    path(
        "directories/<uuid:id>/run/",
        directories.DirectoryViewSet.as_view({"post": "run"}),
        name="api-directory-run",
    ),
    path(
        "directories/<uuid:id>/scim-tokens/",
        directories.DirectoryViewSet.as_view({"get": "tokens", "post": "make_token"}),
        name="api-scim-token-list",
    ),
    path(
        "scim-tokens/<uuid:id>/",
        directories.DirectoryViewSet.as_view({"delete": "revoke_token"}),
        name="api-scim-token-detail",
    ),
    path(
        "directory-runs/<uuid:id>/release/",
        directories.SyncRunViewSet.as_view({"post": "release"}),
        name="api-run-release",
    ),
    path(
        "directory-runs/<uuid:id>/discard/",
        directories.SyncRunViewSet.as_view({"post": "discard"}),
        name="api-run-discard",
    ),
    path(
        "data-sources/preview/",
        data_sources.DataSourceViewSet.as_view({"post": "preview"}),
        name="api-data-source-preview",
    ),
    path(
        "data-sources/<uuid:id>/run/",
        data_sources.DataSourceViewSet.as_view({"post": "run"}),
        name="api-data-source-run",
    ),
    path(
        "data-records/",
        data_sources.RecordViewSet.as_view({"get": "list"}),
        name="api-data-record-list",
    ),
    path(
        "data-runs/<uuid:id>/release/",
        data_sources.DataRunViewSet.as_view({"post": "release"}),
        name="api-data-run-release",
    ),
    path(
        "data-runs/<uuid:id>/discard/",
        data_sources.DataRunViewSet.as_view({"post": "discard"}),
        name="api-data-run-discard",
    ),
    path(
        "directories/try/",
        data_sources.TrialViewSet.as_view({"post": "try_directory"}),
        name="api-directory-try",
    ),
    path(
        "trials/<uuid:id>/",
        data_sources.TrialViewSet.as_view({"get": "retrieve"}),
        name="api-trial-detail",
    ),
]

"""URLs of the pages of people and groups."""

from django.urls import path

from console.ui import (
    credentials,
    data_runs,
    data_sources,
    directories,
    identities,
    people,
    scim_tokens,
    trials,
)

app_name = "directory"
urlpatterns = [
    path("people/", people.PeoplePage.as_view(), name="person-list"),
    path("people/export.csv", people.PeopleExport.as_view(), name="person-export"),
    path("people/find", people.SubjectSearch.as_view(), name="subject-search"),
    path("people/<uuid:id>/", people.PersonPage.as_view(), name="person-detail"),
    path(
        "people/<uuid:id>/identity",
        identities.LinkIdentityPage.as_view(),
        name="identity-link",
    ),
    path(
        "people/<uuid:id>/identity/unlink",
        identities.UnlinkIdentityPage.as_view(),
        name="identity-unlink",
    ),
    path("groups/", people.GroupsPage.as_view(), name="group-list"),
    path("groups/export.csv", people.GroupsExport.as_view(), name="group-export"),
    path("groups/<uuid:id>/", people.GroupPage.as_view(), name="group-detail"),
    path("directories/", directories.DirectoriesPage.as_view(), name="directory-list"),
    path(
        "directories/new",
        directories.CreateDirectoryPage.as_view(),
        name="directory-create",
    ),
    path(
        "directories/<uuid:id>/",
        directories.DirectoryPage.as_view(),
        name="directory-detail",
    ),
    path(
        "directories/<uuid:id>/edit",
        directories.EditDirectoryPage.as_view(),
        name="directory-edit",
    ),
    path(
        "directories/<uuid:id>/run",
        directories.StartRun.as_view(),
        name="directory-run",
    ),
    path(
        "directories/<uuid:id>/tokens/new",
        scim_tokens.CreateScimTokenPage.as_view(),
        name="scim-token-create",
    ),
    path(
        "scim-tokens/<uuid:id>/revoke",
        scim_tokens.RevokeScimTokenPage.as_view(),
        name="scim-token-revoke",
    ),
    path("directory-runs/<uuid:id>/", directories.RunPage.as_view(), name="run-detail"),
    path(
        "directory-runs/<uuid:id>/progress",
        directories.RunProgress.as_view(),
        name="run-progress",
    ),
    path(
        "directory-runs/<uuid:id>/release",
        directories.ReleaseRun.as_view(),
        name="run-release",
    ),
    path(
        "directory-runs/<uuid:id>/discard",
        directories.DiscardRun.as_view(),
        name="run-discard",
    ),
    path("credentials/", credentials.CredentialsPage.as_view(), name="credential-list"),
    path(
        "credentials/new",
        credentials.CreateCredentialPage.as_view(),
        name="credential-create",
    ),
    path(
        "credentials/<uuid:id>/",
        credentials.CredentialPage.as_view(),
        name="credential-detail",
    ),
    path(
        "credentials/<uuid:id>/edit",
        credentials.EditCredentialPage.as_view(),
        name="credential-edit",
    ),
    path(
        "credentials/<uuid:id>/delete",
        credentials.DeleteCredentialPage.as_view(),
        name="credential-delete",
    ),
    path(
        "data-sources/",
        data_sources.DataSourcesPage.as_view(),
        name="data-source-list",
    ),
    path(
        "data-sources/new",
        data_sources.CreateDataSourcePage.as_view(),
        name="data-source-create",
    ),
    path(
        "data-sources/<uuid:id>/",
        data_sources.DataSourcePage.as_view(),
        name="data-source-detail",
    ),
    path(
        "data-sources/<uuid:id>/edit",
        data_sources.EditDataSourcePage.as_view(),
        name="data-source-edit",
    ),
    path(
        "data-sources/<uuid:id>/delete",
        data_sources.DeleteDataSourcePage.as_view(),
        name="data-source-delete",
    ),
    path(
        "data-sources/<uuid:id>/records",
        data_sources.RecordsPage.as_view(),
        name="data-source-records",
    ),
    path(
        "data-sources/<uuid:id>/run",
        data_runs.StartDataRun.as_view(),
        name="data-source-run",
    ),
    path(
        "data-runs/<uuid:id>/", data_runs.DataRunPage.as_view(), name="data-run-detail"
    ),
    path(
        "data-runs/<uuid:id>/progress",
        data_runs.DataRunProgress.as_view(),
        name="data-run-progress",
    ),
    path(
        "data-runs/<uuid:id>/release",
        data_runs.ReleaseDataRun.as_view(),
        name="data-run-release",
    ),
    path(
        "data-runs/<uuid:id>/discard",
        data_runs.DiscardDataRun.as_view(),
        name="data-run-discard",
    ),
    path("trials/<uuid:id>/", trials.TrialPage.as_view(), name="trial-detail"),
]

"""URLs of the pages of routes."""

from django.urls import path

from routes.views import (
    bulk,
    changing,
    delegations,
    details,
    effect,
    exports,
    hosts,
    imports,
    lists,
    picking,
    trying,
)

app_name = "routes"

urlpatterns = [
    path("routes/", lists.RouteListPage.as_view(), name="route-list"),
    path("routes/export.csv", lists.RouteExportCsv.as_view(), name="route-export"),
    path("routes/deleted/", lists.DeletedRoutesPage.as_view(), name="route-deleted"),
    path("routes/new", changing.CreatePage.as_view(), name="route-create"),
    path("routes/preview", picking.PreviewDraft.as_view(), name="route-preview-draft"),
    path(
        "routes/policy-options",
        picking.PolicyOptions.as_view(),
        name="route-policy-options",
    ),
    path(
        "routes/bulk/delete",
        bulk.DeleteRoutesPage.as_view(),
        name="route-bulk-delete",
    ),
    path("routes/bulk/move", bulk.MoveRoutesPage.as_view(), name="route-bulk-move"),
    path(
        "routes/bulk/attach",
        bulk.AttachToRoutesPage.as_view(),
        name="route-bulk-attach",
    ),
    path(
        "routes/bulk/detach",
        bulk.DetachFromRoutesPage.as_view(),
        name="route-bulk-detach",
    ),
    path(
        "routes/bulk/restore",
        bulk.RestoreRoutesAction.as_view(),
        name="route-bulk-restore",
    ),
    path("routes/undo", bulk.UndoRoutesAction.as_view(), name="route-undo"),
    path("policies/effect", effect.DraftEffectPage.as_view(), name="draft-effect"),
    path(
        "policies/<uuid:id>/effect", effect.EffectPage.as_view(), name="policy-effect"
    ),
    path("routes/<uuid:id>/", details.RoutePage.as_view(), name="route-detail"),
    path("routes/<uuid:id>/edit", changing.EditPage.as_view(), name="route-edit"),
    path(
        "routes/<uuid:id>/preview",
        picking.PreviewChange.as_view(),
        name="route-preview",
    ),
    path(
        "routes/<uuid:id>/history",
        details.HistoryPage.as_view(),
        name="route-history",
    ),
    path("routes/<uuid:id>/try", trying.TryRoutePage.as_view(), name="route-try"),
    path("routes/<uuid:id>/move", changing.MovePage.as_view(), name="route-move"),
    path("routes/<uuid:id>/delete", changing.DeletePage.as_view(), name="route-delete"),
    path(
        "routes/<uuid:id>/restore",
        changing.RestoreAction.as_view(),
        name="route-restore",
    ),
    path("hosts/", hosts.HostsPage.as_view(), name="host-list"),
    path("hosts/export.csv", hosts.HostsCsv.as_view(), name="host-export"),
    path(
        "hosts/<uuid:id>/release",
        hosts.ReleaseHostAction.as_view(),
        name="host-release",
    ),
    path(
        "hosts/delegations/",
        hosts.DelegationsPage.as_view(),
        name="host-delegation-list",
    ),
    path(
        "hosts/delegations/new",
        hosts.DelegatePage.as_view(),
        name="host-delegation-create",
    ),
    path(
        "hosts/delegations/<uuid:id>/revoke",
        delegations.RevokePage.as_view(),
        name="host-delegation-revoke",
    ),
    path(
        "hosts/delegations/<uuid:id>/restore",
        delegations.RestoreDelegationAction.as_view(),
        name="host-delegation-restore",
    ),
    path("hosts/upstreams/", hosts.UpstreamsPage.as_view(), name="upstream-list"),
    path("hosts/upstreams/new", hosts.RegisterPage.as_view(), name="upstream-create"),
    path(
        "hosts/upstreams/<uuid:id>/release",
        hosts.ReleaseUpstreamPage.as_view(),
        name="upstream-release",
    ),
    path(
        "hosts/consents/",
        hosts.ConsentsPage.as_view(),
        name="upstream-consent-list",
    ),
    path("hosts/consents/new", hosts.AskPage.as_view(), name="upstream-consent-create"),
    path(
        "hosts/consents/<uuid:id>/grant",
        hosts.DecideAction.as_view(is_granted=True),
        name="upstream-consent-grant",
    ),
    path(
        "hosts/consents/<uuid:id>/refuse",
        hosts.DecideAction.as_view(is_granted=False),
        name="upstream-consent-refuse",
    ),
    path("import/", imports.StartPage.as_view(), name="import-start"),
    path("import/<uuid:id>/", imports.ImportPage.as_view(), name="import-detail"),
    path(
        "import/<uuid:id>/progress",
        imports.ImportProgress.as_view(),
        name="import-progress",
    ),
    path(
        "import/<uuid:id>/review", imports.ImportReview.as_view(), name="import-review"
    ),
    path("import/<uuid:id>/apply", imports.ImportApply.as_view(), name="import-apply"),
    path("export/", exports.ExportPage.as_view(), name="export"),
]

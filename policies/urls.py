"""URLs of the pages of policies."""

from django.urls import path

from policies.views import (
    attaching,
    builder,
    bulk,
    detail,
    editing,
    examples,
    fetching,
    lists,
    rego,
    trying,
)

app_name = "policies"
urlpatterns = [
    path("policies/", lists.PolicyListPage.as_view(), name="policy-list"),
    path("policies/export.csv", lists.PolicyExport.as_view(), name="policy-export"),
    path(
        "policies/deleted", lists.DeletedPoliciesPage.as_view(), name="policy-deleted"
    ),
    path(
        "policies/delete", bulk.DeletePoliciesPage.as_view(), name="policy-bulk-delete"
    ),
    path(
        "policies/bulk/restore",
        bulk.RestorePoliciesAction.as_view(),
        name="policy-bulk-restore",
    ),
    path(
        "policies/bulk/move", bulk.MovePoliciesPage.as_view(), name="policy-bulk-move"
    ),
    path(
        "policies/bulk/attach",
        bulk.AttachPoliciesPage.as_view(),
        name="policy-bulk-attach",
    ),
    path(
        "policies/bulk/detach",
        bulk.DetachPoliciesPage.as_view(),
        name="policy-bulk-detach",
    ),
    path("policies/undo", bulk.UndoPoliciesAction.as_view(), name="policy-undo"),
    path("policies/new", editing.CreatePage.as_view(), name="policy-create"),
    path("policies/builder", builder.BuilderFragment.as_view(), name="policy-builder"),
    path("policies/try", trying.TryDraftPage.as_view(), name="policy-try-draft"),
    path("policies/try-rego", rego.TryRegoPage.as_view(), name="policy-try-rego"),
    path("policies/try/people", trying.PeoplePage.as_view(), name="try-people"),
    path("policies/try/devices", trying.DevicesPage.as_view(), name="try-devices"),
    path("policies/addresses/", fetching.AddressesPage.as_view(), name="address-list"),
    path(
        "policies/addresses/<uuid:id>/fetch",
        fetching.FetchAddressAction.as_view(),
        name="address-fetch",
    ),
    path(
        "policies/addresses/<uuid:id>/delete",
        fetching.RemoveAddressPage.as_view(),
        name="address-delete",
    ),
    path("policies/<uuid:id>/", detail.PolicyPage.as_view(), name="policy-detail"),
    path("policies/<uuid:id>/edit", editing.EditPage.as_view(), name="policy-edit"),
    path(
        "policies/<uuid:id>/examples",
        examples.ExamplesPage.as_view(),
        name="policy-examples",
    ),
    path(
        "policies/<uuid:id>/examples/run",
        examples.RunExamplesAction.as_view(),
        name="policy-examples-run",
    ),
    path(
        "policies/<uuid:id>/examples/new",
        examples.AddExamplePage.as_view(),
        name="policy-example-create",
    ),
    path(
        "policies/<uuid:id>/examples/<uuid:example_id>/delete",
        examples.RemoveExampleAction.as_view(),
        name="policy-example-delete",
    ),
    path("policies/<uuid:id>/uses", detail.UsesPage.as_view(), name="policy-uses"),
    path(
        "policies/<uuid:id>/history",
        detail.HistoryPage.as_view(),
        name="policy-history",
    ),
    path(
        "policies/<uuid:id>/confirm",
        detail.ConfirmAction.as_view(),
        name="policy-confirm",
    ),
    path(
        "policies/<uuid:id>/revert",
        detail.RevertAction.as_view(),
        name="policy-revert",
    ),
    path(
        "policies/<uuid:id>/lift-quarantine",
        detail.LiftQuarantineAction.as_view(),
        name="policy-lift-quarantine",
    ),
    path("policies/<uuid:id>/try", trying.TryPolicyPage.as_view(), name="policy-try"),
    path("policies/<uuid:id>/move", editing.MovePage.as_view(), name="policy-move"),
    path(
        "policies/<uuid:id>/attach",
        attaching.AttachPage.as_view(),
        name="policy-attach",
    ),
    path(
        "policies/<uuid:id>/detach/<uuid:namespace_id>",
        attaching.DetachPage.as_view(),
        name="policy-detach",
    ),
    path(
        "policies/<uuid:id>/delete", editing.DeletePage.as_view(), name="policy-delete"
    ),
    path(
        "policies/<uuid:id>/restore",
        editing.RestoreAction.as_view(),
        name="policy-restore",
    ),
]

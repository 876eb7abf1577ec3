"""URLs of the REST API of policies."""

from django.urls import path

from policies.api.bulk_views import PolicyBulkViewSet
from policies.api.example_views import PolicyExampleViewSet
from policies.api.fetching_views import FetchedAddressViewSet
from policies.api.text_views import PolicyTextViewSet
from policies.api.views import (
    DeletedPolicyViewSet,
    PolicyAttachmentViewSet,
    PolicyVersionViewSet,
    PolicyViewSet,
)

urlpatterns = [
    path(
        "policies/",
        PolicyViewSet.as_view({"get": "list", "post": "create"}),
        name="api-policy-list",
    ),
    path(
        "policies/deleted/",
        DeletedPolicyViewSet.as_view({"get": "list"}),
        name="api-policy-deleted",
    ),
    path(
        "policies/bulk/delete/",
        PolicyBulkViewSet.as_view({"post": "delete_several"}),
        name="api-policy-bulk-delete",
    ),
    path(
        "policies/bulk/move/",
        PolicyBulkViewSet.as_view({"post": "move_several"}),
        name="api-policy-bulk-move",
    ),
    path(
        "policies/bulk/attach/",
        PolicyBulkViewSet.as_view({"post": "attach_several"}),
        name="api-policy-bulk-attach",
    ),
    path(
        "policies/bulk/detach/",
        PolicyBulkViewSet.as_view({"post": "detach_several"}),
        name="api-policy-bulk-detach",
    ),
    path(
        "policies/check/",
        PolicyTextViewSet.as_view({"post": "check"}),
        name="api-policy-check",
    ),
    path(
        "policies/format/",
        PolicyTextViewSet.as_view({"post": "format_text"}),
        name="api-policy-format",
    ),
    path(
        "policies/builder/",
        PolicyTextViewSet.as_view({"post": "build"}),
        name="api-policy-builder",
    ),
    path(
        "policies/completion/",
        PolicyTextViewSet.as_view({"get": "completion"}),
        name="api-policy-completion",
    ),
    path(
        "policies/try/",
        PolicyTextViewSet.as_view({"post": "try_draft"}),
        name="api-policy-try-draft",
    ),
    path(
        "policies/addresses/",
        FetchedAddressViewSet.as_view({"get": "list", "post": "create"}),
        name="api-address-list",
    ),
    path(
        "policies/addresses/<uuid:id>/",
        FetchedAddressViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="api-address-detail",
    ),
    path(
        "policies/addresses/<uuid:id>/fetch/",
        FetchedAddressViewSet.as_view({"post": "fetch"}),
        name="api-address-fetch",
    ),
    path(
        "policies/<uuid:id>/",
        PolicyViewSet.as_view(
            {
                "get": "retrieve",
                "put": "update",
                "patch": "partial_update",
                "delete": "destroy",
            }
        ),
        name="api-policy-detail",
    ),
    path(
        "policies/<uuid:id>/confirm/",
        PolicyViewSet.as_view({"post": "confirm"}),
        name="api-policy-confirm",
    ),
    path(
        "policies/<uuid:id>/revert/",
        PolicyViewSet.as_view({"post": "revert"}),
        name="api-policy-revert",
    ),
    path(
        "policies/<uuid:id>/move/",
        PolicyViewSet.as_view({"post": "move"}),
        name="api-policy-move",
    ),
    path(
        "policies/<uuid:id>/restore/",
        PolicyViewSet.as_view({"post": "restore"}),
        name="api-policy-restore",
    ),
    path(
        "policies/<uuid:id>/try/",
        PolicyTextViewSet.as_view({"post": "try_policy"}),
        name="api-policy-try",
    ),
    path(
        "policies/<uuid:id>/lift-quarantine/",
        PolicyTextViewSet.as_view({"post": "lift_quarantine"}),
        name="api-policy-lift-quarantine",
    ),
    path(
        "policies/<uuid:id>/examples/",
        PolicyExampleViewSet.as_view({"get": "list", "post": "create"}),
        name="api-policy-example-list",
    ),
    path(
        "policies/<uuid:id>/examples/run/",
        PolicyExampleViewSet.as_view({"post": "run"}),
        name="api-policy-example-run",
    ),
    path(
        "policies/<uuid:id>/examples/<uuid:example_id>/",
        PolicyExampleViewSet.as_view({"delete": "destroy"}),
        name="api-policy-example-detail",
    ),
    path(
        "policies/<uuid:id>/versions/",
        PolicyVersionViewSet.as_view({"get": "list"}),
        name="api-policy-version-list",
    ),
    path(
        "policies/<uuid:id>/versions/<int:number>/",
        PolicyVersionViewSet.as_view({"get": "retrieve"}),
        name="api-policy-version-detail",
    ),
    path(
        "policies/<uuid:id>/versions/<int:number>/changes/",
        PolicyVersionViewSet.as_view({"get": "changes"}),
        name="api-policy-version-changes",
    ),
    path(
        "policies/<uuid:id>/attachments/",
        PolicyAttachmentViewSet.as_view({"get": "retrieve", "post": "attach"}),
        name="api-policy-attachment-list",
    ),
    path(
        "policies/<uuid:id>/attachments/preview/",
        PolicyAttachmentViewSet.as_view({"post": "attach_preview"}),
        name="api-policy-attach-preview",
    ),
    path(
        "policies/<uuid:id>/attachments/<uuid:namespace_id>/preview/",
        PolicyAttachmentViewSet.as_view({"post": "detach_preview"}),
        name="api-policy-detach-preview",
    ),
    path(
        "policies/<uuid:id>/attachments/<uuid:namespace_id>/",
        PolicyAttachmentViewSet.as_view({"delete": "detach"}),
        name="api-policy-attachment-detail",
    ),
]

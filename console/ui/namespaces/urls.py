"""URLs of the pages of namespaces."""

from django.urls import path

from console.ui.namespaces import changes, detail, picking, roles, tree

app_name = "namespaces"
urlpatterns = [
    path("", tree.TreePage.as_view(), name="namespace-list"),
    path("picker", picking.PickerFragment.as_view(), name="namespace-picker"),
    path(
        "picker/<uuid:id>",
        picking.PickerBranch.as_view(),
        name="namespace-picker-branch",
    ),
    path("undo", changes.UndoAction.as_view(), name="namespace-undo"),
    path("deleted", tree.DeletedPage.as_view(), name="namespace-deleted"),
    path("options", picking.Options.as_view(), name="namespace-options"),
    path("new", changes.CreatePage.as_view(), name="namespace-create"),
    path("<uuid:id>/", detail.NamespacePage.as_view(), name="namespace-detail"),
    path("<uuid:id>/branch", tree.Branch.as_view(), name="namespace-branch"),
    path("<uuid:id>/edit", changes.EditPage.as_view(), name="namespace-edit"),
    path("<uuid:id>/inherit", changes.InheritPage.as_view(), name="namespace-inherit"),
    path("<uuid:id>/move", changes.MovePage.as_view(), name="namespace-move"),
    path("<uuid:id>/delete", changes.DeletePage.as_view(), name="namespace-delete"),
    path(
        "<uuid:id>/restore", changes.RestoreAction.as_view(), name="namespace-restore"
    ),
    path("<uuid:id>/roles/", roles.RolesPage.as_view(), name="namespace-roles"),
    path("<uuid:id>/roles/new", roles.GrantPage.as_view(), name="role-grant"),
    path(
        "<uuid:id>/roles/<int:binding>/edit",
        roles.ChangePage.as_view(),
        name="role-change",
    ),
    path(
        "<uuid:id>/roles/<int:binding>/revoke",
        roles.RevokePage.as_view(),
        name="role-revoke",
    ),
]

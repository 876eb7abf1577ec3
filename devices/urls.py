"""URLs of the pages of devices, for those who decide."""

from django.urls import path

from devices.views import deciding, settings

app_name = "devices"

urlpatterns = [
    path("devices/", deciding.DeviceListPage.as_view(), name="device-list"),
    path("devices/export.csv", deciding.DeviceExport.as_view(), name="device-export"),
    path("devices/waiting", deciding.WaitingPage.as_view(), name="device-waiting"),
    path("devices/decide", deciding.DecideAction.as_view(), name="device-decide"),
    path(
        "devices/bulk/decide",
        deciding.DecideSeveralPage.as_view(),
        name="device-bulk-decide",
    ),
    path("devices/links/", settings.LinkListPage.as_view(), name="link-list"),
    path("devices/links/new", settings.NewLinkPage.as_view(), name="link-create"),
    path(
        "devices/links/<uuid:id>/withdraw",
        settings.WithdrawAction.as_view(),
        name="link-withdraw",
    ),
    path("devices/types/", settings.TypeListPage.as_view(), name="type-list"),
    path("devices/types/new", settings.NewTypePage.as_view(), name="type-create"),
    path(
        "devices/types/<uuid:id>/edit",
        settings.EditTypePage.as_view(),
        name="type-edit",
    ),
    path(
        "devices/types/<uuid:id>/delete",
        settings.DeleteTypeAction.as_view(),
        name="type-delete",
    ),
    path(
        "devices/manufacturers/new", settings.NewRootPage.as_view(), name="root-create"
    ),
    path(
        "devices/manufacturers/<uuid:id>/remove",
        settings.RemoveRootAction.as_view(),
        name="root-remove",
    ),
    path("devices/rules", settings.RulesPage.as_view(), name="rules"),
    path("devices/<uuid:id>/", deciding.DevicePage.as_view(), name="device-detail"),
    path("devices/<uuid:id>/undo", deciding.UndoAction.as_view(), name="device-undo"),
    path(
        "devices/<uuid:id>/delete", deciding.DeletePage.as_view(), name="device-delete"
    ),
]

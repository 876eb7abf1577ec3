"""URLs of the REST API of devices."""

from django.urls import path

from devices.api.own_views import OwnDeviceViewSet
from devices.api.settings_views import DeviceTypeViewSet, LinkViewSet, RootViewSet
from devices.api.views import DeviceViewSet, NoticeViewSet, RulesViewSet

urlpatterns = [
    path("devices/", DeviceViewSet.as_view({"get": "list"}), name="api-device-list"),
    path(
        "devices/counts/",
        DeviceViewSet.as_view({"get": "counts"}),
        name="api-device-counts",
    ),
    path(
        "devices/decide/",
        DeviceViewSet.as_view({"post": "decide_several"}),
        name="api-device-decide-several",
    ),
    path(
        "devices/<uuid:id>/",
        DeviceViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="api-device-detail",
    ),
    path(
        "devices/<uuid:id>/decide/",
        DeviceViewSet.as_view({"post": "decide"}),
        name="api-device-decide",
    ),
    path(
        "device-types/",
        DeviceTypeViewSet.as_view({"get": "list", "post": "create"}),
        name="api-device-type-list",
    ),
    path(
        "device-types/<uuid:id>/",
        DeviceTypeViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="api-device-type-detail",
    ),
    path(
        "device-links/",
        LinkViewSet.as_view({"get": "list", "post": "create"}),
        name="api-device-link-list",
    ),
    path(
        "device-links/<uuid:id>/",
        LinkViewSet.as_view({"delete": "destroy"}),
        name="api-device-link-detail",
    ),
    path(
        "attestation-roots/",
        RootViewSet.as_view({"get": "list", "post": "create"}),
        name="api-attestation-root-list",
    ),
    path(
        "attestation-roots/<uuid:id>/",
        RootViewSet.as_view({"delete": "destroy"}),
        name="api-attestation-root-detail",
    ),
    path(
        "device-rules/",
        RulesViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api-device-rules",
    ),
    path(
        "device-notices/",
        NoticeViewSet.as_view({"get": "list"}),
        name="api-device-notice-list",
    ),
    path(
        "me/devices/",
        OwnDeviceViewSet.as_view({"get": "list"}),
        name="api-own-device-list",
    ),
    path(
        "me/devices/<uuid:id>/",
        OwnDeviceViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="api-own-device-detail",
    ),
    path(
        "me/devices/enroll/",
        OwnDeviceViewSet.as_view({"post": "begin"}),
        name="api-own-device-enroll",
    ),
    path(
        "me/devices/enroll/finish/",
        OwnDeviceViewSet.as_view({"post": "finish"}),
        name="api-own-device-enroll-finish",
    ),
    path(
        "me/devices/prove/",
        OwnDeviceViewSet.as_view({"post": "begin_proof"}),
        name="api-own-device-prove",
    ),
    path(
        "me/devices/prove/finish/",
        OwnDeviceViewSet.as_view({"post": "finish_proof"}),
        name="api-own-device-prove-finish",
    ),
]

"""URLs of the REST API of the gateway."""

from django.urls import path

from gateway.api.certificates import CertificateViewSet
from gateway.api.cluster_settings import ClusterSettingsViewSet
from gateway.api.clusters import ClusterViewSet
from gateway.api.decisions import DecisionViewSet
from gateway.api.sessions import SessionViewSet
from gateway.api.settings import SettingsViewSet
from gateway.api.traffic import TrafficViewSet
from gateway.api.views import DeploymentViewSet, ProxyViewSet

urlpatterns = [
    path("sessions/", SessionViewSet.as_view({"get": "list"}), name="api-session-list"),
    path(
        "sessions/<uuid:id>/",
        SessionViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="api-session-detail",
    ),
    path(
        "certificates/",
        CertificateViewSet.as_view({"get": "list", "post": "create"}),
        name="api-certificate-list",
    ),
    path(
        "certificates/<uuid:id>/",
        CertificateViewSet.as_view({"get": "retrieve"}),
        name="api-certificate-detail",
    ),
    path(
        "certificates/<uuid:id>/remove/",
        CertificateViewSet.as_view({"post": "remove"}),
        name="api-certificate-remove",
    ),
    path(
        "clusters/",
        ClusterViewSet.as_view({"get": "list", "post": "create"}),
        name="api-cluster-list",
    ),
    path(
        "clusters/<uuid:id>/",
        ClusterViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="api-cluster-detail",
    ),
    path(
        "clusters/<uuid:id>/settings/",
        ClusterSettingsViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api-cluster-settings",
    ),
    path(
        "clusters/<uuid:id>/publish/",
        ClusterViewSet.as_view({"post": "publish"}),
        name="api-cluster-publish",
    ),
    path(
        "deployments/",
        DeploymentViewSet.as_view({"get": "list"}),
        name="api-deployment-list",
    ),
    path(
        "deployments/publish/",
        DeploymentViewSet.as_view({"post": "publish"}),
        name="api-deployment-publish",
    ),
    path(
        "deployments/hold/",
        DeploymentViewSet.as_view(
            {"get": "read_hold", "put": "hold", "delete": "release"}
        ),
        name="api-deployment-hold",
    ),
    path(
        "deployments/<int:number>/",
        DeploymentViewSet.as_view({"get": "retrieve"}),
        name="api-deployment-detail",
    ),
    path(
        "deployments/<int:number>/changes/",
        DeploymentViewSet.as_view({"get": "changes"}),
        name="api-deployment-changes",
    ),
    path(
        "deployments/<int:number>/effect/",
        DeploymentViewSet.as_view({"get": "effect"}),
        name="api-deployment-effect",
    ),
    path(
        "deployments/<int:number>/roll-back/",
        DeploymentViewSet.as_view({"post": "roll_back"}),
        name="api-deployment-roll-back",
    ),
    path(
        "decisions/",
        DecisionViewSet.as_view({"get": "list"}),
        name="api-decision-list",
    ),
    path(
        "decisions/<int:number>/",
        DecisionViewSet.as_view({"get": "retrieve"}),
        name="api-decision-detail",
    ),
    path(
        "decisions/<int:number>/explanation/",
        DecisionViewSet.as_view({"get": "explain"}),
        name="api-decision-explanation",
    ),
    path(
        "settings/<uuid:id>/",
        SettingsViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api-gateway-settings",
    ),
    path("traffic/", TrafficViewSet.as_view({"get": "read"}), name="api-traffic"),
    path("proxies/", ProxyViewSet.as_view({"get": "list"}), name="api-proxy-list"),
]

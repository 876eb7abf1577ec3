"""URLs of the pages of the gateway."""

from django.urls import path

from gateway.views import (
    certificates,
    cluster_settings,
    clusters,
    decisions,
    deployments,
    sessions,
    settings,
    signing_in,
    traffic,
)

app_name = "gateway"

urlpatterns = [
    path("gateway/sign-in", signing_in.SignInAtRoute.as_view(), name="route-sign-in"),
    path("sessions/", sessions.SessionListPage.as_view(), name="session-list"),
    path(
        "sessions/<uuid:id>/revoke",
        sessions.RevokeAction.as_view(),
        name="session-revoke",
    ),
    path(
        "certificates/",
        certificates.CertificatesPage.as_view(),
        name="certificate-list",
    ),
    path(
        "certificates/new",
        certificates.UploadPage.as_view(),
        name="certificate-create",
    ),
    path(
        "certificates/<uuid:id>/remove",
        certificates.RemovePage.as_view(),
        name="certificate-remove",
    ),
    path(
        "certificates/authority/download",
        certificates.AuthorityDownload.as_view(),
        name="certificate-authority",
    ),
    path("clusters/", clusters.ClustersPage.as_view(), name="cluster-list"),
    path("clusters/new", clusters.CreateClusterPage.as_view(), name="cluster-create"),
    path("clusters/<uuid:id>/", clusters.ClusterPage.as_view(), name="cluster-detail"),
    path(
        "clusters/<uuid:id>/edit",
        clusters.EditClusterPage.as_view(),
        name="cluster-edit",
    ),
    path(
        "clusters/<uuid:id>/settings",
        cluster_settings.ClusterSettingsPage.as_view(),
        name="cluster-settings",
    ),
    path(
        "clusters/<uuid:id>/publish",
        clusters.PublishToCluster.as_view(),
        name="cluster-publish",
    ),
    path(
        "clusters/<uuid:id>/delete",
        clusters.DeleteClusterPage.as_view(),
        name="cluster-delete",
    ),
    path(
        "deployments/", deployments.DeploymentListPage.as_view(), name="deployment-list"
    ),
    path(
        "deployments/publish",
        deployments.PublishAction.as_view(),
        name="deployment-publish",
    ),
    path("deployments/hold", deployments.HoldPage.as_view(), name="deployment-hold"),
    path(
        "deployments/release",
        deployments.ReleaseAction.as_view(),
        name="deployment-release",
    ),
    path(
        "deployments/<int:number>/",
        deployments.DeploymentPage.as_view(),
        name="deployment-detail",
    ),
    path(
        "deployments/<int:number>/effect",
        deployments.EffectPage.as_view(),
        name="deployment-effect",
    ),
    path(
        "deployments/<int:number>/roll-back",
        deployments.RollBackPage.as_view(),
        name="deployment-roll-back",
    ),
    path("decisions/", decisions.DecisionListPage.as_view(), name="decision-list"),
    path(
        "decisions/export.csv", decisions.DecisionCsv.as_view(), name="decision-export"
    ),
    path(
        "decisions/export.jsonl",
        decisions.DecisionJsonLines.as_view(),
        name="decision-export-json",
    ),
    path(
        "decisions/<int:number>/",
        decisions.DecisionPage.as_view(),
        name="decision-detail",
    ),
    path(
        "settings/gateway/",
        settings.SettingsStart.as_view(),
        name="gateway-settings-start",
    ),
    path(
        "settings/gateway/<uuid:id>/",
        settings.SettingsPage.as_view(),
        name="gateway-settings",
    ),
    path("traffic/", traffic.TrafficPage.as_view(), name="traffic"),
    path("proxies/", deployments.ProxyListPage.as_view(), name="proxy-list"),
]

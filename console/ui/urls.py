"""URLs of the screens: those that span the apps, and each app's own."""

from django.urls import include, path

from console.ui import (
    account,
    audit_log,
    explain,
    health,
    health_page,
    overview,
    own,
    palette,
    saved_filters,
    search,
    sign_in,
    sign_in_settings,
    words,
)
from console.ui.openid import views as openid

urlpatterns = [
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("words.js", words.catalog, name="words"),
    path("", overview.OverviewPage.as_view(), name="overview"),
    path("sign-in/", sign_in.SignInPage.as_view(), name="sign-in"),
    path("sign-in/demo", sign_in.DemoSignIn.as_view(), name="demo-sign-in"),
    path("sign-in/recovery", sign_in.RecoveryPage.as_view(), name="recovery"),
    path("sign-in/openid/", openid.OpenIdSignIn.as_view(), name="openid-sign-in"),
    path(
        "sign-in/openid/callback",
        openid.OpenIdCallback.as_view(),
        name="openid-callback",
    ),
    path(
        "sign-in/openid/backchannel-logout",
        openid.BackChannelLogout.as_view(),
        name="openid-backchannel-logout",
    ),
    path(
        "sign-in/openid/frontchannel-logout",
        openid.FrontChannelLogout.as_view(),
        name="openid-frontchannel-logout",
    ),
    path(
        "settings/sign-in/",
        sign_in_settings.SignInSettingsPage.as_view(),
        name="sign-in-settings",
    ),
    path(
        "settings/sign-in/test",
        sign_in_settings.SignInTrialPage.as_view(),
        name="sign-in-settings-test",
    ),
    path("settings/health/", health_page.HealthPage.as_view(), name="health"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign-out"),
    path("account/", account.AccountPage.as_view(), name="account"),
    path(
        "saved-filters/", saved_filters.SavedFiltersPage.as_view(), name="saved-filters"
    ),
    path(
        "saved-filters/delete",
        saved_filters.DeleteSavedFilter.as_view(),
        name="saved-filter-delete",
    ),
    path("search", search.SearchPage.as_view(), name="search"),
    path("search/palette", palette.PaletteFragment.as_view(), name="palette"),
    path("access/", explain.WhyPage.as_view(), name="access-why"),
    path("audit/", audit_log.AuditPage.as_view(), name="audit-list"),
    path("audit/export.csv", audit_log.AuditCsv.as_view(), name="audit-export"),
    path(
        "audit/export.jsonl",
        audit_log.AuditJsonLines.as_view(),
        name="audit-export-json",
    ),
    path(
        "audit/<int:sequence>/", audit_log.AuditEventPage.as_view(), name="audit-detail"
    ),
    path("account/password", account.PasswordPage.as_view(), name="account-password"),
    path(".pomerium/", own.OwnPage.as_view(), name="own-page"),
    path(".pomerium/devices", own.OwnDevicesFragment.as_view(), name="own-devices"),
    path(".pomerium/open", own.OpenPage.as_view(), name="own-open"),
    path(".pomerium/enroll/<str:token>", own.EnrollPage.as_view(), name="own-enroll"),
    path(
        ".pomerium/devices/<uuid:id>/rename",
        own.RenameAction.as_view(),
        name="own-device-rename",
    ),
    path(
        ".pomerium/devices/<uuid:id>/remove",
        own.RemoveAction.as_view(),
        name="own-device-remove",
    ),
    path("namespaces/", include("console.ui.namespaces.urls")),
    path("service-accounts/", include("console.ui.namespaces.account_urls")),
    path("", include("console.ui.directory_urls")),
    path("", include("devices.urls")),
    path("", include("gateway.urls")),
    path("", include("policies.urls")),
    path("", include("routes.urls")),
]

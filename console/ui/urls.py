"""URLs of the screens: those that span the apps, and each app's own."""

from django.urls import path

from console.ui import account, health, overview, sign_in

urlpatterns = [
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("", overview.OverviewPage.as_view(), name="overview"),
    path("sign-in/", sign_in.SignInPage.as_view(), name="sign-in"),
    path("sign-in/demo", sign_in.DemoSignIn.as_view(), name="demo-sign-in"),
    path("sign-in/recovery", sign_in.RecoveryPage.as_view(), name="recovery"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign-out"),
    path("account/", account.AccountPage.as_view(), name="account"),
    path("account/password", account.PasswordPage.as_view(), name="account-password"),
]

"""URLs of the pages of API service accounts."""

from django.urls import path

from console.ui.namespaces import accounts

app_name = "accounts"
urlpatterns = [
    path("", accounts.AccountsPage.as_view(), name="service-account-list"),
    path("new", accounts.CreateAccountPage.as_view(), name="service-account-create"),
    path("<uuid:id>/", accounts.AccountPage.as_view(), name="service-account-detail"),
    path(
        "<uuid:id>/edit",
        accounts.EditAccountPage.as_view(),
        name="service-account-edit",
    ),
    path(
        "<uuid:id>/rotate",
        accounts.RotateAccountPage.as_view(),
        name="service-account-rotate",
    ),
    path(
        "<uuid:id>/revoke",
        accounts.RevokeAccountPage.as_view(),
        name="service-account-revoke",
    ),
]

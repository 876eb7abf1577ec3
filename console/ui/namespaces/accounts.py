"""Pages of API service accounts: list, make, change, rotate, revoke.

A token is in one answer only: the one to the request that made it.
"""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from console.core.exceptions import ConsoleError, PermissionDeniedError
from console.core.generic.pages import (
    ConfirmPage,
    F,
    FormPage,
    ListPage,
    Page,
    add_errors,
)
from console.ui.namespaces.forms import AccountForm, EditAccountForm, last_day
from namespaces import access, services
from namespaces import selectors as namespace_selectors
from namespaces.listings import ApiAccountListing
from namespaces.permissions import Permission
from namespaces.roles import ADMIN

USUAL_LIFETIME = timedelta(days=90)


class AccountsPage(ListPage):
    """The machines that call the API."""

    title = gettext_noop("Service accounts")
    template_name = "namespaces/account_list.html"
    listing = ApiAccountListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Refuse those to whom the list would always look empty."""
        if not access.can_anywhere(self.actor, Permission.SERVICE_ACCOUNT_VIEW):
            raise PermissionDeniedError
        chosen = self.request.GET.get("namespace", "")
        query = f"?namespace={chosen}" if chosen else ""
        return super().get_context_data(
            now=self.now,
            create_url=f"{reverse('accounts:service-account-create')}{query}",
            **kwargs,
        )


class _OfAccount(Page):
    @property
    def account(self) -> Any:
        """The account of the URL."""
        return namespace_selectors.get_api_account(self.kwargs["id"], actor=self.actor)


class AccountPage(_OfAccount):
    """One of them."""

    template_name = "namespaces/account_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what is known of it."""
        account = self.account
        path = namespace_selectors.name_paths([account.namespace])
        return super().get_context_data(
            title=account.name,
            account=account,
            is_over=bool(account.expires_at and account.expires_at <= self.now),
            place=path[account.namespace_id],
            **kwargs,
        )


class _IssuesToken(FormPage[F]):
    """A form that ends in a page with a token."""

    template_name = "namespaces/account_form.html"

    def issue(self, form: F) -> services.IssuedToken:
        """Call the service."""
        raise NotImplementedError

    def form_valid(self, form: F) -> HttpResponse:
        """Show the token, once."""
        try:
            issued = self.issue(form)
        except ConsoleError as error:
            if not error.is_about_input:
                raise
            add_errors(form, error)
            return self.render_to_response(
                self.get_context_data(form=form), status=error.http_status
            )
        return show_token(self.request, issued)


def show_token(request: HttpRequest, issued: services.IssuedToken) -> HttpResponse:
    """Answer with the page that shows a token."""
    context = {
        "title": gettext("Token of %(name)s") % {"name": issued.account.name},
        "account": issued.account,
        "token": issued.token,
    }
    return render(request, "namespaces/account_token.html", context)


class CreateAccountPage(_IssuesToken[AccountForm]):
    """A new account, in a namespace where the person may make some."""

    title = gettext_noop("New service account")
    form_class = AccountForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the places and roles that the person may choose from."""
        if not access.can_anywhere(self.actor, Permission.SERVICE_ACCOUNT_EDIT):
            raise PermissionDeniedError
        grants = access.grants_of(self.actor)
        highest = max((one.role for one in grants), key=lambda role: role.rank)
        return super().get_form_kwargs() | {"actor": self.actor, "highest": highest}

    def get_initial(self) -> dict[str, Any]:
        """Start with the weakest role and an end."""
        return {
            "namespace": self.request.GET.get("namespace", ""),
            "role": "viewer",
            "ends_on": (self.now + USUAL_LIFETIME).date(),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        url = reverse("accounts:service-account-list")
        return super().get_context_data(cancel_url=url, **kwargs)

    def issue(self, form: AccountForm) -> services.IssuedToken:
        """Make it."""
        return services.create_api_account(
            namespace_id=form.cleaned_data["namespace"],
            name=form.cleaned_data["name"],
            description=form.cleaned_data["description"],
            role=form.cleaned_data["role"],
            expires_at=form.expires_at,
            actor=self.actor,
            now=self.now,
        )


class EditAccountPage(FormPage[EditAccountForm]):
    """Change an account; its token stays."""

    template_name = "namespaces/account_form.html"
    form_class = EditAccountForm
    success_message = "Saved."

    @property
    def account(self) -> Any:
        """The account of the URL."""
        return namespace_selectors.get_api_account(self.kwargs["id"], actor=self.actor)

    @property
    def page_url(self) -> str:
        """Its page."""
        return reverse("accounts:service-account-detail", args=[self.kwargs["id"]])

    def get_title(self) -> str:
        """Its name."""
        return gettext("Edit %(name)s") % {"name": self.account.name}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer roles up to the person's own there."""
        grants = access.grants_of(self.actor)
        own = access.role_at(grants, self.account.namespace.path)
        return super().get_form_kwargs() | {"highest": own or ADMIN}

    def get_initial(self) -> dict[str, Any]:
        """Start from what is there."""
        one = self.account
        return {
            "name": one.name,
            "description": one.description,
            "role": one.role,
            "ends_on": last_day(one.expires_at),
            "version": one.version,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        return super().get_context_data(cancel_url=self.page_url, **kwargs)

    def save(self, form: EditAccountForm) -> str:
        """Save it."""
        services.update_api_account(
            self.kwargs["id"],
            version=form.cleaned_data["version"] or 0,
            name=form.cleaned_data["name"],
            description=form.cleaned_data["description"],
            role=form.cleaned_data["role"],
            expires_at=form.expires_at,
            actor=self.actor,
            now=self.now,
        )
        return self.page_url


class _ConfirmsAccount(_OfAccount, ConfirmPage):
    template_name = "namespaces/account_confirm.html"
    what: str
    label: str

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what happens."""
        account = self.account
        return super().get_context_data(
            title=f"{gettext(self.label)}: {account.name}",
            text=gettext(self.what).format(name=account.name),
            label=gettext(self.label),
            hidden=[{"name": "version", "value": account.version}],
            cancel_url=reverse("accounts:service-account-detail", args=[account.pk]),
            **kwargs,
        )

    @property
    def version(self) -> int:
        """The version that the person saw."""
        text = self.request.POST.get("version", "")
        return int(text) if text.isdecimal() else 0


class RotateAccountPage(_ConfirmsAccount):
    """Another token; the one before is dead at once."""

    label = gettext_noop("New token")
    what = gettext_noop(
        "{name} gets a new token. The one that it has now stops working "
        "at once. You become its owner: it will never be able to do more "
        "than you."
    )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Make the token and show it, once."""
        try:
            issued = services.rotate_api_account(
                self.account.pk, version=self.version, actor=self.actor, now=self.now
            )
        except ConsoleError as error:
            if not error.is_about_input:
                raise
            return self.render_to_response(
                self.get_context_data(error=error), status=error.http_status
            )
        return show_token(request, issued)


class RevokeAccountPage(_ConfirmsAccount):
    """The account goes, with its roles."""

    label = gettext_noop("Revoke")
    what = gettext_noop(
        "{name} is deleted with its roles, and its token stops working at once."
    )

    def carry_out(self) -> str:
        """Revoke it."""
        name = self.account.name
        services.revoke_api_account(
            self.account.pk, version=self.version, actor=self.actor, now=self.now
        )
        messages.success(self.request, gettext("%(name)s is revoked.") % {"name": name})
        return reverse("accounts:service-account-list")

"""Pages of directory service accounts: the console's credentials at providers."""

from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from console.core.generic.pages import ConfirmPage, F, FormPage, ListPage, Page
from console.ui.credential_forms import (
    CredentialForm,
    EditCredentialForm,
    scope_help_of,
)
from directory import selectors as directory_selectors
from directory import services as directory_services
from directory.credential_kinds import KIND_BY_CODE, KINDS
from directory.listings import ServiceAccountListing


class CredentialsPage(ListPage):
    """All of them."""

    title = gettext_noop("Directory service accounts")
    template_name = "directory/credential_list.html"
    listing = ServiceAccountListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Refuse those to whom the list would look empty; name the kinds."""
        directory_selectors.check_may_edit_directory(self.actor)
        context = super().get_context_data(**kwargs)
        rows = [
            {"account": one, "kind": KIND_BY_CODE[one.kind].name}
            for one in context["list"].rows
        ]
        return context | {"rows": rows, "now": self.now}


class _OfCredential(Page):
    @property
    def account(self) -> Any:
        """The account of the URL."""
        return directory_selectors.get_service_account(
            self.kwargs["id"], actor=self.actor
        )


class CredentialPage(_OfCredential):
    """One of them: its settings, and which secrets are set."""

    template_name = "directory/credential_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what may be shown."""
        account = self.account
        kind = KIND_BY_CODE[account.kind]
        shown = [
            {
                "label": gettext(one.label),
                "value": account.settings.get(one.name, one.default),
                "code": one.long,
                "empty": gettext("Not set"),
            }
            for one in kind.settings
        ]
        return super().get_context_data(
            title=account.name,
            account=account,
            is_over=bool(account.expires_at and account.expires_at <= self.now),
            settings=[{"label": gettext("Kind"), "value": kind.name}, *shown],
            secrets=[
                {
                    "label": gettext(one.label),
                    "fingerprint": account.fingerprints.get(one.name, ""),
                }
                for one in kind.secrets
            ],
            **kwargs,
        )


class _CredentialForm(FormPage[F]):
    template_name = "directory/credential_form.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        return super().get_context_data(cancel_url=self.cancel_url, **kwargs)

    @property
    def cancel_url(self) -> str:
        """The list."""
        return reverse("directory:credential-list")


class CreateCredentialPage(_CredentialForm[CredentialForm]):
    """First the kind, then what it takes."""

    form_class = CredentialForm

    def get_title(self) -> str:
        """Say which kind."""
        kind = KIND_BY_CODE.get(self.kind)
        return (
            gettext("New account at %(name)s") % {"name": kind.name}
            if kind
            else gettext("New directory account")
        )

    @property
    def kind(self) -> str:
        """The chosen kind's code, "" before there is one."""
        asked = self.request.GET.get("kind", "")
        return asked if asked in KIND_BY_CODE else ""

    def get_form_kwargs(self) -> dict[str, Any]:
        """Shape the form after the kind; only for those who may."""
        directory_selectors.check_may_edit_directory(self.actor)
        return super().get_form_kwargs() | {"kind": self.kind or KINDS[0].code}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the kinds to choose from."""
        return super().get_context_data(
            kinds=[] if self.kind else KINDS,
            scope_help=scope_help_of(self.kind),
            **kwargs,
        )

    def save(self, form: CredentialForm) -> str:
        """Keep it."""
        account = directory_services.create_service_account(
            kind=form.kind.code, actor=self.actor, now=self.now, **form.values
        )
        messages.success(
            self.request, gettext("%(name)s is kept.") % {"name": account.name}
        )
        return reverse("directory:credential-detail", args=[account.pk])


class EditCredentialPage(_CredentialForm[EditCredentialForm]):
    """Change it. Empty secrets stay as they are."""

    form_class = EditCredentialForm
    success_message = "Saved."

    @property
    def account(self) -> Any:
        """The account of the URL."""
        return directory_selectors.get_service_account(
            self.kwargs["id"], actor=self.actor
        )

    @property
    def cancel_url(self) -> str:
        """Its page."""
        return reverse("directory:credential-detail", args=[self.kwargs["id"]])

    def get_title(self) -> str:
        """Its name."""
        return gettext("Edit %(name)s") % {"name": self.account.name}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Shape the form after the account."""
        return super().get_form_kwargs() | {"account": self.account}

    def save(self, form: EditCredentialForm) -> str:
        """Save it."""
        directory_services.update_service_account(
            self.kwargs["id"],
            version=form.cleaned_data["version"],
            actor=self.actor,
            now=self.now,
            **form.values,
        )
        return self.cancel_url


class DeleteCredentialPage(_OfCredential, ConfirmPage):
    """Delete it for good."""

    template_name = "directory/credential_confirm_delete.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what goes."""
        account = self.account
        return super().get_context_data(
            title=gettext("Delete %(name)s") % {"name": account.name},
            text=(
                gettext(
                    "%(name)s is deleted for good: its secrets are not kept, so this "
                    "can't be undone. The account at the provider stays; revoke it "
                    "there."
                )
                % {"name": account.name}
            ),
            hidden=[{"name": "version", "value": account.version}],
            cancel_url=reverse("directory:credential-detail", args=[account.pk]),
            **kwargs,
        )

    def carry_out(self) -> str:
        """Delete it."""
        version = self.request.POST.get("version", "")
        directory_services.delete_service_account(
            self.account.pk,
            version=int(version) if version.isdecimal() else 0,
            actor=self.actor,
            now=self.now,
        )
        messages.success(self.request, gettext("The account is deleted."))
        return reverse("directory:credential-list")

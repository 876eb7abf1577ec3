"""Pages that link a person to an identity at the provider, and undo that."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from console.core.generic.pages import ConfirmPage, FormPage
from directory import selectors, services


class IdentityForm(forms.Form):
    """Who the person is at the provider."""

    issuer = forms.CharField(
        label=gettext_lazy("Issuer"),
        max_length=500,
        help_text=gettext_lazy("iss of the provider's tokens, to the letter."),
    )
    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=255,
        strip=False,
        help_text=gettext_lazy(
            "sub of the person there. Whoever has signed in before shows it "
            "on their page, as somebody else: unlink it there first."
        ),
    )


class LinkIdentityPage(FormPage[IdentityForm]):
    """From then on the person signs in as this subject."""

    form_class = IdentityForm
    template_name = "directory/identity_form.html"
    success_message = "Linked."

    @cached_property
    def person(self) -> Any:
        """The person of the URL, for those who may."""
        return selectors.get_identity(self.kwargs["id"], actor=self.actor)

    def get_title(self) -> str:
        """Who it is about."""
        return gettext("Link %(person)s to an identity") % {"person": self.person}

    def get_initial(self) -> dict[str, Any]:
        """Start with the provider that people sign in with."""
        provider = selectors.get_provider()
        return {"issuer": provider.issuer if provider else ""}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        return super().get_context_data(
            person=self.person, cancel_url=page_of(self.person), **kwargs
        )

    def save(self, form: IdentityForm) -> str:
        """Link them."""
        services.link_identity(
            self.kwargs["id"], actor=self.actor, now=self.now, **form.cleaned_data
        )
        return page_of(self.person)


class UnlinkIdentityPage(ConfirmPage):
    """The person signs in no more with that identity."""

    template_name = "namespaces/account_confirm.html"

    @cached_property
    def person(self) -> Any:
        """The person of the URL, for those who may."""
        return selectors.get_identity(self.kwargs["id"], actor=self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what happens."""
        return super().get_context_data(
            title=gettext("Unlink %(person)s") % {"person": self.person},
            text=gettext(
                "%(person)s is signed out, and is not recognized any more when "
                "they come as %(subject)s."
            )
            % {
                "person": self.person,
                "subject": self.person.subject or gettext("nobody"),
            },
            label=gettext("Unlink"),
            hidden=[],
            cancel_url=page_of(self.person),
            **kwargs,
        )

    def carry_out(self) -> str:
        """Unlink them."""
        name, url = str(self.person), page_of(self.person)
        services.unlink_identity(self.kwargs["id"], actor=self.actor, now=self.now)
        messages.success(
            self.request, gettext("%(name)s is unlinked.") % {"name": name}
        )
        return url


def page_of(person: Any) -> str:
    """Return the address of a person's page."""
    return reverse("directory:person-detail", args=[person.pk])

"""The addresses that policies in Rego may GET: the list, adding, fetching, removing."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext

from console.core.generic.pages import ActionView, ConfirmPage, FormPage
from policies import selectors, services

if TYPE_CHECKING:
    from policies.models import FetchedAddress

MINUTE = 60
COLUMNS = (
    {"label": gettext_lazy("Address")},
    {"label": gettext_lazy("Answer")},
    {"label": gettext_lazy("Fetched"), "hide": "narrow"},
    {"label": gettext_lazy("Listed by"), "hide": "narrow"},
)


class AddressForm(forms.Form):
    """An address, how often it is fetched, and how old its answer may be."""

    url = forms.URLField(
        label=gettext_lazy("Address"),
        max_length=2000,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://example.com/names.json"}),
        help_text=gettext_lazy("Letter for letter as policies write it."),
    )
    interval_minutes = forms.IntegerField(
        label=gettext_lazy("Fetch every … minutes"),
        initial=60,
        min_value=1,
        max_value=7 * 24 * 60,
    )
    max_age_hours = forms.IntegerField(
        label=gettext_lazy("Take no answer older than … hours"),
        initial=24,
        min_value=1,
        max_value=7 * 24,
        help_text=gettext_lazy(
            "Policies that fetch it refuse once its answer is older."
        ),
    )


class AddressesPage(FormPage[AddressForm]):
    """The list, with a form that adds to it."""

    title = gettext_noop("Addresses")
    template_name = "policies/address_list.html"
    form_class = AddressForm
    success_message = gettext_noop("The address is listed, and is being fetched.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what is listed, for those who may."""
        rows = [
            {"row": row, "is_fresh": services.is_fresh(row, now=self.now)}
            for row in selectors.list_addresses(self.actor)
        ]
        return super().get_context_data(addresses=rows, columns=COLUMNS, **kwargs)

    def save(self, form: AddressForm) -> str:
        """List it."""
        values = form.cleaned_data
        services.list_address(
            values["url"],
            interval_seconds=values["interval_minutes"] * MINUTE,
            max_age_seconds=values["max_age_hours"] * MINUTE * MINUTE,
            actor=self.actor,
            now=self.now,
        )
        return reverse("policies:address-list")


class FetchAddressAction(ActionView):
    """Has an address fetched now."""

    def carry_out(self) -> str:
        """Ask for it."""
        url = services.refetch_address(
            self.kwargs["id"], actor=self.actor, now=self.now
        )
        messages.success(
            self.request, gettext("%(url)s is being fetched.") % {"url": url}
        )
        return reverse("policies:address-list")


class RemoveAddressPage(ConfirmPage):
    """Which policies refuse once an address is no longer listed."""

    template_name = "policies/address_confirm_delete.html"

    @cached_property
    def address(self) -> "FetchedAddress":
        """The address of the URL."""
        return selectors.get_address(self.kwargs["id"], actor=self.actor)

    def get_title(self) -> str:
        """What is removed."""
        return gettext("Remove an address")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add who fetches it."""
        found = selectors.list_fetching(self.address, actor=self.actor)
        entries = [
            {
                "name": one.name,
                "url": reverse("policies:policy-detail", args=[one.pk]),
                "note": one.namespace.name,
            }
            for one in found
        ]
        return super().get_context_data(
            text=gettext("%(url)s is fetched no more, and its answer is forgotten.")
            % {"url": self.address.url},
            consequences=[
                {
                    "label": ngettext(
                        "policy refuses whoever it would ask about",
                        "policies refuse whoever they would ask about",
                        len(found),
                    ),
                    "count": len(found),
                    "entries": entries,
                }
            ],
            cancel_url=reverse("policies:address-list"),
            **kwargs,
        )

    def carry_out(self) -> str:
        """Remove it."""
        url = services.unlist_address(self.kwargs["id"], actor=self.actor, now=self.now)
        messages.success(
            self.request, gettext("%(url)s is no longer listed.") % {"url": url}
        )
        return reverse("policies:address-list")

"""Pages of links, types, trusted manufacturers, and the rules of approval."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from console.core.exceptions import ConsoleError, ValidationFailedError
from console.core.generic.pages import (
    ActionView,
    F,
    FormPage,
    ListPage,
    Page,
    add_errors,
)
from console.core.http import uuid_from
from devices import selectors, services
from devices.authentication import party_of
from devices.forms import LinkForm, NewTypeForm, RootForm, RulesForm, TypeForm
from devices.listings import LinkListing
from devices.views.frame import OfDevices
from directory import selectors as directory_selectors

DEFAULT_DAYS = 7
MAX_FOUND = 10
NOTICES_SHOWN = 10


class LinkListPage(OfDevices, ListPage):
    """The links that were issued."""

    title = gettext_noop("Enrollment links")
    tab = "link-list"
    template_name = "devices/link_list.html"
    listing = LinkListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what became of each."""
        context = super().get_context_data(**kwargs)
        rows = context["list"].rows
        return context | {
            "rows": [(one, selectors.state_of_link(one, now=self.now)) for one in rows]
        }


class NewLinkPage(OfDevices, FormPage[LinkForm]):
    """Issues a link, and shows it once."""

    title = gettext_noop("New enrollment link")
    tab = "link-list"
    template_name = "devices/link_form.html"
    form_class = LinkForm

    def get_initial(self) -> dict[str, Any]:
        """Start with any device, for a week."""
        return {
            "device_type": "any",
            "ends_on": (self.now + timedelta(days=DEFAULT_DAYS)).date(),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the people that a search finds."""
        request = self.request
        text = (request.GET.get("who") or request.POST.get("who", "")).strip()[:100]
        chosen = request.POST.get("person") or request.GET.get("person", "")
        found = directory_selectors.find_subjects(
            text, chosen=chosen, limit=MAX_FOUND, actor=self.actor
        )
        return super().get_context_data(
            who=text,
            chosen=chosen,
            found=[one for one in found if not one.is_group],
            cancel_url=reverse("devices:link-list"),
            **kwargs,
        )

    def form_valid(self, form: LinkForm) -> HttpResponse:
        """Issue the link; its address is in this answer only."""
        try:
            link, path = self._issue(form)
        except ConsoleError as error:
            if not error.is_about_input:
                raise
            add_errors(form, error)
            return self.render_to_response(
                self.get_context_data(form=form), status=error.http_status
            )
        address = party_of(self.request).origin + path
        return self.render_to_response(
            self.get_context_data(form=form, link=link, address=address)
        )

    def _issue(self, form: LinkForm) -> tuple[Any, str]:
        person = self.request.POST.get("person", "").removeprefix("user:")
        if not person:
            raise ValidationFailedError(gettext("choose a person"))
        return services.issue_link(
            user_id=uuid_from(person, name="person"),
            device_type=form.cleaned_data["device_type"],
            expires_at=form.expires_at,
            return_to=form.cleaned_data["return_to"],
            actor=self.actor,
            now=self.now,
        )


class WithdrawAction(ActionView):
    """Takes a link back."""

    def carry_out(self) -> str:
        """Withdraw it."""
        services.withdraw_link(self.kwargs["id"], actor=self.actor, now=self.now)
        messages.success(self.request, gettext("The link is withdrawn."))
        return reverse("devices:link-list")


class TypeListPage(OfDevices, Page):
    """Device types, and the manufacturers that are trusted."""

    title = gettext_noop("Device types")
    tab = "type-list"
    template_name = "devices/type_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add both."""
        return super().get_context_data(
            types=selectors.list_device_types(),
            roots=selectors.list_roots(),
            **kwargs,
        )


class _TypeForm(OfDevices, FormPage[F]):
    tab = "type-list"
    template_name = "devices/type_form.html"
    success_message = "Saved."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        return super().get_context_data(
            cancel_url=reverse("devices:type-list"), **kwargs
        )


class NewTypePage(_TypeForm[NewTypeForm]):
    """Makes a type of one's own."""

    title = gettext_noop("New device type")
    form_class = NewTypeForm

    def get_initial(self) -> dict[str, Any]:
        """Start from what the type `any` asks for."""
        return {"user_verification": "preferred", "attestation": "direct"}

    def save(self, form: NewTypeForm) -> str:
        """Create it."""
        values = dict(form.cleaned_data)
        values.pop("version")
        services.create_device_type(**values, actor=self.actor, now=self.now)
        return reverse("devices:type-list")


class EditTypePage(_TypeForm[TypeForm]):
    """Changes what a type asks for."""

    form_class = TypeForm

    def get_title(self) -> str:
        """Its name."""
        return gettext("Device type %(kind)s") % {"kind": self.kind}

    @property
    def kind(self) -> Any:
        """The type of the URL."""
        return selectors.get_device_type(self.kwargs["id"])

    def get_initial(self) -> dict[str, Any]:
        """Start from what is there."""
        kind = self.kind
        return {name: getattr(kind, name) for name in TypeForm.base_fields}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the type."""
        return super().get_context_data(kind=self.kind, **kwargs)

    def save(self, form: TypeForm) -> str:
        """Save it."""
        changes = dict(form.cleaned_data)
        services.change_device_type(
            self.kwargs["id"],
            version=changes.pop("version") or 0,
            **changes,
            actor=self.actor,
            now=self.now,
        )
        return reverse("devices:type-list")


class DeleteTypeAction(ActionView):
    """Deletes a type that nothing is of."""

    def carry_out(self) -> str:
        """Delete it."""
        version = self.request.POST.get("version", "")
        services.delete_device_type(
            self.kwargs["id"],
            version=int(version) if version.isdecimal() else 0,
            actor=self.actor,
            now=self.now,
        )
        messages.success(self.request, gettext("The device type is deleted."))
        return reverse("devices:type-list")


class NewRootPage(_TypeForm[RootForm]):
    """Trusts a manufacturer's certificate."""

    title = gettext_noop("Trust a manufacturer")
    template_name = "devices/root_form.html"
    form_class = RootForm

    def save(self, form: RootForm) -> str:
        """Add it."""
        services.add_attestation_root(
            **form.cleaned_data, actor=self.actor, now=self.now
        )
        return reverse("devices:type-list")


class RemoveRootAction(ActionView):
    """Stops trusting a manufacturer's certificate."""

    def carry_out(self) -> str:
        """Remove it."""
        services.remove_attestation_root(
            self.kwargs["id"], actor=self.actor, now=self.now
        )
        messages.success(self.request, gettext("The certificate is trusted no more."))
        return reverse("devices:type-list")


class RulesPage(OfDevices, FormPage[RulesForm]):
    """The rules of approval, and who hears of devices."""

    title = gettext_noop("Rules for devices")
    tab = "rules"
    template_name = "devices/rules_form.html"
    form_class = RulesForm
    success_message = gettext_noop("The rules are saved.")

    def get_initial(self) -> dict[str, Any]:
        """Start from what is there, without the secret."""
        rules = selectors.read_rules(actor=self.actor)
        names = set(RulesForm.base_fields) - {"webhook_secret"}
        return {name: getattr(rules, name) for name in names}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the messages of late, and whether there is a secret."""
        rules = selectors.read_rules(actor=self.actor)
        return super().get_context_data(
            has_secret=bool(rules.webhook_secret),
            changed_by=rules.changed_by,
            notices=selectors.list_notices(self.actor)[:NOTICES_SHOWN],
            **kwargs,
        )

    def save(self, form: RulesForm) -> str:
        """Save them."""
        changes = dict(form.cleaned_data)
        if not changes["webhook_secret"]:
            del changes["webhook_secret"]
        services.change_rules(
            version=changes.pop("version"), **changes, actor=self.actor, now=self.now
        )
        return reverse("devices:rules")

"""Pages about who owns hosts and upstreams: four lists, forms, questions."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from console.core.actor import Actor
from console.core.exceptions import PermissionDeniedError, ValidationFailedError
from console.core.generic.listing import Listing
from console.core.generic.pages import (
    ActionView,
    ConfirmPage,
    CsvExport,
    FormPage,
    ListPage,
    add_errors,
)
from namespaces import access
from namespaces.permissions import Permission
from routes import selectors, services
from routes.forms.ownership_forms import AskForm, DelegateForm, RegisterForm
from routes.listings.ownership import (
    ConsentListing,
    DelegationListing,
    HostListing,
    UpstreamListing,
)
from routes.models import ConsentStatus

if TYPE_CHECKING:
    from namespaces.models import Namespace

TABS = (
    (gettext_lazy("Hosts"), "host-list", "route"),
    (gettext_lazy("Delegations"), "host-delegation-list", "move"),
    (gettext_lazy("Upstreams"), "upstream-list", "namespaces"),
    (gettext_lazy("Consents"), "upstream-consent-list", "help"),
)
SOMEBODY = gettext_lazy("another namespace")


def tabs(active: str) -> list[dict[str, Any]]:
    """Return the tabs that all lists share."""
    return [
        {
            "label": label,
            "url": reverse(f"routes:{name}"),
            "icon": icon,
            "active": name == active,
        }
        for label, name, icon in TABS
    ]


def name_for(namespace: "Namespace", actor: Actor) -> str:
    """Return a namespace's name, if the reader may know it."""
    if access.can(actor, Permission.NAMESPACE_VIEW, namespace):
        return namespace.name
    return str(SOMEBODY)


@dataclass(frozen=True, slots=True)
class OwnershipRow:
    """A row with the names that this reader may know, and what they may do to it."""

    row: Any
    namespace: str = ""
    owner: str = ""
    may: bool = False
    is_free: bool = False


class OwnershipList(ListPage):
    """One of the four lists."""

    name: ClassVar[str]
    new_permission: ClassVar[Permission | None] = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add tabs, and rows with names and rights."""
        context = super().get_context_data(**kwargs)
        permission = self.new_permission
        return context | {
            "tabs": tabs(self.name),
            "rows": [self.row(one) for one in context["list"].rows],
            "may_add": permission and access.can_anywhere(self.actor, permission),
        }

    def row(self, one: Any) -> OwnershipRow:
        """Return what is drawn of a row."""
        raise NotImplementedError


class HostsPage(OwnershipList):
    """Hosts and their owners."""

    title = gettext_noop("Hosts")
    name = "host-list"
    template_name = "routes/hosts/host_list.html"
    listing = HostListing()

    def row(self, one: Any) -> OwnershipRow:
        """Say when a resting host is free, and whether the reader may end that."""
        rests_until = one.released_at and one.released_at + services.HOST_REST
        return OwnershipRow(
            one,
            owner=one.namespace.name if one.namespace else "",
            may=bool(one.released_at) and services.may_release(one, self.actor),
            is_free=bool(rests_until) and rests_until <= timezone.now(),
            namespace=f"{rests_until:%Y-%m-%d}" if rests_until else "",
        )


class HostsCsv(CsvExport):
    """The same as CSV."""

    listing: ClassVar[Listing[Any]] = HostListing()


class DelegationsPage(OwnershipList):
    """Zones and paths that are lent."""

    title = gettext_noop("Delegations of hosts")
    name = "host-delegation-list"
    template_name = "routes/hosts/delegation_list.html"
    listing = DelegationListing()
    new_permission = Permission.HOST_DELEGATE

    def row(self, one: Any) -> OwnershipRow:
        """Name both ends as far as the reader may know."""
        return OwnershipRow(
            one,
            namespace=name_for(one.namespace, self.actor),
            owner=name_for(one.owner, self.actor),
            may=access.can(self.actor, Permission.HOST_DELEGATE, one.owner),
        )


class UpstreamsPage(OwnershipList):
    """What is registered as whose upstream."""

    title = gettext_noop("Upstreams")
    name = "upstream-list"
    template_name = "routes/hosts/upstream_list.html"
    listing = UpstreamListing()
    new_permission = Permission.UPSTREAM_EDIT

    def row(self, one: Any) -> OwnershipRow:
        """Say whether the reader may give it up."""
        return OwnershipRow(
            one,
            owner=one.namespace.name,
            may=access.can(self.actor, Permission.UPSTREAM_EDIT, one.namespace),
        )


class ConsentsPage(OwnershipList):
    """Who asked to route to what, and the answers."""

    title = gettext_noop("Consents to upstreams")
    name = "upstream-consent-list"
    template_name = "routes/hosts/consent_list.html"
    listing = ConsentListing()
    new_permission = Permission.ROUTE_CREATE

    def row(self, one: Any) -> OwnershipRow:
        """Name both ends as far as the reader may know."""
        owner = one.upstream.namespace
        return OwnershipRow(
            one,
            namespace=name_for(one.namespace, self.actor),
            owner=name_for(owner, self.actor),
            may=access.can(self.actor, Permission.UPSTREAM_EDIT, owner),
            is_free=one.status == ConsentStatus.GRANTED,
        )


class _OwnershipForm(FormPage[Any]):
    """A form about a namespace where the reader may do what it is about."""

    template_name = "routes/hosts/form.html"
    permission: ClassVar[Permission]
    place_permission: ClassVar[Permission]
    list_name: ClassVar[str]
    note: ClassVar[str]
    submit: ClassVar[str]

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the places."""
        if not access.can_anywhere(self.actor, self.permission):
            raise PermissionDeniedError
        return super().get_form_kwargs() | {
            "actor": self.actor,
            "permission": self.place_permission,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add words and the way back."""
        return super().get_context_data(
            note=gettext(self.note),
            submit=kwargs.pop("submit", gettext(self.submit)),
            cancel_url=self.list_url,
            **kwargs,
        )

    @property
    def list_url(self) -> str:
        """The list that it belongs to."""
        return reverse(f"routes:{self.list_name}")

    def values(self, form: Any) -> dict[str, Any]:
        """Return what the service is given."""
        values = {**form.cleaned_data, "actor": self.actor, "now": self.now}
        values["namespace_id"] = values.pop("namespace")
        values.pop("confirmed", None)
        return values


class DelegatePage(_OwnershipForm):
    """Lend a zone or a path."""

    title = gettext_noop("Delegate hosts")
    form_class = DelegateForm
    permission = Permission.HOST_DELEGATE
    place_permission = Permission.NAMESPACE_VIEW
    list_name = "host-delegation-list"
    note = gettext_noop(
        "Managers of the namespace, and of those below, may publish "
        "there from then on. Hosts that others have already stay theirs."
    )
    submit = gettext_noop("Delegate")
    success_message = "Delegated."

    def save(self, form: Any) -> str:
        """Delegate."""
        services.delegate_host(**self.values(form))
        return self.list_url


class RegisterPage(_OwnershipForm):
    """Register an upstream, after a look at the routes of others that lead there."""

    title = gettext_noop("Register an upstream")
    form_class = RegisterForm
    permission = Permission.UPSTREAM_EDIT
    place_permission = Permission.UPSTREAM_EDIT
    list_name = "upstream-list"
    note = gettext_noop(
        "Other namespaces then need its consent to route there. Routes "
        "that exist are left alone, and listed before anything is saved."
    )
    submit = gettext_noop("Look for routes")
    success_message = "Registered."

    def form_valid(self, form: Any) -> Any:
        """Show the routes of others first."""
        if form.cleaned_data["confirmed"]:
            return super().form_valid(form)
        try:
            found = services.preview_upstream(
                namespace_id=form.cleaned_data["namespace"],
                target=form.cleaned_data["target"],
                actor=self.actor,
            )
        except ValidationFailedError as error:
            add_errors(form, error)
            return self.form_invalid(form)
        form.data = {**form.data.dict(), "confirmed": "on"}
        return self.render_to_response(
            self.get_context_data(form=form, found=found, submit=gettext("Register"))
        )

    def save(self, form: Any) -> str:
        """Register."""
        services.register_upstream(**self.values(form))
        return self.list_url


class AskPage(_OwnershipForm):
    """Ask for consent."""

    title = gettext_noop("Ask for consent")
    form_class = AskForm
    permission = Permission.ROUTE_CREATE
    place_permission = Permission.ROUTE_CREATE
    list_name = "upstream-consent-list"
    note = gettext_noop(
        "An admin of whoever has the upstream reads the request, and answers it."
    )
    submit = gettext_noop("Ask")
    success_message = gettext_noop("The owner has been asked.")

    def save(self, form: Any) -> str:
        """Ask."""
        services.request_consent(**self.values(form))
        return self.list_url


class ReleaseUpstreamPage(ConfirmPage):
    """Give an upstream up."""

    template_name = "routes/hosts/confirm.html"

    @cached_property
    def upstream(self) -> Any:
        """The upstream of the URL."""
        return selectors.get_upstream(self.kwargs["id"], actor=self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what it means."""
        may = access.can(self.actor, Permission.UPSTREAM_EDIT, self.upstream.namespace)
        if not may:
            raise PermissionDeniedError
        return super().get_context_data(
            title=gettext("Give up %(upstream)s") % {"upstream": self.upstream},
            text=gettext("Every namespace may route to %(upstream)s without asking.")
            % {"upstream": self.upstream},
            kept=gettext("Consents to it go; routes stay as they are."),
            label=gettext("Give up"),
            cancel_url=reverse("routes:upstream-list"),
            **kwargs,
        )

    def carry_out(self) -> str:
        """Give it up."""
        services.release_upstream(self.kwargs["id"], actor=self.actor, now=self.now)
        messages.success(self.request, gettext("Given up."))
        return reverse("routes:upstream-list")


class ReleaseHostAction(ActionView):
    """End the rest of a host."""

    def carry_out(self) -> str:
        """Let anybody claim it."""
        host = selectors.get_host(self.kwargs["id"], actor=self.actor)
        services.release_host(host.host, actor=self.actor, now=self.now)
        messages.success(self.request, gettext("Anybody may claim the host now."))
        return reverse("routes:host-list")


class DecideAction(ActionView):
    """Grant or refuse a request."""

    is_granted = False

    def carry_out(self) -> str:
        """Decide."""
        services.decide_consent(
            self.kwargs["id"],
            is_granted=self.is_granted,
            actor=self.actor,
            now=self.now,
        )
        messages.success(self.request, "Granted." if self.is_granted else "Refused.")
        return reverse("routes:upstream-consent-list")

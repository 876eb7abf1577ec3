"""What the lists of hosts, delegations and upstreams can be asked."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_noop

from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from console.core.generic.listing import Column, Filter, Listing
from namespaces.listings import namespace_filter
from routes import selectors
from routes.models import (
    ConsentStatus,
    HostClaim,
    HostDelegation,
    UpstreamClaim,
    UpstreamConsent,
)


def _resting(rows: QuerySet[HostClaim], text: str, _: Actor) -> QuerySet[HostClaim]:
    if text not in dict(HOST_STATES):
        raise ValidationFailedError(fields={"state": [gettext("owned or resting")]})
    return rows.filter(released_at__isnull=text == "owned")


HOST_STATES = (("owned", gettext_noop("In use")), ("resting", gettext_noop("Resting")))


class HostListing(Listing[HostClaim]):
    """The hosts of the namespaces that the actor sees, resting ones as well."""

    name = "hosts"
    default_sort = "host"
    columns = (
        Column(
            name="host",
            label=gettext_noop("Host"),
            value=lambda row: row.host,
            order_by=("host",),
        ),
        Column(
            name="namespace",
            label=gettext_noop("Owner"),
            value=lambda row: row.namespace.name if row.namespace else "",
            order_by=("namespace__name", "host"),
        ),
        Column(
            name="resting",
            label=gettext_noop("State"),
            value=lambda row: row.released_at,
            order_by=("released_at", "host"),
            note=gettext_noop(
                "A host that was given up rests for a week for everybody else."
            ),
        ),
        Column(
            name="since",
            label=gettext_noop("Since"),
            value=lambda row: row.created_at,
            order_by=("created_at",),
            hide="narrow",
        ),
    )
    filters = (
        namespace_filter(),
        Filter(
            name="state",
            label=gettext_noop("State"),
            apply=_resting,
            choices=lambda _: [(value, gettext(words)) for value, words in HOST_STATES],
            help=gettext_noop("owned: in use by its owner; resting: given up lately."),
        ),
    )
    search_help = gettext_noop("Keeps the hosts with this in their name.")

    def rows(self, actor: Actor) -> QuerySet[HostClaim]:
        """Return what the actor sees."""
        return selectors.list_hosts(actor)

    def search(self, rows: QuerySet[HostClaim], text: str) -> QuerySet[HostClaim]:
        """Look into the names."""
        return rows.filter(host__icontains=text)


def _whose(row: Any) -> str:
    """Nothing: who it is about is named by whoever draws the list, for one reader."""
    return ""


class DelegationListing(Listing[HostDelegation]):
    """Zones and paths that are delegated from or to what the actor sees."""

    name = "host-delegations"
    default_sort = "host"
    columns = (
        Column(
            name="host",
            label=gettext_noop("Zone or path"),
            value=str,
            order_by=("host", "path"),
        ),
        Column(name="namespace", label=gettext_noop("Delegated to"), value=_whose),
        Column(name="owner", label=gettext_noop("By"), value=_whose, hide="narrow"),
        Column(
            name="since",
            label=gettext_noop("Since"),
            value=lambda row: row.created_at,
            order_by=("created_at",),
            hide="medium",
        ),
    )
    search_help = gettext_noop("Keeps the delegations with this in the host or path.")

    def rows(self, actor: Actor) -> QuerySet[HostDelegation]:
        """Return what the actor sees."""
        return selectors.list_delegations(actor)

    def search(
        self, rows: QuerySet[HostDelegation], text: str
    ) -> QuerySet[HostDelegation]:
        """Look into host and path."""
        return rows.filter(Q(host__icontains=text) | Q(path__icontains=text))


class UpstreamListing(Listing[UpstreamClaim]):
    """Upstreams that are registered for what the actor sees."""

    name = "upstreams"
    default_sort = "target"
    columns = (
        Column(
            name="target",
            label=gettext_noop("Host or network"),
            value=lambda row: row.target,
            order_by=("target",),
        ),
        Column(
            name="namespace",
            label=gettext_noop("Owner"),
            value=lambda row: row.namespace.name,
            order_by=("namespace__name", "target"),
        ),
        Column(
            name="since",
            label=gettext_noop("Since"),
            value=lambda row: row.created_at,
            order_by=("created_at",),
            hide="narrow",
        ),
    )
    filters = (namespace_filter(),)
    search_help = gettext_noop("Keeps the upstreams with this in the host or network.")

    def rows(self, actor: Actor) -> QuerySet[UpstreamClaim]:
        """Return what the actor sees."""
        return selectors.list_upstreams(actor)

    def search(
        self, rows: QuerySet[UpstreamClaim], text: str
    ) -> QuerySet[UpstreamClaim]:
        """Look into host or network."""
        return rows.filter(target__icontains=text)


class ConsentListing(Listing[UpstreamConsent]):
    """Requests to route to an upstream, by or to what the actor sees."""

    name = "upstream-consents"
    default_sort = "-asked"
    columns = (
        Column(
            name="upstream",
            label=gettext_noop("Upstream"),
            value=lambda row: row.upstream.target,
            order_by=("upstream__target", "-created_at"),
        ),
        Column(name="namespace", label=gettext_noop("For"), value=_whose),
        Column(
            name="status",
            label=gettext_noop("Status"),
            value=lambda row: row.get_status_display(),
            order_by=("status", "-created_at"),
        ),
        Column(
            name="reason", label=gettext_noop("Reason"), value=_whose, hide="medium"
        ),
        Column(
            name="asked",
            label=gettext_noop("Asked"),
            value=lambda row: row.created_at,
            order_by=("created_at",),
            hide="narrow",
        ),
    )
    filters = (
        Filter(
            name="status",
            label=gettext_noop("Status"),
            apply=lambda rows, text, _: rows.filter(status=text),
            choices=lambda _: ConsentStatus.choices,
            help=gettext_noop("requested, granted or refused."),
        ),
    )
    search_help = gettext_noop(
        "Keeps the requests with this in the upstream or reason."
    )

    def rows(self, actor: Actor) -> QuerySet[UpstreamConsent]:
        """Return what the actor sees."""
        return selectors.list_consents(actor)

    def search(
        self, rows: QuerySet[UpstreamConsent], text: str
    ) -> QuerySet[UpstreamConsent]:
        """Look into upstream and reason."""
        return rows.filter(
            Q(upstream__target__icontains=text) | Q(reason__icontains=text)
        )

"""What the lists of the gateway can be asked."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_noop

from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from console.core.generic.listing import Column, Filter, Listing
from console.core.generic.times import time_filters
from console.core.http import uuid_from
from gateway import selectors
from gateway.models import (
    Certificate,
    Cluster,
    Decision,
    Deployment,
    GatewaySession,
    Outcomes,
)
from namespaces.listings import in_namespace, namespace_filter

MAX_DIGITS = 18
MOST_COUNTED = 10_000

PERSON = Filter[Any](
    name="person",
    label=gettext_noop("Person"),
    apply=lambda rows, text, _: rows.filter(user_id=uuid_from(text, name="person")),
    help=gettext_noop("Id of a person."),
)
HOST = Filter[Any](
    name="host",
    label=gettext_noop("Site"),
    apply=lambda rows, text, _: rows.filter(host=text.lower()),
    help=gettext_noop("Host name of a route."),
)


class SessionListing(Listing[GatewaySession]):
    """Sessions at the proxy: everybody's for admins of the root, else one's own."""

    name = "sessions"
    default_sort = "-began"
    columns = (
        Column(
            name="person",
            label=gettext_noop("Person"),
            value=lambda row: str(row.user),
            order_by=("user__display_name", "began_at"),
        ),
        Column(
            name="host",
            label=gettext_noop("Site"),
            value=lambda row: row.host,
            order_by=("host", "began_at"),
        ),
        Column(
            name="state", label=gettext_noop("State"), value=lambda row: row.ended_at
        ),
        Column(
            name="seen",
            label=gettext_noop("Last used"),
            value=lambda row: row.seen_at,
            order_by=("seen_at",),
            hide="medium",
        ),
        Column(
            name="began",
            label=gettext_noop("Began"),
            value=lambda row: row.began_at,
            order_by=("began_at",),
            hide="narrow",
        ),
        Column(
            name="address",
            label=gettext_noop("Address"),
            value=lambda row: row.address,
            hide="medium",
        ),
    )
    filters = (PERSON, HOST)
    search_help = gettext_noop(
        "Keeps sessions whose person, site or address contains this text."
    )

    def rows(self, actor: Actor) -> QuerySet[GatewaySession]:
        """Return the sessions that the actor may see."""
        return selectors.list_sessions(actor)

    def search(
        self, rows: QuerySet[GatewaySession], text: str
    ) -> QuerySet[GatewaySession]:
        """Keep the rows that contain the text."""
        return rows.filter(
            Q(host__icontains=text)
            | Q(user__email__icontains=text)
            | Q(user__display_name__icontains=text)
            | Q(address__icontains=text)
        )


class CertificateListing(Listing[Certificate]):
    """Certificates of the namespaces that the actor sees."""

    name = "certificates"
    default_sort = "ends"
    columns = (
        Column(
            name="name",
            label=gettext_noop("Name"),
            value=lambda row: row.name,
            order_by=("name", "pk"),
        ),
        Column(
            name="hosts",
            label=gettext_noop("Hosts"),
            value=lambda row: ", ".join(row.host_list),
        ),
        Column(
            name="namespace",
            label=gettext_noop("Namespace"),
            value=lambda row: row.namespace.name,
            order_by=("namespace__name", "name", "pk"),
            hide="narrow",
        ),
        Column(
            name="ends",
            label=gettext_noop("Ends"),
            value=lambda row: row.ends_at,
            order_by=("ends_at", "name", "pk"),
        ),
    )
    filters = (namespace_filter(),)
    search_help = gettext_noop("Keeps certificates with this in the name or in a host.")

    def rows(self, actor: Actor) -> QuerySet[Certificate]:
        """Return what the actor sees."""
        return selectors.list_certificates(actor)

    def search(self, rows: QuerySet[Certificate], text: str) -> QuerySet[Certificate]:
        """Look into names and hosts."""
        return rows.filter(name__icontains=text) | rows.filter(hosts__icontains=text)


class DeploymentListing(Listing[Deployment]):
    """Every deployment, the latest first."""

    name = "deployments"
    default_sort = "-number"
    search_help = gettext_noop(
        "Keeps deployments with this in their reason, or made by whom."
    )
    columns = (
        Column(
            name="number",
            label=gettext_noop("Number"),
            value=lambda row: row.number,
            order_by=("number",),
        ),
        Column(
            name="made",
            label=gettext_noop("Made"),
            value=lambda row: row.made_at,
            order_by=("made_at", "number"),
        ),
        Column(
            name="cause",
            label=gettext_noop("Because of"),
            value=lambda row: row.get_cause_display(),
        ),
        Column(
            name="by",
            label=gettext_noop("By"),
            value=lambda row: row.made_by,
            hide="medium",
        ),
        Column(
            name="routes",
            label=gettext_noop("Routes"),
            value=lambda row: row.routes,
            align="end",
            hide="narrow",
        ),
        Column(
            name="policies",
            label=gettext_noop("Policies"),
            value=lambda row: row.policies,
            align="end",
            hide="narrow",
        ),
    )

    def rows(self, actor: Actor) -> QuerySet[Deployment]:
        return selectors.list_deployments(actor)

    def search(self, rows: QuerySet[Deployment], text: str) -> QuerySet[Deployment]:
        return rows.filter(Q(reason__icontains=text) | Q(made_by__icontains=text))


def _by_id(field: str, name: str) -> Any:
    return lambda rows, text, _: rows.filter(**{field: uuid_from(text, name=name)})


def _number(text: str, *, name: str) -> int:
    if not text.isdecimal() or len(text) > MAX_DIGITS:
        raise ValidationFailedError(fields={name: [gettext("give a number")]})
    return int(text)


class DecisionListing(Listing[Decision]):
    """What authorizers decided about routes of where the actor may read logs."""

    name = "decisions"
    default_sort = "-time"
    most_counted = MOST_COUNTED
    columns = (
        Column(
            name="time",
            label=gettext_noop("Time"),
            value=lambda row: row.at,
            order_by=("at",),
        ),
        Column(
            name="outcome",
            label=gettext_noop("Outcome"),
            value=lambda row: row.outcome,
        ),
        Column(name="who", label=gettext_noop("Who"), value=lambda row: row.who),
        Column(
            name="request",
            label=gettext_noop("Request"),
            value=lambda row: f"{row.method} {row.host}{row.path}",
            hide="narrow",
        ),
        Column(
            name="route",
            label=gettext_noop("Route"),
            value=lambda row: row.route,
            hide="medium",
        ),
        Column(
            name="reasons",
            label=gettext_noop("Reasons"),
            value=lambda row: ", ".join(row.reasons),
            hide="medium",
        ),
        Column(
            name="status",
            label=gettext_noop("Status"),
            value=lambda row: row.status,
            is_shown=False,
        ),
        Column(
            name="deployment",
            label=gettext_noop("Deployment"),
            value=lambda row: row.deployment,
            is_shown=False,
        ),
        Column(
            name="microseconds",
            label=gettext_noop("Microseconds"),
            value=lambda row: row.microseconds,
            is_shown=False,
        ),
        Column(
            name="address",
            label=gettext_noop("From"),
            value=lambda row: row.address,
            is_shown=False,
        ),
        Column(
            name="request_id",
            label=gettext_noop("Request id"),
            value=lambda row: row.request_id,
            is_shown=False,
        ),
        Column(
            name="route_id",
            label=gettext_noop("Route id"),
            value=lambda row: row.route_id,
            is_shown=False,
        ),
        Column(
            name="person_id",
            label=gettext_noop("Person id"),
            value=lambda row: row.person_id,
            is_shown=False,
        ),
    )
    filters = (
        Filter(
            name="namespace",
            label=gettext_noop("Namespace"),
            apply=in_namespace,
            help=gettext_noop(
                "Id of a namespace: keeps requests to routes there or below."
            ),
        ),
        Filter(
            name="outcome",
            label=gettext_noop("Outcome"),
            apply=lambda rows, text, _: rows.filter(outcome=text),
            choices=lambda _: Outcomes.choices,
            help=gettext_noop("allow, login, device-enrollment or deny."),
        ),
        Filter(
            name="who",
            label=gettext_noop("Who"),
            apply=lambda rows, text, _: rows.filter(who__icontains=text),
            control="text",
            help=gettext_noop("Part of an address, or of a service account's name."),
        ),
        Filter(
            name="route",
            label=gettext_noop("Route"),
            apply=_by_id("route_id", "route"),
            help=gettext_noop("Id of a route."),
        ),
        Filter(
            name="person",
            label=gettext_noop("Person"),
            apply=_by_id("person_id", "person"),
            help=gettext_noop("Id of a person."),
        ),
        Filter(
            name="deployment",
            label=gettext_noop("Deployment"),
            apply=lambda rows, text, _: rows.filter(
                deployment=_number(text, name="deployment")
            ),
            help=gettext_noop("Number of the deployment that decided."),
        ),
        *time_filters("at"),
    )
    search_help = gettext_noop(
        "Keeps what has this in host, path or reason, or as request id."
    )

    def rows(self, actor: Actor) -> QuerySet[Decision]:
        """Return what the actor may see."""
        return selectors.list_decisions(actor)

    def search(self, rows: QuerySet[Decision], text: str) -> QuerySet[Decision]:
        """Look into the request and the reasons."""
        return rows.filter(
            Q(host__icontains=text)
            | Q(path__icontains=text)
            | Q(reasons__icontains=text)
            | Q(request_id=text)
        )


class ClusterListing(Listing[Cluster]):
    """Pomerium Cores, for admins of the root."""

    name = "clusters"
    default_sort = "name"
    columns = (
        Column(
            name="name",
            label=gettext_noop("Cluster"),
            value=lambda row: row.name,
            order_by=("name",),
        ),
        Column(
            name="state", label=gettext_noop("State"), value=lambda row: row.standing
        ),
        Column(
            name="deployment",
            label=gettext_noop("Deployment"),
            value=lambda row: row.deployment,
            order_by=("deployment", "name"),
        ),
        Column(
            name="published",
            label=gettext_noop("Last published"),
            value=lambda row: row.published_at,
            order_by=("published_at", "name"),
            hide="narrow",
        ),
        Column(
            name="routes",
            label=gettext_noop("Routes"),
            value=lambda row: row.routes,
            order_by=("routes", "name"),
            align="end",
            hide="medium",
        ),
    )
    search_help = gettext_noop("Keeps the clusters with this in name or address.")

    def rows(self, actor: Actor) -> QuerySet[Cluster]:
        """Return the clusters, for those who may see them."""
        return selectors.list_clusters(actor)

    def search(self, rows: QuerySet[Cluster], text: str) -> QuerySet[Cluster]:
        """Look into name and address."""
        return rows.filter(Q(name__icontains=text) | Q(url__icontains=text))

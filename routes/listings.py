"""What the lists of routes can be asked."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from console.core.generic.listing import Column, Filter, Listing
from console.core.http import uuid_from
from namespaces.listings import namespace_filter, path_of
from policies import selectors as policy_selectors
from routes import selectors
from routes.models import (
    ConsentStatus,
    HostClaim,
    HostDelegation,
    ImportRun,
    ImportStatus,
    Route,
    RoutePolicy,
    UpstreamClaim,
    UpstreamConsent,
)

HAS_POLICIES = (("yes", "With policies of their own"), ("no", "Without"))


def _policy(rows: QuerySet[Route], text: str, actor: Actor) -> QuerySet[Route]:
    """Keep the routes with a policy; one that isn't seen is as one that isn't there."""
    policy = policy_selectors.get_policy(uuid_from(text, name="policy"), actor=actor)
    return rows.filter(attachments__policy=policy)


def _has_policies(rows: QuerySet[Route], text: str, _: Actor) -> QuerySet[Route]:
    if text not in dict(HAS_POLICIES):
        raise ValidationFailedError(fields={"has_policies": ["yes or no"]})
    attached = Exists(RoutePolicy.objects.filter(route=OuterRef("pk")))
    return rows.filter(attached if text == "yes" else ~attached)


class RouteListing(Listing[Route]):
    """The routes that the actor sees."""

    name = "routes"
    default_sort = "name"
    columns = (
        Column(
            name="name", label="Name", value=lambda row: row.name, order_by=("name",)
        ),
        Column(
            name="from",
            label="From",
            value=lambda row: row.from_url,
            order_by=("from_url", "match"),
        ),
        Column(
            name="path",
            label="Path",
            value=lambda row: row.match.replace(":", " ", 1),
            is_shown=False,
        ),
        Column(
            name="to",
            label="To",
            value=lambda row: row.to_summary,
            order_by=("to_summary",),
            hide="medium",
        ),
        Column(
            name="policies",
            label="Policies",
            value=lambda row: "; ".join(
                one.policy.name for one in row.attachments.all()
            ),
            note="How many policies decide: attached, inherited and enforced.",
        ),
        Column(
            name="namespace",
            label="Namespace",
            value=lambda row: row.namespace.name,
            order_by=("namespace__name", "name"),
            hide="medium",
        ),
        Column(
            name="updated",
            label="Updated",
            value=lambda row: row.modified_at,
            order_by=("modified_at",),
            hide="narrow",
        ),
        Column(
            name="description",
            label="Description",
            value=lambda row: row.description,
            is_shown=False,
        ),
        Column(name="id", label="Id", value=lambda row: str(row.pk), is_shown=False),
    )
    filters = (
        namespace_filter(),
        Filter(
            name="host",
            label="Host",
            apply=lambda rows, text, _: rows.filter(host=text.lower().rstrip(".")),
            help="A host exactly as `from` has it, without port.",
        ),
        Filter(
            name="policy",
            label="Policy",
            apply=_policy,
            help="Id of a policy: keeps the routes that it is attached to.",
        ),
        Filter(
            name="has_policies",
            label="Policies",
            apply=_has_policies,
            choices=lambda _: HAS_POLICIES,
            help="yes or no: whether policies are attached to the route itself.",
        ),
    )
    search_help = "Keeps the routes with this in their name, address or destination."

    def rows(self, actor: Actor) -> QuerySet[Route]:
        """Return what the actor sees."""
        return selectors.list_routes(actor)

    def count_living(self, actor: Actor, namespace: str) -> int:
        """Return how many routes the actor sees, from the counts of namespaces."""
        return selectors.count_routes(actor, within=path_of(namespace, actor=actor))

    def search(self, rows: QuerySet[Route], text: str) -> QuerySet[Route]:
        """Look into name, address and destination."""
        return selectors.search_routes(rows, text)


class RouteExport(RouteListing):
    """The same with the attached policies of each row, for a file of all rows."""

    def select(self, params: Any, actor: Actor) -> QuerySet[Route]:
        """Return the rows that the parameters ask for."""
        return super().select(params, actor).prefetch_related("attachments__policy")


class ImportListing(Listing[ImportRun]):
    """Imports into namespaces where the actor may import."""

    name = "imports"
    default_sort = "-started"
    columns = (
        Column(
            name="file",
            label="File",
            value=lambda row: row.file_name,
            order_by=("file_name", "-created_at"),
        ),
        Column(
            name="namespace",
            label="Namespace",
            value=lambda row: row.namespace.name,
            order_by=("namespace__name", "-created_at"),
        ),
        Column(
            name="status",
            label="Status",
            value=lambda row: row.get_status_display(),
            order_by=("status", "-created_at"),
        ),
        Column(
            name="started",
            label="Started",
            value=lambda row: row.created_at,
            order_by=("created_at",),
            hide="narrow",
        ),
        Column(
            name="by",
            label="By",
            value=lambda row: row.started_by,
            order_by=("started_by", "-created_at"),
            hide="medium",
        ),
    )
    filters = (
        namespace_filter(),
        Filter(
            name="status",
            label="Status",
            apply=lambda rows, text, _: rows.filter(status=text),
            choices=lambda _: ImportStatus.choices,
        ),
    )
    search_help = "Keeps the imports with this in the name of their file."

    def rows(self, actor: Actor) -> QuerySet[ImportRun]:
        """Return what the actor sees, without the files and the plans."""
        return selectors.list_imports(actor).defer("source", "plan")

    def search(self, rows: QuerySet[ImportRun], text: str) -> QuerySet[ImportRun]:
        """Look into the names of files."""
        return rows.filter(file_name__icontains=text)


def _resting(rows: QuerySet[HostClaim], text: str, _: Actor) -> QuerySet[HostClaim]:
    if text not in dict(HOST_STATES):
        raise ValidationFailedError(fields={"state": ["owned or resting"]})
    return rows.filter(released_at__isnull=text == "owned")


HOST_STATES = (("owned", "In use"), ("resting", "Resting"))


class HostListing(Listing[HostClaim]):
    """The hosts of the namespaces that the actor sees, resting ones as well."""

    name = "hosts"
    default_sort = "host"
    columns = (
        Column(
            name="host", label="Host", value=lambda row: row.host, order_by=("host",)
        ),
        Column(
            name="namespace",
            label="Owner",
            value=lambda row: row.namespace.name if row.namespace else "",
            order_by=("namespace__name", "host"),
        ),
        Column(
            name="resting",
            label="State",
            value=lambda row: row.released_at,
            order_by=("released_at", "host"),
            note="A host that was given up rests for a week for everybody else.",
        ),
        Column(
            name="since",
            label="Since",
            value=lambda row: row.created_at,
            order_by=("created_at",),
            hide="narrow",
        ),
    )
    filters = (
        namespace_filter(),
        Filter(
            name="state",
            label="State",
            apply=_resting,
            choices=lambda _: HOST_STATES,
            help="owned: in use by its owner; resting: given up lately.",
        ),
    )
    search_help = "Keeps the hosts with this in their name."

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
            label="Zone or path",
            value=str,
            order_by=("host", "path"),
        ),
        Column(name="namespace", label="Delegated to", value=_whose),
        Column(name="owner", label="By", value=_whose, hide="narrow"),
        Column(
            name="since",
            label="Since",
            value=lambda row: row.created_at,
            order_by=("created_at",),
            hide="medium",
        ),
    )
    search_help = "Keeps the delegations with this in the host or path."

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
            label="Host or network",
            value=lambda row: row.target,
            order_by=("target",),
        ),
        Column(
            name="namespace",
            label="Owner",
            value=lambda row: row.namespace.name,
            order_by=("namespace__name", "target"),
        ),
        Column(
            name="since",
            label="Since",
            value=lambda row: row.created_at,
            order_by=("created_at",),
            hide="narrow",
        ),
    )
    filters = (namespace_filter(),)
    search_help = "Keeps the upstreams with this in the host or network."

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
            label="Upstream",
            value=lambda row: row.upstream.target,
            order_by=("upstream__target", "-created_at"),
        ),
        Column(name="namespace", label="For", value=_whose),
        Column(
            name="status",
            label="Status",
            value=lambda row: row.get_status_display(),
            order_by=("status", "-created_at"),
        ),
        Column(name="reason", label="Reason", value=_whose, hide="medium"),
        Column(
            name="asked",
            label="Asked",
            value=lambda row: row.created_at,
            order_by=("created_at",),
            hide="narrow",
        ),
    )
    filters = (
        Filter(
            name="status",
            label="Status",
            apply=lambda rows, text, _: rows.filter(status=text),
            choices=lambda _: ConsentStatus.choices,
            help="requested, granted or refused.",
        ),
    )
    search_help = "Keeps the requests with this in the upstream or reason."

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

"""What the lists of routes and of imports can be asked.

Those about who owns hosts and upstreams are in `ownership`.
"""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext, gettext_noop

from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from console.core.generic.listing import Column, Filter, Listing
from console.core.http import uuid_from
from namespaces.listings import namespace_filter, path_of
from policies import selectors as policy_selectors
from routes import selectors
from routes.models import ImportRun, ImportStatus, Route, RoutePolicy

HAS_POLICIES = (
    ("yes", gettext_noop("With policies of their own")),
    ("no", gettext_noop("Without")),
)


def _policy(rows: QuerySet[Route], text: str, actor: Actor) -> QuerySet[Route]:
    """Keep the routes with a policy; one that isn't seen is as one that isn't there."""
    policy = policy_selectors.get_policy(uuid_from(text, name="policy"), actor=actor)
    return rows.filter(attachments__policy=policy)


def _has_policies(rows: QuerySet[Route], text: str, _: Actor) -> QuerySet[Route]:
    if text not in dict(HAS_POLICIES):
        raise ValidationFailedError(fields={"has_policies": [gettext("yes or no")]})
    attached = Exists(RoutePolicy.objects.filter(route=OuterRef("pk")))
    return rows.filter(attached if text == "yes" else ~attached)


class RouteListing(Listing[Route]):
    """The routes that the actor sees."""

    name = "routes"
    default_sort = "name"
    columns = (
        Column(
            name="name",
            label=gettext_noop("Name"),
            value=lambda row: row.name,
            order_by=("name",),
        ),
        Column(
            name="from",
            label=gettext_noop("From"),
            value=lambda row: row.from_url,
            order_by=("from_url", "match"),
        ),
        Column(
            name="path",
            label=gettext_noop("Path"),
            value=lambda row: row.match.replace(":", " ", 1),
            is_shown=False,
        ),
        Column(
            name="to",
            label=gettext_noop("To"),
            value=lambda row: row.to_summary,
            order_by=("to_summary",),
            hide="medium",
        ),
        Column(
            name="policies",
            label=gettext_noop("Policies"),
            value=lambda row: "; ".join(
                one.policy.name for one in row.attachments.all()
            ),
            note=gettext_noop(
                "How many policies decide: attached, inherited and enforced."
            ),
        ),
        Column(
            name="namespace",
            label=gettext_noop("Namespace"),
            value=lambda row: row.namespace.name,
            order_by=("namespace__name", "name"),
            hide="medium",
        ),
        Column(
            name="updated",
            label=gettext_noop("Updated"),
            value=lambda row: row.modified_at,
            order_by=("modified_at",),
            hide="narrow",
        ),
        Column(
            name="description",
            label=gettext_noop("Description"),
            value=lambda row: row.description,
            is_shown=False,
        ),
        Column(
            name="id",
            label=gettext_noop("Id"),
            value=lambda row: str(row.pk),
            is_shown=False,
        ),
    )
    filters = (
        namespace_filter(),
        Filter(
            name="host",
            label=gettext_noop("Host"),
            apply=lambda rows, text, _: rows.filter(host=text.lower().rstrip(".")),
            help=gettext_noop("A host exactly as `from` has it, without port."),
        ),
        Filter(
            name="policy",
            label=gettext_noop("Policy"),
            apply=_policy,
            help=gettext_noop(
                "Id of a policy: keeps the routes that it is attached to."
            ),
        ),
        Filter(
            name="has_policies",
            label=gettext_noop("Policies"),
            apply=_has_policies,
            choices=lambda _: [
                (value, gettext(words)) for value, words in HAS_POLICIES
            ],
            help=gettext_noop(
                "yes or no: whether policies are attached to the route itself."
            ),
        ),
    )
    search_help = gettext_noop(
        "Keeps the routes with this in their name, address or destination."
    )

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
            label=gettext_noop("File"),
            value=lambda row: row.file_name,
            order_by=("file_name", "-created_at"),
        ),
        Column(
            name="namespace",
            label=gettext_noop("Namespace"),
            value=lambda row: row.namespace.name,
            order_by=("namespace__name", "-created_at"),
        ),
        Column(
            name="status",
            label=gettext_noop("Status"),
            value=lambda row: row.get_status_display(),
            order_by=("status", "-created_at"),
        ),
        Column(
            name="started",
            label=gettext_noop("Started"),
            value=lambda row: row.created_at,
            order_by=("created_at",),
            hide="narrow",
        ),
        Column(
            name="by",
            label=gettext_noop("By"),
            value=lambda row: row.started_by,
            order_by=("started_by", "-created_at"),
            hide="medium",
        ),
    )
    filters = (
        namespace_filter(),
        Filter(
            name="status",
            label=gettext_noop("Status"),
            apply=lambda rows, text, _: rows.filter(status=text),
            choices=lambda _: ImportStatus.choices,
        ),
    )
    search_help = gettext_noop("Keeps the imports with this in the name of their file.")

    def rows(self, actor: Actor) -> QuerySet[ImportRun]:
        """Return what the actor sees, without the files and the plans."""
        return selectors.list_imports(actor).defer("source", "plan")

    def search(self, rows: QuerySet[ImportRun], text: str) -> QuerySet[ImportRun]:
        """Look into the names of files."""
        return rows.filter(file_name__icontains=text)

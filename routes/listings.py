"""What the lists of routes can be asked."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from console.core.generic.listing import Column, Filter, Listing
from console.core.http import uuid_from
from namespaces.listings import namespace_filter
from policies import selectors as policy_selectors
from routes import selectors
from routes.models import ImportRun, ImportStatus, Route, RoutePolicy

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

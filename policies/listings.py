"""What the lists of policies can be asked."""

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_noop

from console.core.actor import Actor
from console.core.exceptions import NotFoundError, ValidationFailedError
from console.core.generic.listing import Column, Filter, Listing
from console.core.http import uuid_from
from directory import selectors as directory_selectors
from namespaces.listings import namespace_filter, path_of
from policies import selectors
from policies.models import Policy, PolicyLanguage

ATTACHED = (("yes", gettext_noop("Attached")), ("no", gettext_noop("Not attached")))


def _attached(rows: QuerySet[Policy], text: str, actor: Actor) -> QuerySet[Policy]:
    if text not in dict(ATTACHED):
        raise ValidationFailedError(fields={"attached": [gettext("yes or no")]})
    return selectors.keep_attached(rows, actor=actor, attached=text == "yes")


def _written_in(rows: QuerySet[Policy], text: str, _: Actor) -> QuerySet[Policy]:
    if text not in PolicyLanguage.values:
        raise ValidationFailedError(fields={"language": [gettext("ppl or rego")]})
    return rows.filter(language=text)


def _naming(rows: QuerySet[Policy], text: str, actor: Actor) -> QuerySet[Policy]:
    try:
        group = directory_selectors.get_group(
            uuid_from(text, name="group"), actor=actor
        )
    except NotFoundError as error:
        raise ValidationFailedError(fields={"group": [error.message]}) from error
    return selectors.naming_group(rows, group.external_id)


class PolicyListing(Listing[Policy]):
    """The policies that the actor sees."""

    name = "policies"
    default_sort = "name"
    columns = (
        Column(
            name="name",
            label=gettext_noop("Name"),
            value=lambda row: row.name,
            order_by=("name",),
        ),
        Column(
            name="words",
            label=gettext_noop("In words"),
            value=selectors.summarize,
            hide="medium",
        ),
        Column(
            name="namespace",
            label=gettext_noop("Namespace"),
            value=lambda row: row.namespace.name,
            order_by=("namespace__name", "name"),
            hide="narrow",
        ),
        Column(
            name="used",
            label=gettext_noop("Used by"),
            value=lambda row: row.route_count,
        ),
        Column(
            name="namespaces",
            label=gettext_noop("Attached to namespaces"),
            value=lambda row: row.namespace_count,
            is_shown=False,
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
            name="attached",
            label=gettext_noop("Attached"),
            apply=_attached,
            choices=lambda _: [(value, gettext(words)) for value, words in ATTACHED],
            help=gettext_noop(
                "yes or no: whether it is attached to a route or a namespace."
            ),
        ),
        Filter(
            name="language",
            label=gettext_noop("Language"),
            apply=_written_in,
            help=gettext_noop("ppl or rego."),
        ),
        Filter(
            name="group",
            label=gettext_noop("Names the group"),
            apply=_naming,
            says=lambda text, actor: (
                directory_selectors.get_group(text, actor=actor).name
            ),
            help=gettext_noop("Id of a group: keeps the policies that name it."),
        ),
    )
    search_help = gettext_noop(
        "Keeps the policies with this in their name, description or text."
    )

    def rows(self, actor: Actor) -> QuerySet[Policy]:
        """Return what the actor sees."""
        rows = selectors.with_usage(selectors.list_policies(actor), actor=actor)
        return selectors.with_failing(rows)

    def count_living(self, actor: Actor, namespace: str) -> int:
        """Return how many policies the actor sees, from the counts of namespaces."""
        return selectors.count_policies(actor, within=path_of(namespace, actor=actor))

    def search(self, rows: QuerySet[Policy], text: str) -> QuerySet[Policy]:
        """Look into name, description and text."""
        return selectors.search_policies(rows, text)

"""One search over everything that a person may see."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from console.core.actor import Actor
from console.core.generic.listing import Listing
from console.core.generic.pages import Page
from directory.listings import GroupListing, PersonListing
from namespaces.listings import NamespaceListing
from policies.listings import PolicyListing
from routes.listings import RouteListing

MOST = 6
MIN_LENGTH = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that is searched."""

    label: str
    icon: str
    listing: Listing[Any]
    list_name: str
    page_name: str
    note: Callable[[Any], str]

    @property
    def title(self) -> str:
        """What its rows are called, in the reader's language."""
        return gettext(self.label)


KINDS = (
    Kind(
        gettext_noop("Routes"),
        "route",
        RouteListing(),
        "routes:route-list",
        "routes:route-detail",
        lambda row: row.from_url,
    ),
    Kind(
        gettext_noop("Policies"),
        "policy",
        PolicyListing(),
        "policies:policy-list",
        "policies:policy-detail",
        lambda row: row.namespace.name,
    ),
    Kind(
        gettext_noop("Namespaces"),
        "namespace",
        NamespaceListing(),
        "namespaces:namespace-list",
        "namespaces:namespace-detail",
        lambda row: row.description,
    ),
    Kind(
        gettext_noop("People"),
        "person",
        PersonListing(),
        "directory:person-list",
        "directory:person-detail",
        lambda row: row.email,
    ),
    Kind(
        gettext_noop("Groups"),
        "group",
        GroupListing(),
        "directory:group-list",
        "directory:group-detail",
        lambda row: row.external_id,
    ),
)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found."""

    name: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found of one kind, and where the rest is."""

    kind: Kind
    hits: list[Hit]
    more_url: str


def find(text: str, *, actor: Actor) -> list[Hits]:
    """Return the first of each kind that contain the text, one query for each kind."""
    found = []
    for kind in KINDS:
        first = list(kind.listing.select({"q": text}, actor)[: MOST + 1])
        if not first:
            continue
        items = [
            Hit(str(row), reverse(kind.page_name, args=[row.pk]), kind.note(row))
            for row in first[:MOST]
        ]
        more = f"{reverse(kind.list_name)}?{urlencode({'q': text})}"
        found.append(Hits(kind, items, more if len(first) > MOST else ""))
    return found


class SearchPage(Page):
    """What was found; as a fragment while one types."""

    title = gettext_noop("Search")
    template_name = "console/search.html"
    fragment_template_name = "console/partials/_hits.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what was found."""
        text = self.request.GET.get("q", "").strip()[:200]
        is_long_enough = len(text) >= MIN_LENGTH
        return super().get_context_data(
            search_query=text,
            is_long_enough=is_long_enough,
            hits=find(text, actor=self.actor) if is_long_enough else [],
            **kwargs,
        )

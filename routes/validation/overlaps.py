"""Which route answers: the order of matching, and routes that hide one another.

The order is Core's: by host, then exact paths, then expressions, then prefixes with
the longer ones first. Hosts with a `*` are asked only for hosts that no route names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from policies.texts import Catalog, Text, joined, worded
from routes.validation.addresses import Address, parse_from
from routes.validation.paths import covers, meets, settings_of_match

DRAFT = "draft"
"""Id of a place that no route has yet."""
CONDITIONS = {
    "prefix": worded("begins with %(path)s"),
    "path": worded("is %(path)s"),
    "regex": worded("matches %(path)s"),
}
NAME = "`%(other)s`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a route stands among others.

    `id` is its key as text; `match` its path condition in one text; `namespace` the
    name of whose it is. What is not shown takes part, and nothing of it is told.
    """

    id: str
    name: str
    from_url: str
    match: str = ""
    regex_priority_order: int | None = None
    namespace: str = ""
    is_shown: bool = True

    @property
    def address(self) -> Address:
        """The parsed `from`."""
        return parse_from(self.from_url)

    @property
    def paths(self) -> str:
        """The path condition for people, "" for every path."""
        key, _, value = self.match.partition(":")
        return worded(CONDITIONS[key], path=value) if key in CONDITIONS else ""

    def condition(self, key: str) -> str:
        """The value of `prefix`, `path` or `regex`, or ""."""
        return settings_of_match(self.match).get(key, "")


def matching_order(places: Iterable[Place]) -> list[Place]:
    """Return the places in the order in which Core asks them.

    From ascending; path, number, expression and prefix descending, so that those
    without one come last; id ascending.
    """
    order = sorted(places, key=lambda place: place.id)
    order.sort(key=lambda place: place.condition("prefix"), reverse=True)
    order.sort(key=lambda place: place.condition("regex"), reverse=True)
    order.sort(key=_priority, reverse=True)
    order.sort(key=lambda place: place.condition("path"), reverse=True)
    order.sort(key=lambda place: place.from_url)
    return order


def _priority(place: Place) -> tuple[bool, int]:
    number = place.regex_priority_order
    return (number is not None, number or 0)


class OverlapKind(StrEnum):
    """How two routes stand to each other."""

    SAME = "same"
    HIDDEN_BY = "hidden_by"
    HIDES = "hides"
    AFTER = "after"
    BEFORE = "before"
    EXACT_HOST = "exact_host"
    WILDCARD = "wildcard"


SENTENCES = {
    OverlapKind.SAME: worded("`%(other)s` has the same address"),
    OverlapKind.HIDDEN_BY: (
        worded("`%(other)s` hides this one: it is asked first and takes every request")
    ),
    OverlapKind.HIDES: (
        worded("this one hides `%(other)s`: it is asked first and takes every request")
    ),
    OverlapKind.AFTER: worded(
        "`%(other)s` is asked first and takes some requests of this"
    ),
    OverlapKind.BEFORE: worded(
        "this is asked first and takes some requests of `%(other)s`"
    ),
    OverlapKind.EXACT_HOST: worded(
        "`%(other)s` names a host below this `*`, and keeps it"
    ),
    OverlapKind.WILDCARD: worded("this host leaves the `*` of `%(other)s`"),
}


class Side(Text):
    """The part of a sentence before the other route's name, or behind it."""

    __slots__ = ()

    @classmethod
    def of(cls, template: str, values: Mapping[str, Any]) -> Self:
        """Return a side of a sentence: 0 is before the name, 2 behind it."""
        text = cls(template.partition(NAME)[values["side"]])
        text.template, text.values = template, values
        return text

    def said_by(self, catalog: Catalog) -> str:
        """Return that side of the sentence in another language."""
        side: int = self.values["side"]
        return catalog.gettext(self.template).partition(NAME)[side]


SERIOUS = frozenset({OverlapKind.SAME, OverlapKind.HIDDEN_BY})
"""What leaves the route that was asked about without a request."""
NOT_SHOWN = worded("a route that you may not see")


@dataclass(frozen=True, slots=True)
class Overlap:
    """A route that meets the one that was asked about."""

    kind: OverlapKind
    other: Place

    @property
    def sentence(self) -> str:
        """What it means, for people."""
        if not self.other.is_shown:
            return joined((self.lead, NOT_SHOWN, self.tail), "")
        return worded(SENTENCES[self.kind], other=self.other.name)

    @property
    def is_serious(self) -> bool:
        """The route that was asked about is never asked itself."""
        return self.kind in SERIOUS

    @property
    def lead(self) -> str:
        """The sentence up to the other route's name."""
        return Side.of(SENTENCES[self.kind], {"side": 0})

    @property
    def tail(self) -> str:
        """The sentence behind it."""
        return Side.of(SENTENCES[self.kind], {"side": 2})


def find_overlaps(place: Place, others: Sequence[Place]) -> list[Overlap]:
    """Return how a route stands to each of the others that it meets."""
    found = []
    position = {p.id: n for n, p in enumerate(matching_order([place, *others]))}
    for other in others:
        if other.id == place.id:
            continue
        kind = _relation(place, other, first=position[place.id] < position[other.id])
        if kind is not None:
            found.append(Overlap(kind, other))
    return found


@dataclass(frozen=True, slots=True)
class Turn:
    """A route in the order of asking; `kind` is how it meets the one asked about."""

    number: int
    place: Place
    kind: OverlapKind | None
    is_own: bool

    @property
    def effect(self) -> str:
        """What it means for the route that was asked about, "" for nothing."""
        return EFFECTS.get(self.kind, "") if self.kind else ""


EFFECTS = {
    OverlapKind.SAME: worded("has the same address"),
    OverlapKind.HIDDEN_BY: worded("takes every request of this route"),
    OverlapKind.AFTER: worded("takes some requests of this route"),
    OverlapKind.HIDES: worded("is never asked, because of this route"),
    OverlapKind.BEFORE: worded("is left what this route does not take"),
}


def order_of_asking(place: Place, others: Sequence[Place]) -> list[Turn]:
    """Return a route among all that are asked for its host, in their order.

    What is not shown has a turn only where it meets the route.
    """
    met = {one.other.id: one.kind for one in find_overlaps(place, others)}
    rivals = [
        other
        for other in others
        if other.id != place.id
        and _shares_host(place.address, other.address)
        and (other.is_shown or other.id in met)
    ]
    return [
        Turn(number, one, met.get(one.id), one.id == place.id)
        for number, one in enumerate(matching_order([place, *rivals]), start=1)
    ]


def _shares_host(own: Address, their: Address) -> bool:
    if authority(own) == authority(their):
        return True
    is_nested = _below(own.host, their.host) or _below(their.host, own.host)
    return own.is_wildcard and their.is_wildcard and is_nested


def _relation(place: Place, other: Place, *, first: bool) -> OverlapKind | None:
    own, their = place.address, other.address
    if authority(own) != authority(their):
        if not (own.is_wildcard and their.is_wildcard):
            return _wildcard_relation(own, their)
        if not (_below(own.host, their.host) or _below(their.host, own.host)):
            return None
    if not own.is_web:
        return OverlapKind.SAME
    if place.match == other.match and own.host == their.host:
        return OverlapKind.SAME
    if not meets(place.match, other.match):
        return None
    if first:
        hides = covers(place.match, other.match) and _spans(own, their)
        return OverlapKind.HIDES if hides else OverlapKind.BEFORE
    hidden = covers(other.match, place.match) and _spans(their, own)
    return OverlapKind.HIDDEN_BY if hidden else OverlapKind.AFTER


def authority(address: Address) -> tuple[str, ...]:
    """Return what a request's host is compared with.

    http and https are one, as Core serves both alike. SSH has a table of its own.
    """
    if address.is_web:
        return ("web", address.host, str(address.port or ""))
    if address.targets:
        return ("tunnel", address.scheme, *address.targets)
    if address.scheme == "ssh":
        return ("ssh", address.host)
    return ("tunnel", address.scheme, f"{address.host}:{address.port}")


def _wildcard_relation(own: Address, their: Address) -> OverlapKind | None:
    if authority(own)[0] != authority(their)[0]:
        return None
    if own.is_wildcard and not their.is_wildcard and _below(their.host, own.host):
        return OverlapKind.EXACT_HOST
    if their.is_wildcard and not own.is_wildcard and _below(own.host, their.host):
        return OverlapKind.WILDCARD
    return None


def _spans(address: Address, other: Address) -> bool:
    """Every host of `other` is one of `address`."""
    return address.host == other.host or _below(other.host, address.host)


def _below(host: str, wildcard: str) -> bool:
    return host.endswith(wildcard[1:])

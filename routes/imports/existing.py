"""What is there already and matters to a draft, read in few queries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from directory import selectors as directory_selectors
from namespaces import selectors as namespace_selectors
from policies import selectors as policy_selectors
from routes import selectors
from routes.imports.draft import Draft, DraftPolicy
from routes.models import Route
from routes.validation import parse_from
from routes.validation.overlaps import authority

if TYPE_CHECKING:
    from namespaces.models import Namespace
    from policies.models import NamespacePolicy, Policy

CHUNK = 500
Key = tuple[str, ...]
T = TypeVar("T")


def key_of(from_url: str, match: str) -> Key:
    """Return what tells routes apart: of two with the same key only one can answer."""
    address = parse_from(from_url)
    return (*authority(address), match if address.is_web else "")


@dataclass(slots=True, kw_only=True)
class Existing:
    """The surroundings of an import.

    Attributes:
        target, target_path: the namespace to import into, and its path by names.
        homes: namespaces that marks of the file name, inside of the target.
        policies: those that marks name by id, if the actor sees them.
        same: attachable policies of the target by what they mean.
        routes: whoever they belong to, by their address.
        attached: policies of those routes that lie in the target, in their order.
        policy_names, route_names: what is taken, lower case, by namespace.
        arriving: policies that count in a namespace by themselves.
        group_names: of the directory, by id.
    """

    actor: Actor
    target: "Namespace"
    target_path: str
    homes: dict[str, "Namespace"] = field(default_factory=dict)
    policies: dict[str, "Policy"] = field(default_factory=dict)
    same: dict[str, "Policy"] = field(default_factory=dict)
    routes: dict[Key, Route] = field(default_factory=dict)
    attached: dict[UUID, "tuple[Policy, ...]"] = field(default_factory=dict)
    policy_names: dict[UUID, set[str]] = field(default_factory=dict)
    route_names: dict[UUID, set[str]] = field(default_factory=dict)
    arriving: dict[UUID, "list[NamespacePolicy]"] = field(default_factory=dict)
    group_names: dict[str, str] = field(default_factory=dict)
    paths: dict[UUID, str] = field(default_factory=dict)

    def path_of(self, namespace: "Namespace") -> str:
        """Return a namespace's path by names, as far as it was read."""
        return self.paths.get(namespace.pk, namespace.name)


def read_existing(draft: Draft, target: "Namespace", *, actor: Actor) -> Existing:
    """Return what matters to a draft.

    The caller has checked that the actor may import into the target.
    """
    drafts = [
        *draft.policies,
        *(one for route in draft.routes for one in route.policies),
    ]
    names = {one.home for one in draft.routes} | {one.home for one in drafts}
    homes = _homes(names - {""}, target, actor=actor)
    found = Existing(
        actor=actor,
        target=target,
        target_path="",
        homes=homes,
        policies=_policies(drafts, actor=actor),
        same=policy_selectors.find_by_meaning(target, {one.meaning for one in drafts}),
        routes=_routes(draft),
    )
    for part in _chunks(list(found.routes.values())):
        deciding = selectors.policies_of_many(part)
        found.attached |= {pk: one.attached for pk, one in deciding.items()}
    places = {one.pk: one for one in (target, *homes.values())}
    found.policy_names = _names(policy_selectors.list_policies(actor), places)
    found.route_names = _names(selectors.list_routes(actor), places)
    hosts = {route.namespace_id: route.namespace for route in found.routes.values()}
    found.arriving = policy_selectors.list_arriving((places | hosts).values())
    for ids in _chunks(sorted(_group_ids(drafts))):
        found.group_names |= directory_selectors.name_groups(ids)
    shown = [*places.values(), *(one.namespace for one in found.same.values())]
    shown += [one.namespace for one in found.policies.values()]
    shown += list(hosts.values())
    found.paths = {
        pk: str(path) for pk, path in namespace_selectors.name_paths(shown).items()
    }
    found.target_path = found.path_of(target)
    return found


def _homes(
    names: set[str], target: "Namespace", *, actor: Actor
) -> dict[str, "Namespace"]:
    found = {}
    for name in sorted(names):
        try:
            namespace = namespace_selectors.get_namespace_by_path(name, actor=actor)
        except NotFoundError:
            continue
        if namespace.path.startswith(target.path):
            found[name] = namespace
    return found


def _policies(drafts: Sequence[DraftPolicy], *, actor: Actor) -> dict[str, "Policy"]:
    ids = sorted({one.id for one in drafts} - {""})
    rows = policy_selectors.list_policies(actor)
    return {
        str(policy.pk): policy
        for part in _chunks(ids)
        for policy in rows.filter(pk__in=part)
    }


def _routes(draft: Draft) -> dict[Key, Route]:
    wanted = {key_of(*route.address) for route in draft.routes}
    hosts = sorted({parse_from(route.from_url).host for route in draft.routes})
    rows = Route.objects.select_related("namespace")
    found = {}
    for part in _chunks(hosts):
        for route in rows.filter(host__in=part):
            key = key_of(route.from_url, route.match)
            if key in wanted:
                found[key] = route
    return found


def _names(rows: Any, places: Iterable[UUID]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = {place: set() for place in places}
    pairs = rows.filter(namespace__in=list(found)).order_by()
    for place, name in pairs.values_list("namespace_id", "name"):
        found[place].add(name.lower())
    return found


def _group_ids(drafts: Sequence[DraftPolicy]) -> set[str]:
    return {
        text
        for draft in drafts
        if draft.document is not None
        for node in draft.document.criteria()
        if node.name == "groups"
        for text in _texts(node.value)
    }


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield one


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]

"""What a namespace's move changes for it and for all below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from console.core.actor import Actor
from console.core.previews import Group, Item
from namespaces import selectors as namespace_selectors
from policies import selectors as policy_selectors
from routes import selectors
from routes.services import rules
from routes.services.observing.people import Standing, standing_in, tell_standing
from routes.services.observing.words import by_name, named, told

if TYPE_CHECKING:
    from namespaces.models import Namespace


@dataclass(frozen=True, slots=True)
class Place:
    """What a namespace's place gives to it."""

    arriving: dict[tuple[UUID, str, UUID], Item]
    pickable: dict[UUID, Item]
    standing: Standing
    namespaces: int
    routes: int


class Moving:
    """Looks at what arrives from above: policies, policies to pick, and roles."""

    def __init__(self, *, actor: Actor, namespace: "Namespace") -> None:
        self.actor = actor
        self.namespace_id = namespace.pk

    def measure(self) -> Place:
        """Return what the place gives now."""
        actor = rules.afresh(self.actor)
        namespace = namespace_selectors.get_namespace(self.namespace_id, actor=actor)
        pickable = policy_selectors.list_attachable(namespace, actor=actor)
        return Place(
            arriving={
                (one.policy_id, one.mode, one.namespace_id): Item(
                    named(one.policy),
                    f"{one.mode}, from {one.namespace.name}",
                    str(one.policy_id),
                )
                for one in policy_selectors.list_attached_above(namespace)
            },
            pickable={
                one.pk: Item(named(one), f"lives in {one.namespace.name}", str(one.pk))
                for one in pickable
            },
            standing=standing_in(namespace, actor=actor),
            namespaces=namespace_selectors.count_below(namespace),
            routes=selectors.count_routes(actor, within=namespace.path),
        )

    def tell(self, before: Place, after: Place) -> Sequence[Group]:
        """Return what arrives and what is left behind."""
        return [
            told("policies_arrive", _gained(before.arriving, after.arriving)),
            told("policies_leave", _gained(after.arriving, before.arriving)),
            told("policies_pickable", _gained(before.pickable, after.pickable)),
            told("policies_out_of_reach", _gained(after.pickable, before.pickable)),
            *tell_standing(before.standing, after.standing),
            told("namespaces_moved", [], count=after.namespaces),
            told("routes_moved", [], count=after.routes),
        ]


def _gained(old: Mapping[Any, Item], new: Mapping[Any, Item]) -> list[Item]:
    return by_name([new[key] for key in new.keys() - old.keys()])

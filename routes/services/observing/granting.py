"""Who gains and who loses what by a role that is granted, changed or taken away."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.core.actor import Actor
from console.core.previews import Group
from namespaces import selectors as namespace_selectors
from routes.services import rules
from routes.services.observing.people import Standing, standing_in, tell_standing

if TYPE_CHECKING:
    from namespaces.models import Namespace


class Granting:
    """Looks at who may what in the namespace of the role."""

    def __init__(self, *, actor: Actor, namespace: "Namespace") -> None:
        self.actor = actor
        self.namespace_id = namespace.pk

    def measure(self) -> Standing:
        """Return who may what there now."""
        actor = rules.afresh(self.actor)
        namespace = namespace_selectors.get_namespace(self.namespace_id, actor=actor)
        return standing_in(namespace, actor=actor)

    def tell(self, before: Standing, after: Standing) -> Sequence[Group]:
        """Return whose rights change, by name and by group."""
        return tell_standing(before, after)

"""What goes with a namespace."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.core.actor import Actor
from console.core.previews import Group, Item
from namespaces import access
from namespaces import selectors as namespace_selectors
from policies import selectors as policy_selectors
from routes import selectors
from routes.services import rules
from routes.services.observing.words import named, told

if TYPE_CHECKING:
    from namespaces.models import Namespace


class Deleting:
    """Looks at what lives in a namespace and below it."""

    def __init__(self, *, actor: Actor, namespace: "Namespace") -> None:
        self.actor = actor
        self.namespace_id = namespace.pk
        self.path = namespace.path

    def measure(self) -> dict[str, list[Item]]:
        """Return what is there now. Whoever sees a namespace sees all below it."""
        actor = rules.afresh(self.actor)
        below = access.subtree(self.path, "namespace__path")
        spaces = namespace_selectors.list_namespaces(actor).filter(
            access.subtree(self.path)
        )
        routes = selectors.list_routes(actor).filter(below).order_by("name", "pk")
        policies = policy_selectors.list_policies(actor).filter(below)
        bindings = namespace_selectors.list_bindings(actor).filter(
            access.subtree(self.path, "content_object__path")
        )
        return {
            "namespaces": [
                Item(one.name, "", str(one.pk))
                for one in spaces.exclude(pk=self.namespace_id)
            ],
            "routes": [Item(one.name, one.from_url, str(one.pk)) for one in routes],
            "policies": [
                Item(named(one), one.namespace.name, str(one.pk))
                for one in policies.order_by("name", "pk")
            ],
            "roles": [
                Item(
                    str(one.user or one.group or one.service_account),
                    f"{one.permission.codename} of {one.content_object.name}",
                )
                for one in bindings
            ],
        }

    def tell(
        self, before: dict[str, list[Item]], after: dict[str, list[Item]]
    ) -> Sequence[Group]:
        """Return everything that goes."""
        return [told(f"{kind}_go", items) for kind, items in before.items()]

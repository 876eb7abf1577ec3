"""What moving or deleting a namespace changes, told before it is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from console.core.actor import Actor
from namespaces import selectors as namespace_selectors
from namespaces.roles import ROLE_BY_CODE
from policies import selectors as policy_selectors

if TYPE_CHECKING:
    from namespaces.models import Namespace, RoleBinding


@dataclass(frozen=True, slots=True)
class MovePreview:
    """What a move would change for all that lives in the moved namespace and below.

    Policies and roles as the reader sees them: of places out of sight nothing is told.
    """

    under: str
    arriving: list[dict[str, str]]
    leaving: list[dict[str, str]]
    gaining: list[dict[str, str]]
    losing: list[dict[str, str]]

    @property
    def text(self) -> str:
        """What to read first."""
        if self.consequences:
            return "This changes for it and for all below it:"
        return "No policy and no role that you see comes or goes by this."

    @property
    def consequences(self) -> list[dict[str, Any]]:
        """As components/confirm.html takes them; what is empty is left out."""
        groups = (
            (
                "policy from above begins to count",
                "policies from above begin to count",
                self.arriving,
            ),
            (
                "policy from above no longer counts",
                "policies from above no longer count",
                self.leaving,
            ),
            ("role is gained", "roles are gained", self.gaining),
            ("role is lost", "roles are lost", self.losing),
        )
        return [
            {
                "label": singular if len(items) == 1 else plural,
                "count": len(items),
                "entries": items,
            }
            for singular, plural, items in groups
            if items
        ]


def preview_move(
    namespace: "Namespace", parent: "Namespace", *, actor: Actor
) -> MovePreview:
    """Compare what arrives at a namespace now with what would below another parent."""
    now = _policies_above(namespace.parent) if namespace.inherits_policies else {}
    then = _policies_above(parent) if namespace.inherits_policies else {}
    if not namespace.inherits_policies:
        now = _enforced(namespace.parent)
        then = _enforced(parent)
    held, would = _roles(namespace.parent, actor), _roles(parent, actor)
    return MovePreview(
        under=parent.name,
        arriving=[then[key] for key in then.keys() - now.keys()],
        leaving=[now[key] for key in now.keys() - then.keys()],
        gaining=[would[key] for key in would.keys() - held.keys()],
        losing=[held[key] for key in held.keys() - would.keys()],
    )


def _policies_above(namespace: "Namespace | None") -> dict[Any, dict[str, str]]:
    if namespace is None:
        return {}
    return {
        (one.policy_id, one.mode): {
            "name": one.policy.name,
            "note": f"{one.get_mode_display().lower()}, from {one.namespace.name}",
        }
        for one in policy_selectors.list_attached_above(namespace)
    }


def _enforced(namespace: "Namespace | None") -> dict[Any, dict[str, str]]:
    found = _policies_above(namespace)
    return {key: one for key, one in found.items() if key[1] == "enforced"}


def _roles(namespace: "Namespace | None", actor: Actor) -> dict[Any, dict[str, str]]:
    if namespace is None:
        return {}
    bindings = namespace_selectors.list_role_bindings(namespace, actor=actor)
    return {one.pk: _role(one) for one in bindings}


def _role(binding: "RoleBinding") -> dict[str, str]:
    role = ROLE_BY_CODE[binding.permission.codename]
    subject = binding.user or binding.group or binding.service_account
    return {
        "name": str(subject),
        "note": f"{role.name}, from {binding.content_object.name}",
    }


def lost_roles(bindings: Iterable["RoleBinding"]) -> list[dict[str, Any]]:
    """Return the roles that go with a namespace, for the confirmation."""
    items = [_role(one) for one in bindings]
    if not items:
        return []
    label = "role on it goes too" if len(items) == 1 else "roles on it go too"
    return [{"label": label, "count": len(items), "entries": items}]

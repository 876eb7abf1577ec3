"""Who asks: each role at each place in relation to the objects, in several ways.

Global ── Engineering ── Web ── Inner         the objects live in Web
       │               └─ Other
       └─ Finance
"""

from dataclasses import dataclass

from namespaces.roles import ROLE_BY_CODE, Role

PARENTS = {
    "root": None,
    "engineering": "root",
    "web": "engineering",
    "inner": "web",
    "other": "engineering",
    "finance": "root",
}
HOME = "web"


def chain(place: str) -> list[str]:
    """Return a place and all above it."""
    found = []
    at: str | None = place
    while at is not None:
        found.append(at)
        at = PARENTS[at]
    return found


@dataclass(frozen=True)
class Subject:
    """Somebody who asks.

    Attributes:
        name: of the cell.
        role: code of the role held, "" for none.
        place: where it is held.
        way: "direct", "group" (by being in one), "token" (a service account of
            `bound_to`), "deactivated", "expired" or "anonymous".
        bound_to: the namespace of the service account.
    """

    name: str
    role: str = ""
    place: str = HOME
    way: str = "direct"
    bound_to: str = ""

    @property
    def is_known(self) -> bool:
        """Signed in, or with a token that counts."""
        return self.way not in {"anonymous", "deactivated"}

    def role_at(self, place: str) -> Role | None:
        """Return the role that counts at a place: the rule of the tree, once more.

        Written anew instead of calling `namespaces.access`, which is what is tested.
        """
        above = chain(place)
        counts = (
            self.is_known
            and self.role
            and self.way != "expired"
            and self.place in above
            and (not self.bound_to or self.bound_to in above)
        )
        return ROLE_BY_CODE[self.role] if counts else None

    def holds(self, permission: str, place: str) -> bool:
        """Answer whether the role at a place has a permission."""
        role = self.role_at(place)
        return role is not None and permission in role.permissions

    def holds_somewhere(self, permission: str) -> bool:
        """Answer whether there is a place where the subject has a permission."""
        return any(self.holds(permission, place) for place in PARENTS)


ROLES = ("viewer", "manager", "admin")
POSITIONS = {
    "own": "web",
    "ancestor": "engineering",
    "root": "root",
    "descendant": "inner",
    "sibling": "other",
}
SUBJECTS = (
    Subject("anonymous", way="anonymous"),
    Subject("guest"),
    *(
        Subject(f"{role}-{position}", role, place)
        for role in ROLES
        for position, place in POSITIONS.items()
    ),
    Subject("manager-own-group", "manager", "web", way="group"),
    Subject("admin-ancestor-group", "admin", "engineering", way="group"),
    Subject("admin-root-deactivated", "admin", "root", way="deactivated"),
    Subject("admin-own-expired", "admin", "web", way="expired"),
)
TOKENS = (
    Subject("viewer-own-token", "viewer", "web", way="token", bound_to="web"),
    Subject("manager-own-token", "manager", "web", way="token", bound_to="web"),
    Subject("admin-own-token", "admin", "web", way="token", bound_to="web"),
    Subject("admin-root-token-of-own", "admin", "root", way="token", bound_to="web"),
    Subject(
        "admin-root-token-of-sibling", "admin", "root", way="token", bound_to="other"
    ),
)
EVERYBODY = SUBJECTS + TOKENS

"""The three roles, and what each allows in its namespace and below.

The codes are stored (as guardian permissions on Namespace); what a code allows is
decided here and nowhere else.
"""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from namespaces.permissions import Permission


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions.

    Attributes:
        code: stored; `viewer`, `manager` or `admin`.
        label, help: what people read, looked up by `name` and `description`.
        rank: a higher rank allows all that a lower one does.
    """

    code: str
    label: Promise = field(compare=False)
    help: Promise = field(compare=False)
    rank: int
    permissions: frozenset[Permission]

    @property
    def name(self) -> str:
        """What it is called, in the reader's language."""
        return str(self.label)

    @property
    def description(self) -> str:
        """What it allows, in the reader's language."""
        return str(self.help)


VIEWER = Role(
    code="viewer",
    label=gettext_lazy("Viewer"),
    help=gettext_lazy("Sees the routes and policies here and below."),
    rank=1,
    permissions=frozenset(
        {
            Permission.AUDIT_VIEW,
            Permission.CERTIFICATE_VIEW,
            Permission.DEPLOYMENT_VIEW,
            Permission.DIRECTORY_VIEW,
            Permission.NAMESPACE_VIEW,
            Permission.POLICY_VIEW,
            Permission.ROUTE_VIEW,
        }
    ),
)
MANAGER = Role(
    code="manager",
    label=gettext_lazy("Manager"),
    help=gettext_lazy(
        "Also writes routes, PPL policies, sub-namespaces and service accounts."
    ),
    rank=2,
    permissions=VIEWER.permissions
    | {
        Permission.NAMESPACE_CREATE,
        Permission.NAMESPACE_DELETE,
        Permission.NAMESPACE_EDIT,
        Permission.POLICY_ATTACH,
        Permission.POLICY_CREATE,
        Permission.POLICY_DELETE,
        Permission.POLICY_EDIT,
        Permission.POLICY_TRY,
        Permission.ROUTE_CREATE,
        Permission.ROUTE_DELETE,
        Permission.ROUTE_EDIT,
        Permission.ROUTE_MOVE,
        Permission.SERVICE_ACCOUNT_EDIT,
        Permission.SERVICE_ACCOUNT_VIEW,
    },
)
ADMIN = Role(
    code="admin",
    label=gettext_lazy("Admin"),
    help=gettext_lazy(
        "Also grants roles, enforces policies, opens routes to anyone, writes "
        "Rego, approves devices, and changes directories and settings."
    ),
    rank=3,
    permissions=frozenset(Permission),
)
ROLES = (VIEWER, MANAGER, ADMIN)
ROLE_BY_CODE = {role.code: role for role in ROLES}


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that allow `permission`."""
    return tuple(role for role in ROLES if permission in role.permissions)

"""The three roles, and what each allows in its namespace and below.

The codes are stored (as guardian permissions on Namespace); what a code allows is
decided here and nowhere else.
"""

from dataclasses import dataclass

from namespaces.permissions import Permission


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions.

    Attributes:
        code: stored; `viewer`, `manager` or `admin`.
        rank: a higher rank allows all that a lower one does.
    """

    code: str
    name: str
    description: str
    rank: int
    permissions: frozenset[Permission]


VIEWER = Role(
    code="viewer",
    name="Viewer",
    description="Sees the routes and policies here and below.",
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
    name="Manager",
    description=(
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
    name="Admin",
    description=(
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

"""The permission matrix: who may ask what, as data.

One line for each URL and method. `test_matrix.py` enumerates the URLs of the console,
asks each as everybody in `subjects.py`, and compares; a URL or a method without a line
fails the suite. To add a URL, add its lines:

    "route-detail": (get(at(Permission.ROUTE_VIEW, "route"), "route"),),
     │               │   │  │             │         └ whose id is in the address
     │               │   │  │             └ what is asked about; it lives in Web
     │               │   │  └ the permission that it takes there
     │               │   └ or public, signed_in, somewhere(permission)
     │               └ get, post, put, patch, delete; with body=, version=, query=
     └ the URL's name

A POST that changes nothing is `harmless`; one that writes more than one event says how
many (`events=2`). From the same lines `test_unsafe.py` takes that each unsafe request
needs the token against forgery, writes its events, and refuses keys that can't be set;
`test_hidden.py` that what is hidden is answered like what is missing.

Objects of new kinds are made in `world.py`; which permission shows a kind stands in
`rows.KINDS`. Lines of each app are in its own file beside this one.
"""

from namespaces.permissions import Permission
from tests.permissions.matrix_accounts import ACCOUNTS
from tests.permissions.matrix_api import API
from tests.permissions.matrix_clusters import CLUSTERS
from tests.permissions.matrix_data import DATA
from tests.permissions.matrix_decisions import DECISIONS
from tests.permissions.matrix_deployments import DEPLOYMENTS
from tests.permissions.matrix_devices import DEVICES
from tests.permissions.matrix_directories import DIRECTORIES
from tests.permissions.matrix_gateway import GATEWAY
from tests.permissions.matrix_hosts import HOSTS
from tests.permissions.matrix_imports import IMPORTS
from tests.permissions.matrix_policies import POLICIES
from tests.permissions.matrix_policies_api import POLICIES_API
from tests.permissions.matrix_routes import ROUTES
from tests.permissions.matrix_sessions import SESSIONS
from tests.permissions.matrix_tokens import TOKENS
from tests.permissions.rows import (
    Row,
    at,
    both,
    by_people,
    get,
    names,
    post,
    public,
    signed_in,
    somewhere,
)

PAGES: dict[str, tuple[Row, ...]] = {
    "healthz": (get(public),),
    "readyz": (get(public),),
    "metrics": (get(public),),
    "words": (get(public),),
    "sign-in": (
        get(public),
        post(
            public,
            body=lambda _: {"email": "a@example.com", "password": "wrong"},
            answers=(401, "the password is wrong"),
        ),
    ),
    "recovery": (
        get(public),
        post(public, body=lambda _: {"token": "x"}, answers=(401, "no such token")),
    ),
    "demo-sign-in": (
        post(
            public,
            body=lambda world: {"person": world.id("person")},
            answers=(404, "this is no demo"),
        ),
    ),
    "sign-out": (post(public, answers=(302, "leads to the sign-in page")),),
    "overview": (get(signed_in),),
    "account": (get(signed_in),),
    "account-password": (
        get(signed_in, answers=(404, "none of them is a local account")),
        post(signed_in, answers=(404, "none of them is a local account")),
    ),
    "search": (get(signed_in, query=lambda _: {"q": "web"}),),
    "palette": (get(signed_in, query=lambda _: {"q": "web"}),),
    "saved-filters": (
        get(signed_in),
        post(
            by_people(signed_in),
            body=lambda _: {"list": "routes", "name": "Mine", "query": "q=a"},
        ),
    ),
    "saved-filter-delete": (
        post(
            signed_in,
            body=lambda _: {"id": "00000000-0000-4000-8000-000000000001"},
            answers=(404, "nobody keeps one"),
        ),
    ),
    "access-why": (
        get(somewhere(Permission.NAMESPACE_VIEW)),
        get(
            both(somewhere(Permission.NAMESPACE_VIEW), at(Permission.NAMESPACE_VIEW)),
            query=lambda world: {
                "person": world.id("person"),
                "namespace": world.place("web"),
            },
        ),
    ),
    "audit-list": (get(somewhere(Permission.AUDIT_VIEW)),),
    "audit-export": (get(signed_in),),
    "audit-export-json": (get(signed_in),),
    "audit-detail": (
        get(
            at(Permission.AUDIT_VIEW, "event"),
            ids={"sequence": lambda world: world.ids["event"]},
        ),
    ),
    "namespace-list": (get(signed_in),),
    "namespace-picker": (get(signed_in, query=lambda _: {"at": "/audit/"}),),
    "namespace-picker-branch": (get(at(Permission.NAMESPACE_VIEW), "namespace"),),
    "namespace-branch": (get(at(Permission.NAMESPACE_VIEW), "namespace"),),
    "namespace-create": (
        get(somewhere(Permission.NAMESPACE_CREATE)),
        post(
            both(
                somewhere(Permission.NAMESPACE_CREATE),
                names("web"),
                at(Permission.NAMESPACE_CREATE),
            ),
            body=lambda world: {"parent": world.place("web"), "name": "New"},
        ),
    ),
    "namespace-detail": (get(at(Permission.NAMESPACE_VIEW), "namespace"),),
    "namespace-edit": (
        get(at(Permission.NAMESPACE_EDIT), "namespace"),
        post(
            at(Permission.NAMESPACE_EDIT),
            "namespace",
            body=lambda _: {"name": "Web", "description": "x", "version": "1"},
        ),
    ),
    "namespace-options": (
        get(signed_in, query=lambda _: {"q": "w", "permission": "route:create"}),
    ),
    "namespace-deleted": (get(signed_in),),
    "namespace-inherit": (
        get(
            at(Permission.NAMESPACE_EDIT),
            "namespace",
            query=lambda _: {"inherits": "off"},
        ),
        post(
            at(Permission.NAMESPACE_EDIT),
            "namespace",
            body=lambda _: {"inherits": "off", "version": "1"},
        ),
    ),
    "namespace-move": (
        get(at(Permission.NAMESPACE_MOVE), "namespace"),
        post(
            both(
                at(Permission.NAMESPACE_MOVE),
                names("other"),
                at(Permission.NAMESPACE_MOVE, also=("engineering", "other")),
            ),
            "namespace",
            body=lambda world: {"under": world.place("other"), "version": "1"},
        ),
    ),
    "namespace-delete": (
        get(at(Permission.NAMESPACE_DELETE), "empty"),
        post(at(Permission.NAMESPACE_DELETE), "empty", body=lambda _: {"version": "1"}),
    ),
    "namespace-undo": (post(signed_in, answers=(400, "no moment is named")),),
    "namespace-restore": (post(at(Permission.NAMESPACE_DELETE), "gone-namespace"),),
    "namespace-roles": (get(at(Permission.NAMESPACE_VIEW), "namespace"),),
    "role-grant": (
        get(at(Permission.NAMESPACE_GRANT), "namespace"),
        post(
            at(Permission.NAMESPACE_GRANT),
            "namespace",
            body=lambda world: {
                "subject": f"group:{world.id('group')}",
                "role": "viewer",
            },
        ),
    ),
    "role-change": (
        get(
            at(Permission.NAMESPACE_GRANT),
            "namespace",
            ids={"binding": lambda world: world.ids["binding"]},
        ),
        post(
            at(Permission.NAMESPACE_GRANT),
            "namespace",
            ids={"binding": lambda world: world.ids["binding"]},
            body=lambda _: {"role": "manager", "version": "1"},
        ),
    ),
    "role-revoke": (
        get(
            at(Permission.NAMESPACE_GRANT),
            "namespace",
            ids={"binding": lambda world: world.ids["binding"]},
        ),
        post(
            at(Permission.NAMESPACE_GRANT),
            "namespace",
            ids={"binding": lambda world: world.ids["binding"]},
            body=lambda _: {"version": "1"},
        ),
    ),
    "person-list": (get(somewhere(Permission.DIRECTORY_VIEW)),),
    "person-export": (get(signed_in),),
    "subject-search": (get(signed_in, query=lambda _: {"who": "target"}),),
    "person-detail": (
        get(somewhere(Permission.DIRECTORY_VIEW, otherwise="hidden"), "person"),
    ),
    "group-list": (get(somewhere(Permission.DIRECTORY_VIEW)),),
    "group-export": (get(signed_in),),
    "group-detail": (
        get(somewhere(Permission.DIRECTORY_VIEW, otherwise="hidden"), "group"),
    ),
}
MATRIX: dict[str, tuple[Row, ...]] = {
    **PAGES,
    **ACCOUNTS,
    **TOKENS,
    **CLUSTERS,
    **DATA,
    **DIRECTORIES,
    **API,
    **DECISIONS,
    **DEPLOYMENTS,
    **DEVICES,
    **POLICIES,
    **ROUTES,
    **POLICIES_API,
    **SESSIONS,
    **IMPORTS,
    **GATEWAY,
    **HOSTS,
}

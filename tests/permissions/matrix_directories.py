"""Lines of the matrix: directories, and the runs that read them."""

from typing import Any

from namespaces.permissions import Permission
from tests.permissions.rows import (
    Row,
    at,
    by_people,
    delete,
    get,
    patch,
    post,
    public,
    put,
    signed_in,
)

MAY = at(Permission.DIRECTORY_EDIT, place="root")
DIRECTORY = at(Permission.DIRECTORY_EDIT, "directory", place="root")
RUN = at(Permission.DIRECTORY_EDIT, "held-run", place="root")
PUSHED = at(Permission.DIRECTORY_EDIT, "pushed-directory", place="root")
TOKEN = at(Permission.DIRECTORY_EDIT, "scim-token", place="root")
PUSH: dict[str, Any] = {
    "answers": (401, "it takes a token of the directory"),
    "proof": "a token of the directory",
}
FORM = {
    "interval_seconds": "3600",
    "is_enabled": "on",
    "brake_percent": "20",
    "brake_count": "500",
}

DIRECTORIES: dict[str, tuple[Row, ...]] = {
    "directory-list": (get(MAY),),
    "directory-create": (
        get(MAY),
        post(
            MAY,
            body=lambda world: {
                "name": "New directory",
                "account": world.id("credential"),
                **FORM,
            },
        ),
    ),
    "directory-detail": (get(DIRECTORY, "directory"),),
    "directory-edit": (
        get(DIRECTORY, "directory"),
        post(
            DIRECTORY,
            "directory",
            body=lambda _: {"name": "Renamed", "version": "1", **FORM},
        ),
    ),
    "scim-token-create": (
        get(PUSHED, "pushed-directory"),
        post(PUSHED, "pushed-directory", body=lambda _: {"name": "Okta"}),
    ),
    "scim-token-revoke": (get(TOKEN, "scim-token"), post(TOKEN, "scim-token")),
    "scim": tuple(
        ask(public, "pushed-directory", ids={"path": lambda _: "Users"}, **PUSH)
        for ask in (get, post, put, patch, delete)
    ),
    "directory-run": (post(DIRECTORY, "directory"),),
    "run-detail": (get(RUN, "held-run"),),
    "run-progress": (get(RUN, "held-run"),),
    "run-release": (post(RUN, "held-run"),),
    "run-discard": (post(RUN, "held-run"),),
    "api-directory-list": (
        get(signed_in),
        post(
            MAY,
            body=lambda world: {"name": "New", "account_id": world.id("credential")},
        ),
    ),
    "api-directory-detail": (
        get(DIRECTORY, "directory"),
        patch(DIRECTORY, "directory", body=lambda _: {"name": "Renamed"}, version=1),
    ),
    "api-directory-run": (post(DIRECTORY, "directory"),),
    "api-scim-token-list": (
        get(PUSHED, "pushed-directory"),
        post(by_people(PUSHED), "pushed-directory", body=lambda _: {"name": "Okta"}),
    ),
    "api-scim-token-detail": (delete(TOKEN, "scim-token"),),
    "api-run-list": (get(signed_in),),
    "api-run-detail": (get(RUN, "held-run"),),
    "api-run-release": (post(RUN, "held-run"),),
    "api-run-discard": (post(RUN, "held-run"),),
}

"""Lines of the matrix: signing in at routes, and sessions there."""

from namespaces.permissions import Permission
from tests.permissions.matrix_devices import somebody
from tests.permissions.rows import Row, at, delete, get, post, signed_in

ADMIN = at(Permission.DIRECTORY_EDIT, "session", place="root")

SESSIONS: dict[str, tuple[Row, ...]] = {
    "route-sign-in": (
        get(
            somebody,
            query=lambda _: {
                "to": "https://target.example.com/",
                "challenge": "c" * 43,
            },
        ),
    ),
    "session-list": (get(signed_in),),
    "session-revoke": (post(ADMIN, "session"),),
    "api-session-list": (get(signed_in),),
    "api-session-detail": (get(ADMIN, "session"), delete(ADMIN, "session")),
}

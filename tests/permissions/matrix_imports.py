"""Lines of the matrix: the pages of import and export."""

from namespaces.permissions import Permission
from tests.permissions.rows import (
    Row,
    at,
    both,
    get,
    harmless,
    names,
    signed_in,
    somewhere,
)
from tests.permissions.world import CONFIGURATION

IMPORTS: dict[str, tuple[Row, ...]] = {
    "import-start": (
        get(somewhere(Permission.ROUTE_CREATE)),
        harmless(
            both(
                somewhere(Permission.ROUTE_CREATE),
                names("web"),
                at(Permission.ROUTE_CREATE),
            ),
            body=lambda world: {
                "namespace": world.place("web"),
                "text": CONFIGURATION.decode(),
            },
        ),
    ),
    "import-detail": (get(at(Permission.ROUTE_CREATE, "import"), "import"),),
    "import-progress": (get(at(Permission.ROUTE_CREATE, "import"), "import"),),
    "import-review": (
        harmless(
            at(Permission.ROUTE_CREATE, "import"),
            "import",
            body=lambda _: {"differing": "skip"},
        ),
    ),
    "import-apply": (
        harmless(
            at(Permission.ROUTE_CREATE, "import"),
            "import",
            body=lambda world: {"fingerprint": world.keys["fingerprint"]},
        ),
    ),
    "export": (
        get(signed_in),
        harmless(
            both(names("web"), at(Permission.ROUTE_VIEW)),
            body=lambda world: {"namespace": world.place("web")},
        ),
    ),
}

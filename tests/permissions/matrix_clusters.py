"""Lines of the matrix: Pomerium Cores, on pages and in the API."""

from typing import Any

from namespaces.permissions import Permission
from tests.gateway.pomerium.broker import SECRET
from tests.permissions.rows import Row, at, both, delete, get, names, patch, post
from tests.permissions.world import World

MAY = at(Permission.SETTINGS_EDIT, place="root")


def _new(world: World) -> dict[str, Any]:
    return {
        "name": "Another",
        "namespace": world.place("web"),
        "mode": "published",
        "url": "https://another.example.com:5443",
        "shared_secret": SECRET,
    }


def _edited(world: World) -> dict[str, Any]:
    return {**_new(world), "version": "1"}


CLUSTERS: dict[str, tuple[Row, ...]] = {
    "cluster-list": (get(MAY),),
    "cluster-create": (get(MAY), post(MAY, body=_new)),
    "cluster-detail": (get(MAY, "cluster"),),
    "cluster-edit": (get(MAY, "cluster"), post(MAY, "cluster", body=_edited)),
    "cluster-settings": (
        get(MAY, "cluster"),
        post(MAY, "cluster", body=lambda _: {"version": "1", "log_level": "warn"}),
    ),
    "cluster-publish": (post(MAY, "cluster"),),
    "cluster-delete": (
        get(MAY, "cluster"),
        post(MAY, "cluster", body=lambda _: {"version": "1"}),
    ),
    "api-cluster-list": (get(MAY), post(both(names("web"), MAY), body=_new)),
    "api-cluster-detail": (
        get(MAY, "cluster"),
        patch(MAY, "cluster", body=lambda _: {"name": "Renamed"}, version=1),
        delete(MAY, "cluster", version=1),
    ),
    "api-cluster-settings": (
        get(MAY, "cluster"),
        patch(
            MAY,
            "cluster",
            body=lambda _: {"settings": {"log_level": "warn"}},
            version=1,
        ),
    ),
    "api-cluster-publish": (post(MAY, "cluster", body=lambda _: {}),),
}

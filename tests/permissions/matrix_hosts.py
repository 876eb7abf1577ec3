"""Lines of the matrix: who owns hosts and upstreams, on pages and in the API."""

from typing import Any

from namespaces.permissions import Permission
from tests.permissions.rows import (
    Row,
    at,
    both,
    get,
    harmless,
    names,
    post,
    signed_in,
    somewhere,
    untold,
)
from tests.permissions.world import World


def _lent(world: World) -> dict[str, Any]:
    return {
        "host": "target.example.com",
        "path": "/more/",
        "namespace": world.place("web"),
    }


def _registered(world: World) -> dict[str, Any]:
    return {"target": "new.internal", "namespace": world.place("web")}


def _asked(world: World) -> dict[str, Any]:
    return {"upstream": "other.internal", "namespace": world.place("root")}


def _nothing(_: World) -> dict[str, Any]:
    return {}


ROUTES_HERE = at(Permission.ROUTE_CREATE, place="root")
PAGES: dict[str, tuple[Row, ...]] = {
    "host-list": (get(signed_in),),
    "host-export": (get(signed_in),),
    "host-release": (post(at(Permission.HOST_RELEASE, "host"), "host"),),
    "host-delegation-list": (get(signed_in),),
    "host-delegation-create": (
        get(somewhere(Permission.HOST_DELEGATE)),
        post(
            both(
                somewhere(Permission.HOST_DELEGATE),
                names("web"),
                at(Permission.HOST_DELEGATE),
            ),
            body=_lent,
        ),
    ),
    "host-delegation-revoke": (
        get(at(Permission.HOST_DELEGATE, "delegation"), "delegation"),
        post(at(Permission.HOST_DELEGATE, "delegation"), "delegation"),
    ),
    "host-delegation-restore": (
        post(
            untold(at(Permission.HOST_DELEGATE, "gone-delegation")), "gone-delegation"
        ),
    ),
    "upstream-list": (get(signed_in),),
    "upstream-create": (
        get(somewhere(Permission.UPSTREAM_EDIT)),
        harmless(
            both(
                somewhere(Permission.UPSTREAM_EDIT),
                names("web"),
                at(Permission.UPSTREAM_EDIT),
            ),
            body=_registered,
        ),
        post(
            both(
                somewhere(Permission.UPSTREAM_EDIT),
                names("web"),
                at(Permission.UPSTREAM_EDIT),
            ),
            body=lambda world: {**_registered(world), "confirmed": "on"},
        ),
    ),
    "upstream-release": (
        get(at(Permission.UPSTREAM_EDIT, "upstream"), "upstream"),
        post(at(Permission.UPSTREAM_EDIT, "upstream"), "upstream"),
    ),
    "upstream-consent-list": (get(signed_in),),
    "upstream-consent-create": (
        get(somewhere(Permission.ROUTE_CREATE)),
        post(
            both(somewhere(Permission.ROUTE_CREATE), names("root"), ROUTES_HERE),
            body=_asked,
        ),
    ),
    "upstream-consent-grant": (
        post(at(Permission.UPSTREAM_EDIT, "consent"), "consent"),
    ),
    "upstream-consent-refuse": (
        post(at(Permission.UPSTREAM_EDIT, "consent"), "consent"),
    ),
}
HOSTS: dict[str, tuple[Row, ...]] = PAGES | {
    "api-host-list": (get(signed_in),),
    "api-host-detail": (get(at(Permission.ROUTE_VIEW, "host"), "host"),),
    "api-host-release": (
        post(at(Permission.HOST_RELEASE, "host"), "host", body=_nothing),
    ),
    "api-host-delegation-list": (
        get(signed_in),
        post(both(names("web"), at(Permission.HOST_DELEGATE)), body=_lent),
    ),
    "api-host-delegation-detail": (
        get(at(Permission.ROUTE_VIEW, "delegation"), "delegation"),
    ),
    "api-host-delegation-revoke": (
        post(at(Permission.HOST_DELEGATE, "delegation"), "delegation", body=_nothing),
    ),
    "api-host-delegation-restore": (
        post(
            at(Permission.HOST_DELEGATE, "gone-delegation"),
            "gone-delegation",
            body=_nothing,
        ),
    ),
    "api-upstream-list": (
        get(signed_in),
        post(both(names("web"), at(Permission.UPSTREAM_EDIT)), body=_registered),
    ),
    "api-upstream-detail": (get(at(Permission.ROUTE_VIEW, "upstream"), "upstream"),),
    "api-upstream-release": (
        post(at(Permission.UPSTREAM_EDIT, "upstream"), "upstream", body=_nothing),
    ),
    "api-upstream-routes": (get(at(Permission.ROUTE_VIEW, "upstream"), "upstream"),),
    "api-upstream-consent-list": (
        get(signed_in),
        post(both(names("root"), ROUTES_HERE), body=_asked),
    ),
    "api-upstream-consent-detail": (
        get(at(Permission.ROUTE_VIEW, "consent"), "consent"),
    ),
    "api-upstream-consent-grant": (
        post(at(Permission.UPSTREAM_EDIT, "consent"), "consent", body=_nothing),
    ),
    "api-upstream-consent-refuse": (
        post(at(Permission.UPSTREAM_EDIT, "consent"), "consent", body=_nothing),
    ),
}

"""Lines of the matrix: routes."""

from typing import Any

from namespaces.permissions import Permission
from tests.permissions.rows import (
    Row,
    at,
    both,
    delete,
    get,
    harmless,
    names,
    patch,
    post,
    put,
    signed_in,
    somewhere,
    untold,
)
from tests.permissions.world import CONFIGURATION, World

SETTINGS = {"from": "https://new.example.com", "to": ["http://new.internal:80"]}


def _written(_: World) -> dict[str, Any]:
    return {"name": "New", "settings": SETTINGS}


def _created(world: World) -> dict[str, Any]:
    return {**_written(world), "namespace": world.place("web")}


def _form(world: World, **more: str) -> dict[str, Any]:
    return {
        "name": "New",
        "from": "https://new.example.com",
        "to-TOTAL_FORMS": "1",
        "to-0-url": "http://new.internal:80",
        **more,
    }


def _new_form(world: World) -> dict[str, Any]:
    return _form(world, namespace=world.place("web"))


def _seen(world: World, **more: str) -> dict[str, Any]:
    route = world.id("route")
    return {"ids": route, "seen": f"{route}:1", "confirmed": "yes", **more}


def _chosen(world: World) -> dict[str, Any]:
    return {"ids": world.id("route")}


def _rows(world: World, **more: str) -> dict[str, Any]:
    return {"rows": [{"id": world.id("route"), "version": 1}], **more}


PAGES: dict[str, tuple[Row, ...]] = {
    "route-list": (get(signed_in),),
    "route-export": (get(signed_in),),
    "route-deleted": (get(signed_in),),
    "route-create": (
        get(somewhere(Permission.ROUTE_CREATE)),
        post(
            both(
                somewhere(Permission.ROUTE_CREATE),
                names("web"),
                at(Permission.ROUTE_CREATE),
            ),
            body=_new_form,
        ),
    ),
    "route-preview-draft": (harmless(at(Permission.ROUTE_CREATE), body=_new_form),),
    "route-policy-options": (
        get(signed_in, query=lambda world: {"namespace": world.place("web")}),
    ),
    "route-bulk-delete": (
        harmless(signed_in, body=_chosen),
        post(at(Permission.ROUTE_DELETE, "route"), body=_seen),
    ),
    "route-bulk-move": (
        harmless(signed_in, body=_chosen),
        post(
            at(Permission.ROUTE_MOVE, "route"),
            body=lambda world: _seen(world, to=world.place("inner")),
        ),
    ),
    "route-bulk-attach": (
        harmless(signed_in, body=_chosen),
        post(
            at(Permission.ROUTE_EDIT, "route"),
            body=lambda world: _seen(world, policy=world.id("idle-policy")),
        ),
    ),
    "route-bulk-detach": (
        harmless(signed_in, body=_chosen),
        post(
            at(Permission.ROUTE_EDIT, "route"),
            body=lambda world: _seen(world, policy=world.id("attached-policy")),
            events=0,
        ),
    ),
    "route-bulk-restore": (post(signed_in, answers=(400, "no moment is named")),),
    "route-undo": (post(signed_in, answers=(400, "no moment is named")),),
    "route-detail": (get(at(Permission.ROUTE_VIEW, "route"), "route"),),
    "route-history": (get(at(Permission.ROUTE_VIEW, "route"), "route"),),
    "route-edit": (
        get(at(Permission.ROUTE_EDIT, "route"), "route"),
        post(
            at(Permission.ROUTE_EDIT, "route"),
            "route",
            body=lambda world: _form(world, version="1"),
        ),
    ),
    "route-preview": (
        harmless(
            at(Permission.ROUTE_EDIT, "route"),
            "route",
            body=lambda world: _form(world, version="1"),
        ),
    ),
    "route-try": (
        get(at(Permission.POLICY_TRY, "route"), "route"),
        harmless(
            at(Permission.POLICY_TRY, "route"),
            "route",
            body=lambda _: {"method": "GET", "path": "/"},
        ),
    ),
    "route-move": (
        get(at(Permission.ROUTE_MOVE, "route"), "route"),
        post(
            both(at(Permission.ROUTE_MOVE, "route"), names("inner")),
            "route",
            body=lambda world: {"namespace": world.place("inner"), "version": "1"},
        ),
    ),
    "route-delete": (
        get(at(Permission.ROUTE_DELETE, "route"), "route"),
        post(
            at(Permission.ROUTE_DELETE, "route"),
            "route",
            body=lambda _: {"version": "1"},
        ),
    ),
    "route-restore": (
        post(untold(at(Permission.ROUTE_CREATE, "gone-route")), "gone-route"),
    ),
}
ROUTES: dict[str, tuple[Row, ...]] = PAGES | {
    "api-route-list": (
        get(signed_in),
        post(both(names("web"), at(Permission.ROUTE_CREATE)), body=_created),
    ),
    "api-route-deleted": (get(signed_in),),
    "api-route-preview": (
        harmless(both(names("web"), at(Permission.ROUTE_CREATE)), body=_created),
    ),
    "api-route-detail": (
        get(at(Permission.ROUTE_VIEW, "route"), "route"),
        put(at(Permission.ROUTE_EDIT, "route"), "route", body=_written, version=1),
        patch(
            at(Permission.ROUTE_EDIT, "route"),
            "route",
            body=lambda _: {"name": "Renamed"},
            version=1,
        ),
        delete(at(Permission.ROUTE_DELETE, "route"), "route", version=1),
    ),
    "api-route-move": (
        post(
            both(names("inner"), at(Permission.ROUTE_MOVE, "route")),
            "route",
            body=lambda world: {"namespace": world.place("inner")},
            version=1,
        ),
    ),
    "api-route-bulk-delete": (post(at(Permission.ROUTE_DELETE, "route"), body=_rows),),
    "api-route-bulk-move": (
        post(
            both(names("inner"), at(Permission.ROUTE_MOVE, "route")),
            body=lambda world: _rows(world, namespace=world.place("inner")),
        ),
    ),
    "api-route-bulk-attach": (
        post(
            at(Permission.ROUTE_EDIT, "route"),
            body=lambda world: _rows(world, policy=world.id("idle-policy")),
        ),
    ),
    "api-route-bulk-detach": (
        post(
            at(Permission.ROUTE_EDIT, "route"),
            body=lambda world: _rows(world, policy=world.id("attached-policy")),
            events=0,
        ),
    ),
    "api-route-inherit-preview": (
        harmless(
            at(Permission.ROUTE_EDIT, "route"),
            "route",
            body=lambda _: {"inherits_policies": False},
        ),
    ),
    "api-route-restore": (
        post(
            at(Permission.ROUTE_CREATE, "gone-route"), "gone-route", body=lambda _: {}
        ),
    ),
    "api-route-policies": (
        get(at(Permission.ROUTE_VIEW, "route"), "route"),
        put(
            at(Permission.POLICY_ATTACH, "route"),
            "route",
            body=lambda world: {"policy_ids": [world.id("idle-policy")]},
            version=1,
        ),
    ),
    "api-route-try": (
        harmless(
            at(Permission.POLICY_TRY, "route"),
            "route",
            body=lambda _: {"method": "GET", "path": "/"},
        ),
    ),
    "api-route-overlaps": (get(at(Permission.ROUTE_VIEW, "route"), "route"),),
    "api-import-list": (
        get(signed_in),
        harmless(
            both(names("web"), at(Permission.ROUTE_CREATE)),
            body=lambda world: {
                "namespace": world.place("web"),
                "file_name": "core.yaml",
                "text": CONFIGURATION.decode(),
            },
        ),
    ),
    "api-import-detail": (get(at(Permission.ROUTE_CREATE, "import"), "import"),),
    "api-import-review": (
        harmless(at(Permission.ROUTE_CREATE, "import"), "import", body=lambda _: {}),
    ),
    "api-import-apply": (
        harmless(
            at(Permission.ROUTE_CREATE, "import"),
            "import",
            body=lambda world: {"fingerprint": world.keys["fingerprint"]},
        ),
    ),
    "api-export": (
        get(
            at(Permission.ROUTE_VIEW),
            query=lambda world: {"namespace": world.place("web")},
        ),
        get(
            at(Permission.SETTINGS_EDIT),
            query=lambda world: {
                "namespace": world.place("web"),
                "with_secrets": "true",
            },
        ),
    ),
}

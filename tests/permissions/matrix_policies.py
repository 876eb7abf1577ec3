"""Lines of the matrix: pages of policies."""

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

SOURCE = "allow:\n  or:\n    - domain:\n        is: example.com\n"

SETTINGS = at(Permission.SETTINGS_EDIT, place="root")


def written(_: World) -> dict[str, Any]:
    return {"name": "New", "source": SOURCE}


def created(world: World) -> dict[str, Any]:
    return {**written(world), "namespace": world.place("web")}


def _seen(world: World) -> dict[str, Any]:
    idle = world.id("idle-policy")
    return {"ids": idle, "seen": f"{idle}:1", "confirmed": "yes"}


POLICIES: dict[str, tuple[Row, ...]] = {
    "policy-list": (get(signed_in),),
    "policy-export": (get(signed_in),),
    "policy-deleted": (get(signed_in),),
    "policy-bulk-delete": (
        harmless(signed_in, body=lambda world: {"ids": world.id("idle-policy")}),
        post(at(Permission.POLICY_DELETE, "idle-policy"), body=_seen),
    ),
    "policy-bulk-restore": (post(signed_in, answers=(400, "no moment is named")),),
    "policy-undo": (post(signed_in, answers=(400, "no moment is named")),),
    "policy-bulk-move": (
        harmless(signed_in, body=lambda world: {"ids": world.id("idle-policy")}),
        post(
            both(at(Permission.POLICY_EDIT, "idle-policy"), names("inner")),
            body=lambda world: {**_seen(world), "namespace": world.place("inner")},
        ),
    ),
    "policy-bulk-attach": (
        harmless(signed_in, body=lambda world: {"ids": world.id("idle-policy")}),
        post(
            both(
                at(Permission.POLICY_VIEW, "idle-policy"),
                at(Permission.POLICY_ATTACH),
            ),
            body=lambda world: {
                **_seen(world),
                "namespace": world.place("web"),
                "mode": "inherited",
            },
        ),
    ),
    "policy-bulk-detach": (
        harmless(signed_in, body=lambda world: {"ids": world.id("attached-policy")}),
        post(
            both(
                at(Permission.POLICY_VIEW, "attached-policy"),
                at(Permission.POLICY_ATTACH),
            ),
            body=lambda world: {
                "seen": f"{world.id('attached-policy')}:1",
                "place": world.place("web"),
                "confirmed": "yes",
            },
        ),
    ),
    "policy-create": (
        get(somewhere(Permission.POLICY_CREATE)),
        post(
            both(
                somewhere(Permission.POLICY_CREATE),
                names("web"),
                at(Permission.POLICY_CREATE),
            ),
            body=created,
        ),
    ),
    "policy-try-rego": (
        harmless(
            at(Permission.POLICY_EDIT_REGO),
            body=lambda world: {
                "source": "allow := true",
                "given": "{}",
                "records": "{}",
                "namespace": world.place("web"),
            },
        ),
    ),
    "policy-builder": (
        harmless(somewhere(Permission.POLICY_VIEW), body=lambda _: {"source": SOURCE}),
    ),
    "policy-try-draft": (
        harmless(
            at(Permission.POLICY_TRY),
            body=lambda world: {
                "source": SOURCE,
                "namespace": world.place("web"),
                "method": "GET",
                "path": "/",
            },
        ),
    ),
    "draft-effect": (
        harmless(
            at(Permission.POLICY_TRY),
            body=lambda world: {"source": SOURCE, "namespace": world.place("web")},
        ),
    ),
    "policy-effect": (harmless(at(Permission.POLICY_TRY, "policy"), "policy"),),
    "try-people": (
        get(somewhere(Permission.POLICY_TRY), query=lambda _: {"who": "target"}),
    ),
    "try-devices": (
        get(
            somewhere(Permission.POLICY_TRY),
            query=lambda world: {"person": world.id("person")},
        ),
    ),
    "address-list": (
        get(SETTINGS),
        post(
            SETTINGS,
            body=lambda _: {
                "url": "https://example.com/new.json",
                "interval_minutes": "60",
                "max_age_hours": "24",
            },
        ),
    ),
    "address-fetch": (harmless(SETTINGS, "address"),),
    "address-delete": (get(SETTINGS, "address"), post(SETTINGS, "address")),
    "policy-detail": (get(at(Permission.POLICY_VIEW, "policy"), "policy"),),
    "policy-examples": (get(at(Permission.POLICY_VIEW, "policy"), "policy"),),
    "policy-examples-run": (harmless(at(Permission.POLICY_TRY, "policy"), "policy"),),
    "policy-example-create": (
        post(
            at(Permission.POLICY_EDIT, "policy"),
            "policy",
            body=lambda _: {"name": "Another", "expected": "login", "path": "/"},
        ),
    ),
    "policy-example-delete": (
        post(
            at(Permission.POLICY_EDIT, "policy"),
            "policy",
            ids={"example_id": lambda world: world.ids["example"]},
        ),
    ),
    "policy-uses": (get(at(Permission.POLICY_VIEW, "policy"), "policy"),),
    "policy-history": (get(at(Permission.POLICY_VIEW, "policy"), "policy"),),
    "policy-edit": (
        get(at(Permission.POLICY_EDIT, "policy"), "policy"),
        post(
            at(Permission.POLICY_EDIT, "policy"),
            "policy",
            body=lambda world: {**written(world), "version": "2"},
        ),
    ),
    "policy-confirm": (
        post(
            at(Permission.POLICY_EDIT, "policy"),
            "policy",
            body=lambda _: {"version": "2"},
        ),
    ),
    "policy-revert": (
        post(
            at(Permission.POLICY_EDIT, "policy"),
            "policy",
            body=lambda _: {"to_version": "1", "version": "2"},
        ),
    ),
    "policy-try": (
        get(at(Permission.POLICY_TRY, "policy"), "policy"),
        harmless(
            at(Permission.POLICY_TRY, "policy"),
            "policy",
            body=lambda _: {"method": "GET", "path": "/"},
        ),
    ),
    "policy-lift-quarantine": (
        harmless(at(Permission.POLICY_EDIT_REGO, "policy"), "policy"),
    ),
    "policy-move": (
        get(at(Permission.POLICY_EDIT, "idle-policy"), "idle-policy"),
        post(
            both(at(Permission.POLICY_EDIT, "idle-policy"), names("inner")),
            "idle-policy",
            body=lambda world: {"namespace": world.place("inner"), "version": "1"},
        ),
    ),
    "policy-attach": (
        get(
            both(
                at(Permission.POLICY_VIEW, "idle-policy"),
                somewhere(Permission.POLICY_ATTACH),
            ),
            "idle-policy",
        ),
        post(
            both(
                at(Permission.POLICY_VIEW, "idle-policy"),
                somewhere(Permission.POLICY_ATTACH),
                names("web"),
                at(Permission.POLICY_ATTACH),
            ),
            "idle-policy",
            body=lambda world: {"namespace": world.place("web"), "mode": "inherited"},
        ),
    ),
    "policy-detach": (
        get(
            at(Permission.POLICY_ATTACH),
            "attached-policy",
            ids={"namespace_id": lambda world: world.places["web"].id},
        ),
        post(
            at(Permission.POLICY_ATTACH),
            "attached-policy",
            ids={"namespace_id": lambda world: world.places["web"].id},
        ),
    ),
    "policy-delete": (
        get(at(Permission.POLICY_DELETE, "idle-policy"), "idle-policy"),
        post(
            at(Permission.POLICY_DELETE, "idle-policy"),
            "idle-policy",
            body=lambda _: {"version": "1"},
        ),
    ),
    "policy-restore": (
        post(untold(at(Permission.POLICY_CREATE, "gone-policy")), "gone-policy"),
    ),
}

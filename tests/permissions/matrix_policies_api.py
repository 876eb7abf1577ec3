"""Lines of the matrix: the API of policies."""

from typing import Any

from namespaces.permissions import Permission
from tests.permissions.matrix_policies import SETTINGS, SOURCE, created, written
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
)
from tests.permissions.world import World


def _rows(world: World, **more: str) -> dict[str, Any]:
    return {"rows": [{"id": world.id("idle-policy"), "version": 1}], **more}


POLICIES_API: dict[str, tuple[Row, ...]] = {
    "api-policy-list": (
        get(signed_in),
        post(both(names("web"), at(Permission.POLICY_CREATE)), body=created),
    ),
    "api-policy-deleted": (get(signed_in),),
    "api-address-list": (
        get(SETTINGS),
        post(SETTINGS, body=lambda _: {"url": "https://example.com/new.json"}),
    ),
    "api-address-detail": (get(SETTINGS, "address"), delete(SETTINGS, "address")),
    "api-address-fetch": (harmless(SETTINGS, "address"),),
    "api-policy-check": (
        harmless(somewhere(Permission.POLICY_VIEW), body=lambda _: {"text": SOURCE}),
    ),
    "api-policy-format": (
        harmless(somewhere(Permission.POLICY_VIEW), body=lambda _: {"text": SOURCE}),
    ),
    "api-policy-builder": (
        harmless(somewhere(Permission.POLICY_VIEW), body=lambda _: {"text": SOURCE}),
    ),
    "api-policy-completion": (get(somewhere(Permission.POLICY_VIEW)),),
    "api-policy-try-draft": (
        harmless(
            both(names("web"), at(Permission.POLICY_TRY)),
            body=lambda world: {
                "source": SOURCE,
                "namespace": world.place("web"),
                "method": "GET",
                "path": "/",
            },
        ),
    ),
    "api-policy-draft-effect": (
        harmless(
            both(names("web"), at(Permission.POLICY_TRY)),
            body=lambda world: {"source": SOURCE, "namespace": world.place("web")},
        ),
    ),
    "api-policy-effect": (
        harmless(at(Permission.POLICY_TRY, "policy"), "policy", body=lambda _: {}),
    ),
    "api-policy-detail": (
        get(at(Permission.POLICY_VIEW, "policy"), "policy"),
        put(at(Permission.POLICY_EDIT, "policy"), "policy", body=written, version=2),
        patch(
            at(Permission.POLICY_EDIT, "policy"),
            "policy",
            body=lambda _: {"description": "x"},
            version=2,
        ),
        delete(at(Permission.POLICY_DELETE, "idle-policy"), "idle-policy", version=1),
    ),
    "api-policy-confirm": (
        post(at(Permission.POLICY_EDIT, "policy"), "policy", version=2),
    ),
    "api-policy-revert": (
        post(
            at(Permission.POLICY_EDIT, "policy"),
            "policy",
            body=lambda _: {"to_version": 1},
            version=2,
        ),
    ),
    "api-policy-move": (
        post(
            both(names("inner"), at(Permission.POLICY_EDIT, "idle-policy")),
            "idle-policy",
            body=lambda world: {"namespace": world.place("inner")},
            version=1,
        ),
    ),
    "api-policy-bulk-delete": (
        post(at(Permission.POLICY_DELETE, "idle-policy"), body=_rows),
    ),
    "api-policy-bulk-move": (
        post(
            both(names("inner"), at(Permission.POLICY_EDIT, "idle-policy")),
            body=lambda world: _rows(world, namespace=world.place("inner")),
        ),
    ),
    "api-policy-bulk-attach": (
        post(
            both(names("web"), at(Permission.POLICY_ATTACH, "idle-policy")),
            body=lambda world: _rows(
                world, namespace=world.place("web"), mode="inherited"
            ),
        ),
    ),
    "api-policy-bulk-detach": (
        post(
            both(names("web"), at(Permission.POLICY_ATTACH, "attached-policy")),
            body=lambda world: {
                "rows": [{"id": world.id("attached-policy"), "version": 1}],
                "namespace": world.place("web"),
            },
        ),
    ),
    "api-policy-restore": (
        post(
            at(Permission.POLICY_CREATE, "gone-policy"),
            "gone-policy",
            body=lambda _: {},
        ),
    ),
    "api-policy-try": (
        harmless(
            at(Permission.POLICY_TRY, "policy"),
            "policy",
            body=lambda _: {"method": "GET", "path": "/"},
        ),
    ),
    "api-policy-lift-quarantine": (
        harmless(
            at(Permission.POLICY_EDIT_REGO, "policy"), "policy", body=lambda _: {}
        ),
    ),
    "api-policy-example-list": (
        get(at(Permission.POLICY_VIEW, "policy"), "policy"),
        post(
            at(Permission.POLICY_EDIT, "policy"),
            "policy",
            body=lambda _: {"name": "Another", "expected": "login"},
        ),
    ),
    "api-policy-example-run": (
        harmless(at(Permission.POLICY_TRY, "policy"), "policy", body=lambda _: {}),
    ),
    "api-policy-example-detail": (
        delete(
            at(Permission.POLICY_EDIT, "policy"),
            "policy",
            ids={"example_id": lambda world: world.ids["example"]},
        ),
    ),
    "api-policy-version-list": (get(at(Permission.POLICY_VIEW, "policy"), "policy"),),
    "api-policy-version-detail": (
        get(
            at(Permission.POLICY_VIEW, "policy"), "policy", ids={"number": lambda _: 1}
        ),
    ),
    "api-policy-version-changes": (
        get(
            at(Permission.POLICY_VIEW, "policy"), "policy", ids={"number": lambda _: 1}
        ),
    ),
    "api-policy-attachment-list": (
        get(at(Permission.POLICY_VIEW, "policy"), "policy"),
        post(
            both(names("web"), at(Permission.POLICY_ATTACH, "idle-policy")),
            "idle-policy",
            body=lambda world: {"namespace": world.place("web"), "mode": "inherited"},
        ),
    ),
    "api-policy-attach-preview": (
        harmless(
            both(names("web"), at(Permission.POLICY_ATTACH, "idle-policy")),
            "idle-policy",
            body=lambda world: {"namespace": world.place("web"), "mode": "inherited"},
        ),
    ),
    "api-policy-detach-preview": (
        harmless(
            at(Permission.POLICY_ATTACH),
            "attached-policy",
            ids={"namespace_id": lambda world: world.places["web"].id},
        ),
    ),
    "api-policy-attachment-detail": (
        delete(
            at(Permission.POLICY_ATTACH),
            "attached-policy",
            ids={"namespace_id": lambda world: world.places["web"].id},
        ),
    ),
}

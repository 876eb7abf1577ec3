"""Lines of the matrix: devices."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from namespaces.permissions import Permission
from tests.devices.authorities import Authority
from tests.permissions.rows import (
    ALLOWED,
    SIGN_IN,
    Row,
    Rule,
    at,
    delete,
    get,
    harmless,
    patch,
    post,
    signed_in,
)
from tests.permissions.subjects import Subject
from tests.permissions.world import World

VIEW = at(Permission.DEVICE_VIEW, place="root")
APPROVE = at(Permission.DEVICE_APPROVE, place="root")
SETTINGS = at(Permission.SETTINGS_EDIT, place="root")
MADE_FOR_ANOTHER = (404, "the link was made for somebody else")
DECIDED_BY_ANOTHER = (409, "somebody else decided about it since")
NO_DEVICE = (404, "it is the device of somebody else, or they have none")
NO_PROOF = (400, "there is nothing in it that could hold")


def people(rule: Rule) -> Rule:
    """Only people have devices; to services these are not there."""

    def told(subject: Subject) -> str:
        if subject.is_known and subject.way == "token":
            return "hidden"
        return rule(subject)

    return told


def somebody(subject: Subject) -> str:
    """Whoever signed in, by a session: pages know no tokens."""
    return ALLOWED if subject.is_known else SIGN_IN


def _decision(world: World) -> dict[str, Any]:
    return {
        "fingerprint": world.keys["device"],
        "decision": "approve",
    }


def _seen(world: World) -> dict[str, str]:
    return {"seen": f"{world.id('device')}:1:{world.keys['device']}"}


def _link(world: World) -> dict[str, Any]:
    return {
        "person": world.id("person"),
        "type": "any",
        "expires_at": (timezone.now() + timedelta(days=1)).isoformat(),
    }


def _nothing(_: World) -> dict[str, Any]:
    return {"credential": {}}


def _type(_: World) -> dict[str, Any]:
    return {
        "name": "Laptops",
        "user_verification": "preferred",
        "attestation": "direct",
    }


def _root(_: World) -> dict[str, Any]:
    return {"name": "Maker", "pem": Authority().pem.decode()}


PAGES: dict[str, tuple[Row, ...]] = {
    "own-page": (get(somebody),),
    "own-devices": (get(somebody),),
    "own-open": (get(somebody, query=lambda _: {"to": "https://target.example.com/"}),),
    "own-enroll": (
        get(somebody, ids={"token": lambda _: "x"}, answers=MADE_FOR_ANOTHER),
    ),
    "own-device-rename": (
        harmless(somebody, "device", body=lambda _: {"label": "x"}, answers=NO_DEVICE),
    ),
    "own-device-remove": (harmless(somebody, "device", answers=NO_DEVICE),),
    "device-list": (get(VIEW),),
    "device-export": (get(signed_in),),
    "device-waiting": (get(VIEW),),
    "device-detail": (get(VIEW, "device"),),
    "device-decide": (
        post(APPROVE, body=lambda world: {"action": "approve", **_seen(world)}),
    ),
    "device-bulk-decide": (
        harmless(
            APPROVE,
            body=lambda world: {"action": "approve", "ids": world.id("device")},
        ),
        post(
            APPROVE,
            body=lambda world: {
                "action": "approve",
                "confirmed": "yes",
                **_seen(world),
            },
        ),
    ),
    "device-undo": (harmless(APPROVE, "decided-device", answers=DECIDED_BY_ANOTHER),),
    "device-delete": (
        get(VIEW, "device"),
        post(APPROVE, "device", body=_seen),
    ),
    "link-list": (get(VIEW),),
    "link-create": (
        get(VIEW),
        post(
            APPROVE,
            body=lambda world: {
                "person": f"user:{world.id('person')}",
                "device_type": "any",
                "ends_on": (timezone.now() + timedelta(days=1)).date().isoformat(),
            },
        ),
    ),
    "link-withdraw": (post(APPROVE, "link"),),
    "type-list": (get(VIEW),),
    "type-create": (
        get(VIEW),
        post(SETTINGS, body=lambda world: {"code": "laptops", **_type(world)}),
    ),
    "type-edit": (
        get(VIEW, "device-type"),
        post(
            SETTINGS,
            "device-type",
            body=lambda world: {"version": "1", **_type(world)},
        ),
    ),
    "type-delete": (post(SETTINGS, "device-type", body=lambda _: {"version": "1"}),),
    "root-create": (get(VIEW), post(SETTINGS, body=_root)),
    "root-remove": (post(SETTINGS, "attestation-root"),),
    "rules": (
        get(VIEW),
        post(SETTINGS, body=lambda _: {"version": "0", "approval_days": "90"}),
    ),
}
DEVICES: dict[str, tuple[Row, ...]] = PAGES | {
    "api-device-list": (get(signed_in),),
    "api-device-counts": (get(signed_in),),
    "api-device-detail": (get(VIEW, "device"), delete(APPROVE, "device", version=1)),
    "api-device-decide": (post(APPROVE, "device", body=_decision, version=1),),
    "api-device-decide-several": (
        post(
            APPROVE,
            body=lambda world: {
                "decision": "approve",
                "devices": [
                    {
                        "id": world.id("device"),
                        "version": 1,
                        "fingerprint": world.keys["device"],
                    }
                ],
            },
        ),
    ),
    "api-device-type-list": (
        get(signed_in),
        post(SETTINGS, body=lambda _: {"code": "laptops", "name": "Laptops"}),
    ),
    "api-device-type-detail": (
        get(signed_in, "device-type"),
        patch(SETTINGS, "device-type", body=lambda _: {"name": "New"}, version=1),
        delete(SETTINGS, "device-type", version=1),
    ),
    "api-device-link-list": (get(signed_in), post(APPROVE, body=_link)),
    "api-device-link-detail": (delete(APPROVE, "link"),),
    "api-attestation-root-list": (get(signed_in), post(SETTINGS, body=_root)),
    "api-attestation-root-detail": (delete(SETTINGS, "attestation-root"),),
    "api-device-rules": (
        get(VIEW),
        patch(SETTINGS, body=lambda _: {"approval_days": 90}, version=0),
    ),
    "api-device-notice-list": (get(signed_in),),
    "api-own-device-list": (get(people(signed_in)),),
    "api-own-device-detail": (
        patch(
            signed_in,
            "device",
            body=lambda _: {"label": "x"},
            answers=NO_DEVICE,
            events=0,
        ),
        delete(signed_in, "device", answers=NO_DEVICE, events=0),
    ),
    "api-own-device-enroll": (
        harmless(people(signed_in), body=lambda _: {"type": "any"}),
    ),
    "api-own-device-enroll-finish": (
        harmless(people(signed_in), body=_nothing, answers=NO_PROOF),
    ),
    "api-own-device-prove": (harmless(signed_in, answers=NO_DEVICE),),
    "api-own-device-prove-finish": (
        harmless(people(signed_in), body=_nothing, answers=NO_PROOF),
    ),
}

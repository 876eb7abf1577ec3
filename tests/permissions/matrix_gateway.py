"""Lines of the matrix: certificates, on pages and in the API."""

from functools import cache
from typing import Any

from namespaces.permissions import Permission
from tests.gateway.certificates import make_pair
from tests.permissions.rows import (
    Row,
    at,
    both,
    get,
    names,
    patch,
    post,
    signed_in,
    somewhere,
)
from tests.permissions.world import World


@cache
def _pair() -> tuple[str, str]:
    return make_pair("uploaded.example.org")


def _uploaded(world: World) -> dict[str, Any]:
    chain, key = _pair()
    return {"chain": chain, "key": key, "namespace": world.place("web")}


def _nothing(_: World) -> dict[str, Any]:
    return {}


def _branded(_: World) -> dict[str, Any]:
    return {"version": 0, "brand_name": "Corp"}


def _set(_: World) -> dict[str, Any]:
    return {"settings": {"brand_name": "Corp"}}


SETTINGS = at(Permission.SETTINGS_EDIT)
EDIT = at(Permission.CERTIFICATE_EDIT, "certificate")
GATEWAY: dict[str, tuple[Row, ...]] = {
    "gateway-settings-start": (get(somewhere(Permission.SETTINGS_EDIT)),),
    "gateway-settings": (
        get(SETTINGS, "namespace"),
        post(SETTINGS, "namespace", body=_branded),
    ),
    "api-gateway-settings": (
        get(SETTINGS, "namespace"),
        patch(SETTINGS, "namespace", body=_set, version=0),
    ),
    "certificate-list": (get(signed_in),),
    "certificate-create": (
        get(somewhere(Permission.CERTIFICATE_EDIT)),
        post(
            both(
                somewhere(Permission.CERTIFICATE_EDIT),
                names("web"),
                at(Permission.CERTIFICATE_EDIT),
            ),
            body=_uploaded,
        ),
    ),
    "certificate-authority": (
        get(signed_in, answers=(404, "this machine has no authority")),
    ),
    "certificate-remove": (get(EDIT, "certificate"), post(EDIT, "certificate")),
    "api-certificate-list": (
        get(signed_in),
        post(both(names("web"), at(Permission.CERTIFICATE_EDIT)), body=_uploaded),
    ),
    "api-certificate-detail": (
        get(at(Permission.CERTIFICATE_VIEW, "certificate"), "certificate"),
    ),
    "api-certificate-remove": (post(EDIT, "certificate", body=_nothing),),
}

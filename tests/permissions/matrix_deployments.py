"""Lines of the matrix: deployments, and the processes that run them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from namespaces.permissions import Permission
from tests.permissions.rows import Row, at, delete, get, post, put, signed_in
from tests.permissions.world import World

VIEW = at(Permission.DEPLOYMENT_VIEW, place="root")
PUBLISH = at(Permission.DEPLOYMENT_PUBLISH, place="root")
FIRST = {"number": lambda _: 1}


def _until(_: World) -> dict[str, Any]:
    until = timezone.now() + timedelta(hours=1)
    return {"until": until.strftime("%Y-%m-%dT%H:%M")}


def _nothing(_: World) -> dict[str, Any]:
    return {}


DEPLOYMENTS: dict[str, tuple[Row, ...]] = {
    "deployment-list": (get(VIEW),),
    "deployment-detail": (get(VIEW, ids=FIRST),),
    "deployment-effect": (get(VIEW, ids=FIRST),),
    "deployment-publish": (post(PUBLISH),),
    "deployment-hold": (get(PUBLISH), post(PUBLISH, body=_until)),
    "deployment-release": (post(PUBLISH, events=0),),
    "deployment-roll-back": (get(PUBLISH, ids=FIRST), post(PUBLISH, ids=FIRST)),
    "proxy-list": (get(VIEW),),
    "api-deployment-list": (get(signed_in),),
    "api-deployment-detail": (get(VIEW, ids=FIRST),),
    "api-deployment-changes": (get(VIEW, ids=FIRST),),
    "api-deployment-effect": (get(VIEW, ids=FIRST),),
    "api-deployment-publish": (post(PUBLISH, body=_nothing),),
    "api-deployment-roll-back": (post(PUBLISH, ids=FIRST, body=_nothing),),
    "api-deployment-hold": (
        get(VIEW),
        put(PUBLISH, body=_until),
        delete(PUBLISH, events=0),
    ),
    "api-proxy-list": (get(VIEW),),
}

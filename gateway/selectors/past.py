"""One route as a deployment had it, with everything that decided over it then."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from gateway.models import Deployment
from gateway.selectors.contents import read_blobs, read_contents
from gateway.snapshot import (
    NamespaceDocument,
    PolicyDocument,
    RouteDocument,
    Snapshot,
    SnapshotError,
)
from namespaces import selectors as namespace_selectors

OF_ROUTES = frozenset({"description", "inherits"})
OF_POLICIES = frozenset({"description", "namespace_id"})
AT_ONCE = 200  # chunks


def read_past(number: int, *, namespace_id: str, route_id: str) -> Snapshot:
    """Return a snapshot that holds one route of a deployment and its policies.

    Raises:
        SnapshotError: the deployment, the route or one of its policies is not there.
        DamagedDeploymentError: a part of it is not stored any more.
    """
    row = Deployment.objects.filter(pk=number).first()
    if row is None:
        raise SnapshotError(
            gettext("deployment %(number)s is not kept any more") % {"number": number}
        )
    root: dict[str, Any] = json.loads(bytes(row.root))
    chunks: dict[str, str] = root["namespaces"]
    if namespace_id not in chunks:
        raise SnapshotError(gettext("its namespace was not part of the deployment"))
    own = read_contents(read_blobs([chunks[namespace_id]]).values())
    plain = own.routes.get(route_id)
    if plain is None:
        raise SnapshotError(gettext("the route was not part of the deployment"))
    wanted = {*plain["policies"], *plain["inherited"], *plain["enforced"]}
    policies = {
        pk: PolicyDocument.from_json(_without(one, OF_POLICIES))
        for pk, one in _policies(wanted, own.policies, chunks, namespace_id).items()
    }
    keys = {pk: one.key for pk, one in policies.items()}
    route = RouteDocument.from_json(
        {
            name: [keys[pk] for pk in one]
            if name in {"policies", "inherited", "enforced"}
            else one
            for name, one in _without(plain, OF_ROUTES).items()
        }
    )
    place = NamespaceDocument.from_json(
        _without(own.namespaces[namespace_id], frozenset({"inherits"}))
    )
    return Snapshot(
        number=number,
        made_at=root["made_at"],
        settings=root["settings"],
        namespaces={namespace_id: place},
        routes={route_id: route},
        policies={one.key: one for one in policies.values()},
    )


def _policies(
    wanted: set[str],
    known: Mapping[str, Any],
    chunks: Mapping[str, str],
    namespace_id: str,
) -> dict[str, Any]:
    """Return policies by id; they live above, mostly where that still is."""
    found = {pk: known[pk] for pk in wanted & known.keys()}
    for hashes in _elsewhere(chunks, namespace_id):
        if found.keys() >= wanted:
            break
        read = read_contents(read_blobs(hashes).values()).policies
        found |= {pk: read[pk] for pk in wanted & read.keys()}
    if found.keys() < wanted:
        raise SnapshotError(
            gettext("a policy of the route is not part of the deployment")
        )
    return found


def _elsewhere(chunks: Mapping[str, str], namespace_id: str) -> Iterator[list[str]]:
    parents = {
        str(one.pk): str(one.parent_id) for one in namespace_selectors.list_tree()
    }
    above = []
    place = parents.get(namespace_id)
    while place in parents:
        above.append(place)
        place = parents[place]
    yield [chunks[pk] for pk in above if pk in chunks]
    others = [name for pk, name in chunks.items() if pk not in above]
    for start in range(0, len(others), AT_ONCE):
        yield others[start : start + AT_ONCE]


def _without(value: Mapping[str, Any], extras: frozenset[str]) -> dict[str, Any]:
    return {name: one for name, one in value.items() if name not in extras}

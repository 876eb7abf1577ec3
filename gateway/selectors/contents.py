"""What a deployment holds, read back from its chunks: for people and for rolling back.

Two deployments share most of their chunks; only those are read that they don't.
"""

import json
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.exceptions import DamagedDeploymentError
from gateway.models import Blob, Deployment
from gateway.snapshot import content_hash, own_settings
from namespaces import selectors as namespace_selectors

BATCH = 500
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Contents:
    """What some chunks hold: routes, policies and namespaces by id.

    `modes` are those of the attachments to namespaces, by namespace and policy;
    `settings` what each namespace sets for proxies.
    """

    namespaces: dict[str, Document] = field(default_factory=dict)
    routes: dict[str, Document] = field(default_factory=dict)
    policies: dict[str, Document] = field(default_factory=dict)
    modes: dict[tuple[str, str], str] = field(default_factory=dict)
    settings: dict[str, Document] = field(default_factory=dict)


def chunks_of(deployment: Deployment) -> dict[str, str]:
    """Return the hash of the chunk of each namespace."""
    root: dict[str, Any] = json.loads(bytes(deployment.root))
    return dict(root["namespaces"])


def settings_in(deployment: Deployment) -> dict[str, Document]:
    """Return what each namespace sets for proxies, by its id."""
    root: dict[str, Any] = json.loads(bytes(deployment.root))
    return own_settings(root["settings"], str(namespace_selectors.get_root().pk))


def read_contents(chunks: Iterable[bytes]) -> Contents:
    """Return what chunks hold together."""
    found = Contents()
    for data in chunks:
        value = json.loads(data)
        pk = value["namespace"]["id"]
        found.namespaces[pk] = value["namespace"] | {"inherits": value["inherits"]}
        for one in value["attachments"]:
            found.modes[pk, one["policy"]] = one["mode"]
        for one in value["routes"]:
            found.routes[one["id"]] = one
        for one in value["policies"]:
            found.policies[one["id"]] = one | {"namespace_id": pk}
    return found


def read_blobs(hashes: Collection[str]) -> dict[str, bytes]:
    """Return chunks by their hashes.

    Raises:
        DamagedDeploymentError: one isn't there, or was changed.
    """
    wanted = sorted(set(hashes))
    found: dict[str, bytes] = {}
    for start in range(0, len(wanted), BATCH):
        rows = Blob.objects.filter(pk__in=wanted[start : start + BATCH])
        for name, packed in rows.values_list("hash", "data"):
            try:
                data = zlib.decompress(bytes(packed))
            except zlib.error as error:
                raise DamagedDeploymentError from error
            if content_hash(data) != name:
                raise DamagedDeploymentError
            found[name] = data
    if len(found) != len(wanted):
        raise DamagedDeploymentError
    return found


def read_whole(
    before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[Contents, Contents]:
    """Return all that two sets of chunks hold; what they share is read once.

    Raises:
        DamagedDeploymentError: a part is not there, or was changed.
    """
    blobs = read_blobs({*before.values(), *after.values()})
    shared = before.items() & after.items()
    common = read_contents(blobs[name] for _, name in shared)
    sides = []
    for side in (before, after):
        own = read_contents(blobs[name] for _, name in side.items() - shared)
        sides.append(
            Contents(
                namespaces=common.namespaces | own.namespaces,
                routes=common.routes | own.routes,
                policies=common.policies | own.policies,
                modes=common.modes | own.modes,
            )
        )
    return sides[0], sides[1]


def read_apart(
    before: Mapping[str, str],
    after: Mapping[str, str],
    fresh: Mapping[str, bytes] | None = None,
) -> tuple[Contents, Contents]:
    """Return what differs between two sets of chunks, given by their hashes.

    `fresh` are chunks that are not stored yet.
    """
    known = fresh or {}
    pairs = before.items() ^ after.items()
    blobs = read_blobs({name for _, name in pairs} - known.keys()) | dict(known)
    return tuple(  # type: ignore[return-value]
        read_contents(blobs[name] for pk, name in side.items() if (pk, name) in pairs)
        for side in (before, after)
    )

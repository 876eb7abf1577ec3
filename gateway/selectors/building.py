"""Builds what a deployment is made of from the rows as they are at one moment.

Each namespace is a chunk. From cheap reads over everything comes a mark for each; only
where it differs from that of the chunk that is there, rows are read and a new one is
made. Nothing is written here.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from console.core import outbox
from console.core.transactions import reading
from gateway.models import Deployment, NamespaceChunk
from gateway.selectors.certificates import list_certificate_documents
from gateway.selectors.contents import (
    Contents,
    chunks_of,
    read_apart,
    settings_in,
)
from gateway.selectors.settings import build_settings
from gateway.snapshot import (
    NamespaceDocument,
    PolicyDocument,
    RouteDocument,
    canonical_bytes,
    content_hash,
    own_settings,
)
from namespaces import selectors as namespace_selectors
from policies import selectors as policy_selectors
from routes import selectors as route_selectors

if TYPE_CHECKING:
    from namespaces.models import Namespace
    from policies.models import Policy
    from routes.models import Route
    from routes.selectors import EffectivePolicies

BUILDER = 1  # another number makes all chunks anew, after what is below has changed
FORMAT = 1
BATCH = 200  # namespaces that are read at a time
Attached = Mapping[UUID, Sequence[tuple[UUID, str]]]


@dataclass(frozen=True, slots=True)
class BuiltChunk:
    """The chunk of a namespace; `data` is None when it is there already."""

    mark: str
    hash: str
    routes: int
    policies: int
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Build:
    """What a deployment would name.

    Attributes:
        change: the last entry of the outbox that is part of it.
        chunks: by the id of their namespace.
        certificates: the chunk of all of them, empty when there are none.
    """

    change: int
    chunks: Mapping[str, BuiltChunk]
    settings: Mapping[str, Any] = field(default_factory=dict)
    certificates: bytes = b""

    @property
    def content(self) -> dict[str, Any]:
        """Return what is the same for two deployments that enforce the same."""
        return {
            "format": FORMAT,
            "settings": dict(self.settings),
            "namespaces": {pk: one.hash for pk, one in self.chunks.items()},
            "certificates": content_hash(self.certificates)
            if self.certificates
            else "",
        }


def build() -> Build:
    """Build from the rows as they are now, all of the same moment."""
    with reading():
        change = outbox.newest_id()
        tree = namespace_selectors.list_tree()
        attached = _attached()
        marks = _marks(tree, attached)
        known = {
            one.namespace_id: one
            for one in NamespaceChunk.objects.all()
            if marks.get(one.namespace_id) == one.mark
        }
        chunks = {
            str(pk): BuiltChunk(one.mark, one.hash, one.routes, one.policies)
            for pk, one in known.items()
        }
        stale = [one for one in tree if one.pk not in known]
        paths = _paths(tree)
        for batch in _batches(stale):
            for namespace, value in _values(batch, paths, attached):
                chunks[str(namespace.pk)] = _built(marks[namespace.pk], value)
        certificates = _certificates()
        settings = build_settings(tree)
    return Build(change, chunks, settings, certificates)


def _certificates() -> bytes:
    documents = [one.to_json() for one in list_certificate_documents()]
    if not documents:
        return b""
    return canonical_bytes({"format": FORMAT, "certificates": documents})


def _attached() -> Attached:
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for namespace_id, policy_id, mode in policy_selectors.list_attachment_marks():
        found.setdefault(namespace_id, []).append((policy_id, mode))
    return found


def _marks(tree: "Iterable[Namespace]", attached: Attached) -> dict[UUID, str]:
    """Return for each namespace what differs once its chunk would."""
    routes: dict[UUID, list[Any]] = {}
    for namespace_id, mark in route_selectors.list_route_marks():
        routes.setdefault(namespace_id, []).append(mark)
    policies: dict[UUID, list[Any]] = {}
    for namespace_id, pk, version in policy_selectors.list_policy_marks():
        policies.setdefault(namespace_id, []).append((pk, version))
    # What arrives from above: names on the path, attachments, and switches.
    above: dict[UUID | None, str] = {None: str(BUILDER)}
    found = {}
    for one in tree:
        above[one.pk] = _digest(
            above[one.parent_id],
            one.name,
            one.inherits_policies,
            attached.get(one.pk, ()),
        )
        found[one.pk] = _digest(
            above[one.pk], routes.get(one.pk, ()), policies.get(one.pk, ())
        )
    return found


def _digest(*values: Any) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()


def _paths(tree: "Iterable[Namespace]") -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for one in tree:
        above = found.get(one.parent_id) if one.parent_id else None
        found[one.pk] = f"{above}/{one.name}" if above else one.name
    return found


def _batches(items: "Iterable[Namespace]") -> "Iterator[list[Namespace]]":
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _values(
    namespaces: "Collection[Namespace]", paths: Mapping[UUID, str], attached: Attached
) -> "Iterator[tuple[Namespace, dict[str, Any]]]":
    """Read the chunks of some namespaces."""
    ids = [one.pk for one in namespaces]
    rows = list(route_selectors.list_routes_in(ids))
    effective = route_selectors.policies_of_many(rows)
    routes: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        routes.setdefault(row.namespace_id, []).append(_route(row, effective[row.pk]))
    policies: dict[UUID, list[dict[str, Any]]] = {}
    for policy in policy_selectors.list_policies_in(ids):
        policies.setdefault(policy.namespace_id, []).append(_policy(policy))
    for one in namespaces:
        document = NamespaceDocument(id=str(one.pk), path=paths[one.pk])
        yield (
            one,
            {
                "format": FORMAT,
                "namespace": document.to_json(),
                "inherits": one.inherits_policies,
                "attachments": [
                    {"policy": str(policy_id), "mode": mode}
                    for policy_id, mode in attached.get(one.pk, ())
                ],
                "routes": routes.get(one.pk, []),
                "policies": policies.get(one.pk, []),
            },
        )


def _route(row: "Route", effective: "EffectivePolicies") -> dict[str, Any]:
    document = RouteDocument(
        id=str(row.pk),
        version=row.version,
        namespace_id=str(row.namespace_id),
        name=row.name,
        from_url=row.from_url,
        host=row.host,
        match=row.match,
        other_hosts=tuple(row.other_hosts.split()),
        settings=row.settings,
        sealed=row.sealed,
        policies=tuple(str(one.pk) for one in effective.attached),
        inherited=tuple(str(one.policy_id) for one in effective.inherited),
        enforced=tuple(str(one.policy_id) for one in effective.enforced),
    )
    extras = {"description": row.description, "inherits": row.inherits_policies}
    return document.to_json() | extras


def _policy(row: "Policy") -> dict[str, Any]:
    document = PolicyDocument(
        id=str(row.pk),
        version=row.version,
        name=row.name,
        language=row.language,
        source=row.source,
        has_allow_rules=route_selectors.has_allow_rules(row),
        explanation=row.explanation,
        remediation=row.remediation,
    )
    return document.to_json() | {"description": row.description}


def _built(mark: str, value: Mapping[str, Any]) -> BuiltChunk:
    data = canonical_bytes(value)
    return BuiltChunk(
        mark, content_hash(data), len(value["routes"]), len(value["policies"]), data
    )


def list_namespace_ids() -> set[str]:
    """Return the ids of all namespaces."""
    return {str(one.pk) for one in namespace_selectors.list_tree()}


def read_against_now(deployment: Deployment) -> tuple[Contents, Contents]:
    """Return what differs between everything as it is now and a deployment.

    Raises:
        DamagedDeploymentError: a part of the deployment is not there, or was changed.
    """
    built = build()
    fresh = {one.hash: one.data for one in built.chunks.values() if one.data}
    chunks = {pk: one.hash for pk, one in built.chunks.items()}
    before, after = read_apart(chunks, chunks_of(deployment), fresh)
    root = str(namespace_selectors.get_root().pk)
    now_set = own_settings(built.settings, root)
    return (
        replace(before, settings=now_set),
        replace(after, settings=settings_in(deployment)),
    )

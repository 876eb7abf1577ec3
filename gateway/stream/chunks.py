"""A deployment as it travels: a signed root that names chunks by their hashes.

A chunk holds one namespace: its routes and policies. Routes name policies by id there,
and the version is put in when the snapshot is assembled, so that a changed policy is
one changed chunk, however many routes it decides over.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gateway.snapshot import (
    CertificateDocument,
    NamespaceDocument,
    PolicyDocument,
    RouteDocument,
    Snapshot,
    SnapshotError,
    content_hash,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = 1
ROOT_KEYS = frozenset(
    {"format", "number", "made_at", "change", "settings", "namespaces", "certificates"}
)
CHUNK_KEYS = frozenset(
    {"format", "namespace", "attachments", "inherits", "routes", "policies"}
)
# What a chunk holds beside the documents, for rolling back; nothing is decided by it.
ROUTE_EXTRAS = frozenset({"description", "inherits"})
POLICY_EXTRAS = frozenset({"description"})


@dataclass(frozen=True, slots=True)
class SignedRoot:
    """The canonical bytes of a root, and the Ed25519 signature over them."""

    data: bytes
    signature: bytes

    @property
    def hash(self) -> str:
        """Return the hash of the root, which stands for all that it names."""
        return content_hash(self.data)


@dataclass(frozen=True, slots=True)
class Root:
    """A root that was signed by one of ours.

    Attributes:
        change: the last entry of the outbox that is part of it.
        namespaces: the hash of the chunk of each, by id.
        certificates: the hash of the chunk of all certificates, "" for none.
    """

    number: int
    made_at: str
    change: int
    settings: Mapping[str, Any]
    namespaces: Mapping[str, str]
    certificates: str

    @property
    def hashes(self) -> frozenset[str]:
        """Return the hashes of all chunks."""
        return frozenset((*self.namespaces.values(), self.certificates)) - {""}


def check_root(
    signed: SignedRoot, *, keys: Iterable[Ed25519PublicKey], above: int = 0
) -> Root:
    """Read a root that may replace the deployment numbered `above`.

    Raises:
        SnapshotError: none of the keys vouches for it, it is not newer, or it is not
            understood.
    """
    if not any(verify(signed.data, signed.signature, key) for key in keys):
        raise SnapshotError("the deployment was not signed by a key that is trusted")
    value = _object(signed.data, ROOT_KEYS)
    try:
        root = Root(
            number=int(value["number"]),
            made_at=str(value["made_at"]),
            change=int(value["change"]),
            settings=dict(value["settings"]),
            namespaces=dict(value["namespaces"]),
            certificates=str(value["certificates"]),
        )
    except (TypeError, ValueError) as error:
        raise SnapshotError(f"not a whole deployment: {error}") from error
    if root.number <= above:
        raise SnapshotError(
            f"deployment {root.number} is not newer than {above}, which is in force"
        )
    return root


def _object(data: bytes, keys: frozenset[str]) -> dict[str, Any]:
    """Read an object with exactly these keys; what is unknown might limit access."""
    try:
        value = json.loads(data)
    except ValueError as error:
        raise SnapshotError("a part of the deployment is not JSON") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise SnapshotError(f"expected a deployment of format {FORMAT}")
    if value.keys() != keys:
        wrong = ", ".join(sorted(value.keys() ^ keys))
        raise SnapshotError(f"a deployment with unexpected or missing parts: {wrong}")
    return value


@dataclass(frozen=True, slots=True)
class Chunk:
    """A namespace with its routes, which name policies by id, and its policies."""

    namespace: NamespaceDocument
    routes: tuple[RouteDocument, ...]
    policies: tuple[PolicyDocument, ...]


@dataclass(slots=True)
class Chunks:
    """The chunks that were read so far, by hash; a new root fetches only the others."""

    namespaces: dict[str, Chunk] = field(default_factory=dict)
    certificates: dict[str, tuple[CertificateDocument, ...]] = field(
        default_factory=dict
    )

    def missing(self, root: Root) -> frozenset[str]:
        """Return the hashes that a root names and that are not here."""
        return root.hashes - self.namespaces.keys() - self.certificates.keys()

    def add(self, root: Root, blobs: Mapping[str, bytes]) -> None:
        """Read what was missing.

        Raises:
            SnapshotError: a chunk is not there, is another one than its hash says, or
                is not understood. None is kept then.
        """
        read: dict[str, Chunk] = {}
        for name in self.missing(root) - {root.certificates}:
            read[name] = _chunk(_checked(name, blobs))
        if root.certificates and root.certificates not in self.certificates:
            documents = _certificates(_checked(root.certificates, blobs))
            self.certificates[root.certificates] = documents
        self.namespaces |= read

    def forget_all_but(self, root: Root) -> None:
        """Drop what a root doesn't name."""
        for name in self.namespaces.keys() - root.hashes:
            del self.namespaces[name]
        for name in self.certificates.keys() - root.hashes:
            del self.certificates[name]


def _checked(name: str, blobs: Mapping[str, bytes]) -> bytes:
    data = blobs.get(name)
    if data is None:
        raise SnapshotError(f"the deployment lacks its part {name[:12]}")
    if content_hash(data) != name:
        raise SnapshotError(f"the part {name[:12]} is not what its hash says")
    return data


def _chunk(data: bytes) -> Chunk:
    value = _object(data, CHUNK_KEYS)
    try:
        return Chunk(
            namespace=NamespaceDocument.from_json(value["namespace"]),
            routes=tuple(
                RouteDocument.from_json(_without(one, ROUTE_EXTRAS))
                for one in value["routes"]
            ),
            policies=tuple(
                PolicyDocument.from_json(_without(one, POLICY_EXTRAS))
                for one in value["policies"]
            ),
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise SnapshotError(f"not a whole part of a deployment: {error}") from error


def _without(value: Any, extras: Collection[str]) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: one for name, one in value.items() if name not in extras}


def _certificates(data: bytes) -> tuple[CertificateDocument, ...]:
    value = _object(data, frozenset({"format", "certificates"}))
    if not isinstance(value["certificates"], list):
        raise SnapshotError("certificates: expected a list")
    return tuple(map(CertificateDocument.from_json, value["certificates"]))


def assemble(root: Root, chunks: Chunks, before: Snapshot | None = None) -> Snapshot:
    """Put a snapshot together from its root and all chunks that it names.

    A route about which nothing changed is the same object as in the snapshot before,
    so that whoever compiles routes can tell by `is`.

    Raises:
        SnapshotError: a route lacks one of its policies, or two chunks disagree.
    """
    read = [(pk, chunks.namespaces[name]) for pk, name in root.namespaces.items()]
    if any(chunk.namespace.id != pk for pk, chunk in read):
        raise SnapshotError("a namespace has the part of another one")
    policies = _unique((one for _, chunk in read for one in chunk.policies), "policy")
    keys = {pk: one.key for pk, one in policies.items()}
    known = before.routes if before else {}
    routes: dict[str, RouteDocument] = {}
    for plain in _unique((r for _, c in read for r in c.routes), "route").values():
        routes[plain.id] = _resolved(plain, keys, known.get(plain.id))
    used = {key for route in routes.values() for key in route.policy_keys}
    held = chunks.certificates.get(root.certificates, ())
    return Snapshot(
        number=root.number,
        made_at=root.made_at,
        settings=root.settings,
        namespaces={pk: chunk.namespace for pk, chunk in read},
        routes=routes,
        policies={one.key: one for one in policies.values() if one.key in used},
        certificates={one.id: one for one in held},
    )


def _unique(documents: Iterable[Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in documents:
        if one.id in found:
            raise SnapshotError(f"the {kind} {one.id} is there twice")
        found[one.id] = one
    return found


def _resolved(
    plain: RouteDocument, keys: Mapping[str, str], known: RouteDocument | None
) -> RouteDocument:
    """Return a route with keys of policies in the place of their ids."""
    try:
        route = plain.with_policies(
            tuple(keys[one] for one in plain.policies),
            tuple(keys[one] for one in plain.inherited),
            tuple(keys[one] for one in plain.enforced),
        )
    except KeyError as error:
        raise SnapshotError(f"route {plain.id} lacks its policy {error}") from error
    return known if known is not None and known == route else route

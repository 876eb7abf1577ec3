"""The documents of a snapshot, as frozen records, and their form as JSON.

Nothing is looked up later: a route names the exact version of each policy that
decides over it, and those versions are part of the snapshot. Secrets stay in the
envelopes of the console's data keys; only what writes the proxy's configuration
opens them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Self

from .encoding import canonical_bytes, content_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FORMAT = 1


class SnapshotError(ValueError):
    """A snapshot that is not whole, not ours or not understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """A record whose JSON form is its fields."""

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read a document.

        Raises:
            SnapshotError: a field is missing, or there is one that is not known; an
                older reader must not skip what may limit access.
        """
        if not isinstance(value, dict):
            raise SnapshotError(f"{cls.__name__}: expected an object")
        names = {one.name for one in fields(cls)}
        if value.keys() != names:
            wrong = ", ".join(sorted(value.keys() ^ names))
            raise SnapshotError(f"{cls.__name__}: unexpected or missing: {wrong}")
        return cls(
            **{
                name: tuple(one) if isinstance(one, list) else one
                for name, one in value.items()
            }
        )

    def to_json(self) -> dict[str, Any]:
        """Return the document as what JSON can hold."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument(_Document):
    """One version of a policy.

    Attributes:
        id: the policy's, as text.
        version: of the policy's text; a new one is another document.
        language: `ppl` or `rego`.
        has_allow_rules: makes it a ceiling where it is enforced; said here because a
            policy in Rego isn't read by whoever decides.
        explanation, remediation: what a person who is refused may read.
    """

    id: str
    version: int
    name: str
    language: str
    source: str
    has_allow_rules: bool
    explanation: str = ""
    remediation: str = ""

    @property
    def key(self) -> str:
        """Return the name under which routes refer to this version."""
        return f"{self.id}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDocument(_Document):
    """A route with the keys of all policies that decide over it.

    Attributes:
        from_url: canonical, with scheme and, where it isn't the usual one, port.
        match: the path condition in one text, such as `prefix:/admin`; "" for all.
        other_hosts: further hosts whose traffic the route takes.
        settings: every other setting, under Core's key.
        sealed: secrets among the settings, by path, in their envelopes.
        policies: attached to the route, in the order that people chose.
        inherited, enforced: from its namespace or one above, the outermost first.
    """

    id: str
    version: int
    namespace_id: str
    name: str
    from_url: str
    host: str
    match: str = ""
    other_hosts: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    sealed: Mapping[str, Any] = field(default_factory=dict)
    policies: tuple[str, ...] = ()
    inherited: tuple[str, ...] = ()
    enforced: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the document as what JSON can hold."""
        held = {one.name: getattr(self, one.name) for one in fields(self)}
        return held | {"settings": dict(self.settings), "sealed": dict(self.sealed)}

    def with_policies(
        self,
        policies: tuple[str, ...],
        inherited: tuple[str, ...],
        enforced: tuple[str, ...],
    ) -> RouteDocument:
        """Return the same route with other policies."""
        return replace(self, policies=policies, inherited=inherited, enforced=enforced)

    @property
    def policy_keys(self) -> frozenset[str]:
        """Return the keys of everything that decides over the route."""
        return frozenset((*self.policies, *self.inherited, *self.enforced))


@dataclass(frozen=True, slots=True, kw_only=True)
class NamespaceDocument(_Document):
    """A namespace, by the names from the root down: `Global/Engineering`."""

    id: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDocument(_Document):
    """A certificate for hosts of ours.

    `chain` is PEM, the leaf first; `sealed_key` its private key in an envelope.
    """

    id: str
    namespace_id: str
    hosts: tuple[str, ...]
    chain: str
    sealed_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that is enforced by one deployment.

    Attributes:
        number: of the deployment; a later one replaces an earlier one.
        made_at: when, in ISO 8601 with zone.
        settings: of the whole gateway, under Core's keys.
        routes, policies, certificates, namespaces: by id; policies by their key.
    """

    number: int
    made_at: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    namespaces: Mapping[str, NamespaceDocument] = field(default_factory=dict)
    routes: Mapping[str, RouteDocument] = field(default_factory=dict)
    policies: Mapping[str, PolicyDocument] = field(default_factory=dict)
    certificates: Mapping[str, CertificateDocument] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what isn't whole: a policy that is left out would let people in."""
        known = frozenset(self.policies)
        for route in self.routes.values():
            lacking = route.policy_keys - known
            if lacking:
                named = ", ".join(sorted(lacking))
                raise SnapshotError(f"route {route.id} lacks its policies {named}")

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read a snapshot.

        Raises:
            SnapshotError: it is not whole, or of a form that is not known here.
        """
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            raise SnapshotError(f"expected a snapshot of format {FORMAT}")
        try:
            return cls(
                number=int(value["number"]),
                made_at=str(value["made_at"]),
                settings=dict(value["settings"]),
                namespaces={
                    one.id: one
                    for one in map(NamespaceDocument.from_json, value["namespaces"])
                },
                routes={
                    one.id: one for one in map(RouteDocument.from_json, value["routes"])
                },
                policies={
                    one.key: one
                    for one in map(PolicyDocument.from_json, value["policies"])
                },
                certificates={
                    one.id: one
                    for one in map(CertificateDocument.from_json, value["certificates"])
                },
            )
        except (KeyError, TypeError) as error:
            raise SnapshotError(f"not a whole snapshot: {error}") from error

    def to_json(self) -> dict[str, Any]:
        """Return the snapshot as what JSON can hold, in one order."""
        return {
            "format": FORMAT,
            "number": self.number,
            "made_at": self.made_at,
            "settings": dict(self.settings),
            "namespaces": _listed(self.namespaces.values()),
            "routes": _listed(self.routes.values()),
            "policies": _listed(self.policies.values()),
            "certificates": _listed(self.certificates.values()),
        }

    @property
    def content_hash(self) -> str:
        """Return the hash of what is enforced: the same for the same content.

        Number and time take no part, so that a roll back to earlier content can be
        told by it.
        """
        content = self.to_json()
        del content["number"], content["made_at"]
        return content_hash(canonical_bytes(content))


def _listed(documents: Iterable[Any]) -> list[dict[str, Any]]:
    found = [one.to_json() for one in documents]
    return sorted(found, key=lambda one: (one["id"], one.get("version", 0)))

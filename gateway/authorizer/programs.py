"""Routes of a snapshot, ready to decide: programs, and who answers for what.

The order in which policies come together is that of `routes.services.trial`; a test
holds the two to each other. A route is compiled when it is first asked for, so that
ten thousand of them are in force as soon as they are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gateway.snapshot import SnapshotError
from policies import language
from policies.language import ForeignPolicy, Need, RoutePolicy
from policies.language.fast import RouteCompiler

from .authorities import Authority, authority_of, default_rule_applies
from .cookies import USUAL, Manner, manner_of
from .places import Place, Places

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.snapshot import PolicyDocument, RouteDocument, Snapshot
    from policies.language import Program
    from policies.language.fast import CompiledRoute

MAX_CHECKED_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, eq=False)
class RouteEntry:
    """A route as requests meet it.

    Attributes:
        policies: everything that decides over it, by id.
        granting: the ids of those whose allow rules let people in.
        foreign: the policies in Rego.
        authority: who signs its clients' certificates, None where nobody does.
        needs_body: a policy looks into bodies, which no proxy sends here.
        tells_why: a refusal says more than that it is one.
        plans: what others worked out for the route, once for all requests.
    """

    document: RouteDocument
    compiled: CompiledRoute
    policies: Mapping[str, PolicyDocument]
    granting: tuple[str, ...]
    foreign: tuple[PolicyDocument, ...]
    authority: Authority | None
    needs_body: bool
    tells_why: bool
    plans: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.document.id


@dataclass(slots=True)
class RouteTable:
    """All routes of one snapshot, by id and by host."""

    snapshot: Snapshot
    compiler: RouteCompiler = field(default_factory=RouteCompiler)
    programs: dict[str, Program | ForeignPolicy] = field(default_factory=dict)
    entries: dict[str, RouteEntry] = field(default_factory=dict)
    hosts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    wildcards: tuple[tuple[re.Pattern[str], str], ...] = ()
    has_default_rule: bool = False
    places: Places = field(default_factory=lambda: Places({}))
    cookies: Manner = USUAL

    @classmethod
    def build(cls, snapshot: Snapshot, before: RouteTable | None = None) -> RouteTable:
        """Make the table of a snapshot, keeping of another what stays the same.

        Raises:
            SnapshotError: a policy that is new in it can't be read.
        """
        table = cls(
            snapshot,
            has_default_rule=default_rule_applies(snapshot),
            places=Places(snapshot.settings),
            cookies=manner_of(snapshot.settings),
        )
        table._index_hosts()
        if before is None:
            return table
        held = before.snapshot.policies
        new = [
            (key, document)
            for key, document in snapshot.policies.items()
            if held.get(key) != document
        ]
        for key in snapshot.policies.keys() - {key for key, _ in new}:
            if key in before.programs:
                table.programs[key] = before.programs[key]
        for key, document in new[:MAX_CHECKED_AT_ONCE]:
            try:
                table.programs[key] = _program(document)
            except language.PolicyLanguageError as error:
                raise SnapshotError(f"policy {key} can't be read: {error}") from error
        table._keep_entries(before, {key for key, _ in new})
        return table

    def _keep_entries(self, before: RouteTable, changed: set[str]) -> None:
        if (
            before.has_default_rule != self.has_default_rule
            or before.snapshot.settings != self.snapshot.settings
        ):
            return
        self.compiler = before.compiler
        self.compiler.forget()
        for route_id, entry in before.entries.items():
            document = self.snapshot.routes.get(route_id)
            same = document is entry.document or document == entry.document
            if same and not (entry.document.policy_keys & changed):
                self.entries[route_id] = entry

    def _index_hosts(self) -> None:
        hosts: dict[str, list[str]] = {}
        wildcards = []
        for document in self.snapshot.routes.values():
            for host in (document.host, *document.other_hosts):
                if "*" in host:
                    pattern = re.escape(host.lower()).replace(r"\*", ".*")
                    wildcards.append((re.compile(pattern), document.id))
                else:
                    hosts.setdefault(host.lower(), []).append(document.id)
        self.hosts = {host: tuple(ids) for host, ids in hosts.items()}
        self.wildcards = tuple(wildcards)

    def routes_at(self, host: str) -> tuple[str, ...]:
        """Return the routes of a host name; wildcards count where nothing is exact."""
        found = self.hosts.get(host)
        if found is not None:
            return found
        return tuple(pk for pattern, pk in self.wildcards if pattern.fullmatch(host))

    @property
    def root(self) -> Place:
        """Return what is set for everything."""
        return self.places.find("")

    def place_of(self, document: RouteDocument) -> Place:
        """Return what is set where a route lives."""
        return self.places.find(document.namespace_id)

    def place_at(self, host: str) -> Place | None:
        """Return what is set where a host's routes live, None without a route."""
        routes = self.routes_at(host)
        return self.place_of(self.snapshot.routes[routes[0]]) if routes else None

    def find(self, route_id: str) -> RouteEntry | None:
        """Return a route, compiled the first time that it is asked for."""
        try:
            return self.entries[route_id]
        except KeyError:
            document = self.snapshot.routes.get(route_id)
        if document is None:
            return None
        entry = self.entries[route_id] = self._compile(document)
        return entry

    def _compile(self, document: RouteDocument) -> RouteEntry:
        policies = self.snapshot.policies
        granting = tuple(dict.fromkeys((*document.policies, *document.inherited)))
        program = language.compile_route(
            policies=[self._part(key) for key in granting],
            enforced=[self._part(key) for key in document.enforced],
            default_client_certificate_rule=self.has_default_rule,
        )
        every = {
            policies[key].id: policies[key] for key in (*granting, *document.enforced)
        }
        return RouteEntry(
            document=document,
            compiled=self.compiler.compile(program),
            policies=every,
            granting=tuple(policies[key].id for key in granting),
            foreign=tuple(one for one in every.values() if one.language != "ppl"),
            authority=authority_of(document, self.snapshot),
            needs_body=Need.MCP in program.needs,
            tells_why=bool(document.settings.get("show_error_details"))
            or any(one.explanation or one.remediation for one in every.values()),
        )

    def _part(self, key: str) -> RoutePolicy:
        program = self.programs.get(key)
        document = self.snapshot.policies[key]
        if program is None:
            try:
                program = _program(document)
            except language.PolicyLanguageError:
                # Nobody ever gives it a verdict, and a policy without one denies.
                program = ForeignPolicy(
                    document.id, has_allow_rules=document.has_allow_rules
                )
            self.programs[key] = program
        return RoutePolicy(document.id, program)


def _program(document: PolicyDocument) -> Program | ForeignPolicy:
    if document.language != "ppl":
        return ForeignPolicy(document.id, has_allow_rules=document.has_allow_rules)
    return language.compile_policy(language.parse(document.source))


def setting_of(entry: RouteEntry, key: str) -> Any:
    """Return a setting of the route itself, None where it has none."""
    return entry.document.settings.get(key)


def setting(entry: RouteEntry, table: RouteTable, key: str, default: Any = None) -> Any:
    """Return a setting of a route, else that of its namespace, else a default."""
    value = setting_of(entry, key)
    if value is None:
        value = table.place_of(entry.document).settings.get(key)
    return default if value is None else value

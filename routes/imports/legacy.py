"""The allow-lists that a route of Core may carry beside its policy, as policies in PPL.

Core puts them into one allow rule, before the rules of the policy, and rules are
alternatives. Each kind of list becomes a policy of its own here: together they allow
and refuse the same requests, and routes that share a kind share the policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.language.nodes import (
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    to_json,
)
from policies.texts import worded
from routes.exports import emitter
from routes.imports.findings import Findings, Place

PUBLIC = "allow_public_unauthenticated_access"
CORS = "cors_allow_preflight"
ANYBODY = "allow_any_authenticated_user"
DOMAINS = "allowed_domains"
CLAIMS = "allowed_idp_claims"
USERS = "allowed_users"

SWITCHES = {PUBLIC: "accept", CORS: "cors_preflight", ANYBODY: "authenticated_user"}
LISTS = (DOMAINS, CLAIMS, USERS)
KEYS = frozenset({*SWITCHES, *LISTS})
REMOVED = {
    "allowed_groups": worded(
        "put `groups: {has: …}` with the group's id under `policy`"
    ),
}

Criterion = dict[str, Any]
Entries = Mapping[str, tuple[ScalarNode, Node]]


@dataclass(frozen=True, slots=True)
class LegacyPolicy:
    """A policy that stands for some of the old keys; `place` is the first of them."""

    source: str
    place: Place
    keys: tuple[str, ...]


@dataclass(slots=True)
class _Lists:
    place: Place | None = None
    keys: list[str] = field(default_factory=list)
    criteria: list[Criterion] = field(default_factory=list)

    def add(self, key: ScalarNode, criteria: list[Criterion]) -> None:
        if criteria:
            self.place = self.place or Place.of(key)
            self.keys.append(key.text)
            self.criteria.extend(criteria)


def read_legacy(entries: Entries, findings: Findings) -> list[LegacyPolicy]:
    """Return the policies that the old keys of a route, or of a sub-policy, stand for.

    `entries` is the mapping's keys and values by key. The order is Core's: public
    access, CORS preflight, any signed-in person, then the lists.
    """
    for name, remedy in REMOVED.items():
        if name in entries:
            findings.problem(
                "removed_key",
                worded("`%(name)s` is no longer understood by Core", name=name),
                Place.of(entries[name][0]),
                remedy=remedy,
            )
    policies = []
    for name, criterion in SWITCHES.items():
        if name in entries and _read_switch(*entries[name], findings):
            source = _source([{criterion: True}])
            place = Place.of(entries[name][0])
            policies.append(LegacyPolicy(source, place, (name,)))
    _check_conflicts(entries, findings)
    lists = _Lists()
    for name in LISTS:
        if name in entries:
            key, value = entries[name]
            lists.add(key, _READERS[name](key, value, findings))
    if lists.place is not None:
        policies.append(
            LegacyPolicy(_source(lists.criteria), lists.place, tuple(lists.keys))
        )
    return policies


def _source(criteria: list[Criterion]) -> str:
    return "\n".join(emitter.emit_lines({"allow": {"or": criteria}})) + "\n"


def _read_switch(key: ScalarNode, value: Node, findings: Findings) -> bool:
    if isinstance(value, ScalarNode) and value.value is None:
        return False
    if isinstance(value, ScalarNode) and isinstance(value.value, bool):
        return value.value
    findings.problem(
        "not_a_switch",
        worded("`%(key)s` is either true or false", key=key.text),
        Place.of(value),
        remedy=worded("write `true` or `false`, without quotes"),
    )
    return False


def _check_conflicts(entries: Entries, findings: Findings) -> None:
    """Report what Core refuses to start with: a list beside a switch that opens all."""
    for switch, excluded in (
        (PUBLIC, (ANYBODY, DOMAINS, USERS)),
        (ANYBODY, (DOMAINS, USERS)),
    ):
        if not _is_set(entries, switch):
            continue
        for other in excluded:
            if _is_set(entries, other):
                findings.problem(
                    "conflicting_keys",
                    worded(
                        "`%(other)s` can't stand beside `%(switch)s`: Core refuses "
                        "both together",
                        other=other,
                        switch=switch,
                    ),
                    Place.of(entries[other][0]),
                    remedy=worded("remove one of them"),
                )


def _is_set(entries: Entries, name: str) -> bool:
    """Return whether a switch is on, or a list is given, be it an empty one."""
    if name not in entries:
        return False
    value = entries[name][1]
    return not (isinstance(value, ScalarNode) and value.value in {None, False})


def _texts(key: ScalarNode, value: Node, findings: Findings) -> list[str]:
    """Return the texts of a list; one text alone counts as a list of it, as in Core."""
    if isinstance(value, ScalarNode) and value.value is None:
        return []
    items = value.items if isinstance(value, SequenceNode) else (value,)
    texts = []
    for item in items:
        if (
            isinstance(item, ScalarNode)
            and item.text.strip()
            and item.value is not None
        ):
            texts.append(item.text)
        else:
            findings.problem(
                "not_a_text",
                worded("each entry of `%(key)s` is text", key=key.text),
                Place.of(item),
                remedy=worded("write one entry on each line, after `- `"),
            )
    return texts


def _domains(key: ScalarNode, value: Node, findings: Findings) -> list[Criterion]:
    return [{"domain": {"is": text}} for text in _texts(key, value, findings)]


def _users(key: ScalarNode, value: Node, findings: Findings) -> list[Criterion]:
    return [
        {criterion: {"is": text}}
        for text in _texts(key, value, findings)
        for criterion in ("user", "email")
    ]


def _claims(key: ScalarNode, value: Node, findings: Findings) -> list[Criterion]:
    if isinstance(value, ScalarNode) and value.value is None:
        return []
    if not isinstance(value, MappingNode):
        findings.problem(
            "not_claims",
            worded("`%(key)s` names claims, each with a list of values", key=key.text),
            Place.of(value),
            remedy=worded("write `groups: [admins]` below it, for example"),
        )
        return []
    criteria: list[Criterion] = []
    for name, values in sorted(value.entries, key=lambda entry: entry[0].text):
        items = values.items if isinstance(values, SequenceNode) else (values,)
        for item in items:
            if isinstance(item, ScalarNode):
                criteria.append({f"claim/{name.text}": to_json(item)})
            else:
                findings.problem(
                    "not_a_claim_value",
                    worded(
                        "a value of the claim `%(name)s` is text, a number or a switch",
                        name=name.text,
                    ),
                    Place.of(item),
                    remedy=worded("write one value on each line, after `- `"),
                )
    return criteria


_READERS = {DOMAINS: _domains, CLAIMS: _claims, USERS: _users}

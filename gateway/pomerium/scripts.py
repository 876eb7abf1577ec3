"""What decides over a route, as the scripts that Core evaluates.

Core lets in whom one script lets in and no script denies. An enforced policy becomes a
deny of whomever it doesn't let in. Core knows nothing of data that are missing, and a
denial by them would end without a word when its databroker lost them: a script beside
the others denies while it lacks what the policies look at.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policies import language
from policies.language import Action, UntranslatableError
from policies.language.criteria.identity import Groups
from policies.language.criteria.record import Record
from policies.language.errors import PolicyLanguageError
from policies.rego import ceilings

from . import schema
from .problems import UnfitError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from gateway.snapshot import PolicyDocument, RouteDocument, Snapshot
    from policies.language.records import ForeignKey

SOURCE_TYPE: Final = "postern.io/Source"
DIRECTORY: Final = "directory"
DIRECTORY_USER: Final = "pomerium.io/DirectoryUser"
GUARD_ID: Final = "postern-data"
GUARD_NAME: Final = "Data that are missing deny"
CACHED: Final = 8192
_ASKED: Final = re.compile(r"get_databroker_record\(\s*[\"`]([^\"`\n]+)[\"`]")
_GUARD: Final = """\
package pomerium.policy

import rego.v1

needed := {needed}

lacking := {{reason | some id, reason in needed; not is_fresh(id)}} | strangers

is_fresh(id) if {{
	source := get_databroker_record("postern.io/Source", id)
	source != null
	to_number(source.until) * 1000000000 > time.now_ns()
}}

default deny := [false, set()]

deny := [true, lacking] if count(lacking) > 0

session_id := object.get(object.get(input, "session", {{}}), "id", "")

is_robot if {{
	type := "type.googleapis.com/user.ServiceAccount"
	get_databroker_record(type, session_id) != null
}}

default strangers := set()
{strangers}"""
_STRANGERS: Final = """
strangers := {"directory-data-unavailable"} if {
	session_id != ""
	not is_robot
	own := get_databroker_record("type.googleapis.com/session.Session", session_id)
	own != null
	not is_listed(shown(own))
}

shown(own) := other if {
	id := object.get(own, "impersonate_session_id", "")
	id != ""
	other := get_databroker_record("type.googleapis.com/session.Session", id)
	other != null
} else := own

is_listed(own) if {
	get_databroker_record("pomerium.io/DirectoryUser", own.user_id) != null
}
"""


@dataclass(frozen=True, slots=True)
class Data:
    """What is known of data that policies look at.

    Attributes:
        foreign_keys: how records of each type are found.
        has_directory: people are known from a directory.
    """

    foreign_keys: Mapping[str, ForeignKey] = field(default_factory=dict)
    has_directory: bool = False


def source_id(record_type: str) -> str:
    """Return the id of what says until when records of a type can be relied on."""
    return f"records/{record_type}"


def policies_of(route: RouteDocument, snapshot: Snapshot, data: Data) -> list[Any]:
    """Return what decides over a route, as Core's messages.

    Raises:
        UnfitError: Core can't be told one of the policies.
    """
    found: list[Any] = []
    needed: dict[str, str] = {}
    keys = tuple(sorted(data.foreign_keys.items()))
    for policy, is_ceiling in _uses(route, snapshot):
        try:
            script = _script(policy, is_ceiling, keys)
        except (UntranslatableError, PolicyLanguageError) as error:
            raise UnfitError(
                f"Core can't be told the policy {policy.name}: {error}",
                "change the policy, or detach it",
            ) from error
        found.append(_message(policy, script, is_ceiling=is_ceiling))
        needed |= _needs(policy)
    if not data.has_directory:
        needed.pop(DIRECTORY, None)
    if needed:
        script = _guard(tuple(sorted(needed.items())))
        found.append(schema.Policy(id=GUARD_ID, name=GUARD_NAME, rego=[script]))
    return found


def _uses(
    route: RouteDocument, snapshot: Snapshot
) -> Iterator[tuple[PolicyDocument, bool]]:
    """Yield each policy, and whether it only limits; one that came twice, once."""
    granting = set()
    for key in (*route.policies, *route.inherited):
        if key not in granting:
            granting.add(key)
            yield snapshot.policies[key], False
    for key in dict.fromkeys(route.enforced):
        policy = snapshot.policies[key]
        if policy.has_allow_rules or key not in granting:
            yield policy, policy.has_allow_rules


@lru_cache(maxsize=CACHED)
def _script(
    policy: PolicyDocument,
    is_ceiling: bool,
    foreign_keys: tuple[tuple[str, ForeignKey], ...],
) -> str:
    if policy.language != "ppl":
        return ceilings.as_ceiling(policy.source) if is_ceiling else policy.source
    return language.to_rego(
        _program(policy.source), as_ceiling=is_ceiling, foreign_keys=dict(foreign_keys)
    )


@lru_cache(maxsize=CACHED)
def _program(source: str) -> Any:
    return language.compile_policy(language.parse(source))


def _message(policy: PolicyDocument, script: str, *, is_ceiling: bool) -> Any:
    message = schema.Policy(id=policy.id, name=policy.name, rego=[script])
    if policy.explanation:
        message.explanation = policy.explanation
    if policy.remediation:
        message.remediation = policy.remediation
    # Core's portal shows a route to whom this lets in: no word of ceilings.
    if policy.language == "ppl" and not is_ceiling and is_known_to_core(policy.source):
        message.source_ppl = policy.source
    return message


@lru_cache(maxsize=CACHED)
def is_known_to_core(source: str) -> bool:
    """Answer whether Core can read a text in PPL, for showing its routes."""
    problems = language.check(source, saving=False, edition=language.Edition.CORE)
    return all(one.severity is not language.Severity.ERROR for one in problems)


@lru_cache(maxsize=CACHED)
def _needs(policy: PolicyDocument) -> dict[str, str]:
    """Return which data a policy looks at, each with the reason of its lack."""
    if policy.language == "ppl":
        return dict(_needs_of_program(_program(policy.source)))
    return dict(_needs_of_rego(policy.source))


def _needs_of_program(program: Any) -> Iterator[tuple[str, str]]:
    for action in Action:
        for block in program.operators(action):
            for entry in block.criteria:
                if isinstance(entry.condition, Groups):
                    yield DIRECTORY, "directory-data-unavailable"
                elif isinstance(entry.condition, Record):
                    yield source_id(entry.condition.type), "record-data-unavailable"


def _needs_of_rego(source: str) -> Iterator[tuple[str, str]]:
    for kind in _ASKED.findall(source):
        if kind == DIRECTORY_USER:
            yield DIRECTORY, "directory-data-unavailable"
        elif "googleapis.com/" not in kind:
            yield source_id(kind), "record-data-unavailable"


@lru_cache(maxsize=CACHED)
def _guard(needed: tuple[tuple[str, str], ...]) -> str:
    strangers = _STRANGERS if DIRECTORY in dict(needed) else ""
    return _GUARD.format(needed=json.dumps(dict(needed)), strangers=strangers)

"""What an import means to do: each policy and each route, and everything to say.

A plan is made from a draft and from what is there (`reconcile`), shown to a person,
and applied as it was shown. Nothing here reads or writes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from policies.texts import worded
from routes.imports.draft import LeftAlone
from routes.imports.findings import Finding, Place, Severity, words_of


class Action(StrEnum):
    """What happens to one policy or route."""

    CREATE = "create"
    UPDATE = "update"
    REUSE = "reuse"
    UNCHANGED = "unchanged"
    SKIP = "skip"


WRITES = frozenset({Action.CREATE, Action.UPDATE})


class Differing(StrEnum):
    """What to do with routes and policies that are there and say something else."""

    REFUSE = "refuse"
    UPDATE = "update"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the person who imports has chosen.

    `inherits` is for routes that are created: whether policies of their namespace and
    above count on them. A file of Core knows nothing like it.
    """

    differing: Differing = Differing.REFUSE
    inherits: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the options as they are stored."""
        return {"differing": self.differing.value, "inherits": self.inherits}


def options_of(plan: Mapping[str, Any]) -> Options:
    """Return the options that a stored plan was made with."""
    held = plan["options"]
    return Options(differing=Differing(held["differing"]), inherits=held["inherits"])


@dataclass(slots=True, kw_only=True)
class PolicyStep:
    """A policy that is created, changed or used as it is; `route_count` by the file.

    `policy_id` and `version` are those of a policy that is there.
    """

    action: Action
    name: str
    source: str
    namespace_id: UUID
    namespace: str
    place: Place
    description: str = ""
    explanation: str = ""
    remediation: str = ""
    policy_id: UUID | None = None
    version: int = 0
    allows_anonymous: bool = False
    language: str = "ppl"
    route_count: int = 0
    changes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the step as it is stored and shown."""
        return {
            "action": self.action.value,
            "name": self.name,
            "source": self.source,
            "language": self.language,
            "namespace_id": str(self.namespace_id),
            "namespace": self.namespace,
            "line": self.place.line,
            "description": self.description,
            "explanation": self.explanation,
            "remediation": self.remediation,
            "policy_id": str(self.policy_id) if self.policy_id else None,
            "allows_anonymous": self.allows_anonymous,
            "route_count": self.route_count,
            "changes": list(self.changes),
        }


@dataclass(slots=True, kw_only=True)
class RouteStep:
    """A route that is created, changed or left as it is.

    `settings` are complete and hold secrets. `policies` are positions in the plan's
    list of policies, in order.
    """

    action: Action
    name: str
    settings: Mapping[str, Any]
    match: str
    policies: tuple[int, ...]
    inherits: bool | None
    namespace_id: UUID
    namespace: str
    place: Place
    route_id: UUID | None = None
    version: int = 0
    changes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the step as it is stored and shown: without settings, for secrets."""
        return {
            "action": self.action.value,
            "name": self.name,
            "from": self.settings["from"],
            "match": self.match,
            "to": summary_of(self.settings),
            **words_of(to=summary_of(self.settings)),
            "policies": list(self.policies),
            "inherits": self.inherits,
            "namespace_id": str(self.namespace_id),
            "namespace": self.namespace,
            "line": self.place.line,
            "route_id": str(self.route_id) if self.route_id else None,
            "changes": list(self.changes),
        }


@dataclass(slots=True, kw_only=True)
class Plan:
    """Everything that an import would do, in the order of the file."""

    namespace_id: UUID
    namespace: str
    options: Options
    policies: list[PolicyStep] = field(default_factory=list)
    routes: list[RouteStep] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    findings_left_out: int = 0
    fingerprint: str = ""

    @property
    def is_applicable(self) -> bool:
        """Nothing stands in the way."""
        return not any(one.severity is Severity.PROBLEM for one in self.findings)

    @property
    def writes(self) -> int:
        """How many policies and routes would be written."""
        actions = [one.action for one in self.policies]
        actions += [one.action for one in self.routes]
        return sum(action in WRITES for action in actions)

    def to_json(self) -> dict[str, Any]:
        """Return the plan as it is stored and shown; no secret is in it."""
        return {
            "namespace_id": str(self.namespace_id),
            "namespace": self.namespace,
            "options": self.options.to_json(),
            "counts": self.counts(),
            "is_applicable": self.is_applicable,
            "policies": [one.to_json() for one in self.policies],
            "routes": [one.to_json() for one in self.routes],
            "left_alone": [
                {
                    "key": one.key,
                    "line": one.place.line,
                    "why": one.why,
                    **words_of(why=one.why),
                }
                for one in self.left_alone
            ],
            "findings": [one.to_json() for one in self.findings],
            "findings_left_out": self.findings_left_out,
            "fingerprint": self.fingerprint,
        }

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many there are of each kind."""
        return {
            "policies": _count(one.action for one in self.policies),
            "routes": _count(one.action for one in self.routes),
            "findings": {
                severity.value: sum(one.severity is severity for one in self.findings)
                for severity in Severity
            },
        }


def _count(actions: Iterable[Action]) -> dict[str, int]:
    found = Counter(actions)
    return {action.value: found[action] for action in Action}


def summary_of(settings: Mapping[str, Any]) -> str:
    """Say in a few words where requests go."""
    if "to" in settings:
        return ", ".join(settings["to"])
    if "redirect" in settings:
        return worded("a redirect")
    return worded("a direct response")

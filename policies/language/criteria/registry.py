"""What a criterion is: one entry of the table that everything else reads.

Parser, compiler, builder, completion, linter and documentation take names, help,
reasons and needs from these entries; the meaning is in the condition that `read` makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from policies.language.facts import NOTHING, Facts
from policies.language.modes import Edition, Mode
from policies.language.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from policies.language.grammar import CriterionNode
    from policies.language.matchers import Context


class Group(StrEnum):
    """Where the policy builder shows a criterion."""

    WHO = "who"
    HOLDS = "holds"
    DEVICE = "device"
    REQUEST = "request"
    TIME = "time"
    DATA = "data"
    CONSTANT = "constant"


class MatcherKind(StrEnum):
    """The form that the data of a criterion takes."""

    IGNORED = "ignored"
    TEXT = "string"
    LIST = "string-list"
    CERTIFICATE = "certificate"
    DEVICE = "device"
    NETWORK = "network"
    SSH_KEYS = "ssh-keys"
    CLAIM_NAME = "claim-name"
    DATE = "date"
    DAY_OF_WEEK = "day-of-week"
    TIME_OF_DAY = "time-of-day"
    RECORD = "record"


class Widget(StrEnum):
    """What the policy builder offers for the data."""

    NONE = "none"
    CERTIFICATE = "certificate"
    CLAIM = "claim"
    DATES = "dates"
    DAYS = "days"
    DEVICE = "device"
    DOMAIN = "domain"
    EMAIL = "email"
    GROUP = "group"
    HOURS = "hours"
    METHOD = "method"
    NETWORK = "network"
    PATH = "path"
    PERSON = "person"
    RECORD = "record"
    SSH_KEY = "ssh-key"
    TEXT = "text"


class Need(StrEnum):
    """A part of the facts that a criterion looks at."""

    SESSION = "session"
    PERSON = "person"
    DIRECTORY = "directory"
    DEVICES = "devices"
    REQUEST = "request"
    HEADERS = "headers"
    SOURCE_IP = "source-ip"
    CERTIFICATE = "certificate"
    SSH = "ssh"
    MCP = "mcp"
    TIME = "time"
    RECORDS = "records"


class Anonymous(StrEnum):
    """Whether a criterion can hold for a request without a session."""

    NEVER = "never"
    BY_DATA = "by-data"
    ALWAYS_POSSIBLE = "always-possible"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a condition found: its value (None: undecidable), why, and the fact seen."""

    value: bool | None
    reason: Reason
    seen: Any = None
    data: Mapping[str, str] = NOTHING


class Condition(Protocol):
    """The data of a criterion, read and normalized; a frozen dataclass."""

    def find(self, facts: Facts, mode: Mode) -> Finding:
        """Decide on the facts. Pure, and never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One entry of the table.

    `edition` is where Pomerium documents the criterion, `known_to_core` whether Core
    itself can evaluate it. `fact` names what is looked at, for explanations.
    """

    name: str
    label: str
    help: str
    example: str
    group: Group
    matcher: MatcherKind
    widget: Widget
    fact: str
    when_true: tuple[Reason, ...]
    when_false: tuple[Reason, ...]
    when_unknown: tuple[Reason, ...] = ()
    needs: frozenset[Need] = frozenset()
    anonymous: Anonymous = Anonymous.ALWAYS_POSSIBLE
    edition: Edition = Edition.CORE
    known_to_core: bool = True
    takes_sub_path: bool = False
    compares_text: bool = False
    read: Callable[[CriterionNode, Context], Condition | None]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return (*self.when_true, *self.when_false, *self.when_unknown)


@dataclass(frozen=True, slots=True)
class Registry:
    """The criteria by name, in the order in which they are listed."""

    entries: tuple[Criterion, ...]
    by_name: Mapping[str, Criterion]

    @classmethod
    def of(cls, *entries: Criterion) -> Registry:
        by_name = {entry.name: entry for entry in entries}
        return cls(entries, MappingProxyType(by_name))

    def get(self, name: str, edition: Edition) -> Criterion | None:
        """Return the criterion of a name, if the edition knows it."""
        found = self.by_name.get(name)
        if found is None or (edition is Edition.CORE and not found.known_to_core):
            return None
        return found

    def names(self, edition: Edition) -> tuple[str, ...]:
        """Return the names that an edition knows."""
        return tuple(
            entry.name
            for entry in self.entries
            if edition is Edition.ENTERPRISE or entry.known_to_core
        )


def refused(facts: Facts, reason: Reason, seen: Any = None) -> Finding:
    """Return that an identity criterion fails, without a session for want of one."""
    if not facts.has_session:
        reason = Reason.USER_UNAUTHENTICATED
    return Finding(False, reason, seen)

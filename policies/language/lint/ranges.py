"""What criteria on one fact leave open between them, for finding contradictions.

Answers are cautious: that nothing is left is certain, that something is left is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from policies.language.criteria.device import Device
from policies.language.criteria.identity import Claim, Domain, Email, Groups, User
from policies.language.criteria.mcp import McpTool
from policies.language.criteria.request import Http, SourceIp
from policies.language.criteria.ssh import SshUsername
from policies.language.criteria.time import Date, DayOfWeek, TimeOfDay
from policies.language.matchers import ListOperator, TextOperator
from policies.language.nodes import sort_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from policies.language.criteria import Condition
    from policies.language.matchers import ListTest, TextTest
    from policies.language.networks import Network

# Beyond so many comparisons the answer is that something is left.
_MAX_WORK: Final = 20_000


class Range(Protocol):
    """What is left open of a fact."""

    def narrow(self, condition: Any) -> bool:
        """Let a criterion narrow the range; return whether anything is left of it."""


@dataclass(slots=True)
class TextRange:
    """The texts that pass; `allowed` None when they can't be counted."""

    allowed: frozenset[str] | None = None
    barred: set[str] = field(default_factory=set)
    starts: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def narrow(self, condition: Any) -> bool:
        return self.narrow_by(condition.matcher.tests)

    def narrow_by(self, tests: Iterable[TextTest]) -> bool:
        """Let tests narrow the range, and return whether anything is left of it."""
        for test in tests:
            self._add(test)
        return self.is_open()

    def _add(self, test: TextTest) -> None:
        texts = _texts(test)
        if test.operator in {TextOperator.IS, TextOperator.IN}:
            self.allowed = texts if self.allowed is None else self.allowed & texts
        elif test.operator in {TextOperator.NOT, TextOperator.NOT_IN}:
            self.barred |= texts
        elif test.operator is TextOperator.STARTS_WITH:
            self.starts.append(test.operand)
        elif test.operator is TextOperator.ENDS_WITH:
            self.ends.append(test.operand)
        else:
            self.parts.append(test.operand)

    def is_open(self) -> bool:
        """Return whether there may be a text that passes."""
        if self.allowed is None:
            backwards = [end[::-1] for end in self.ends]
            return _agree(self.starts) and _agree(backwards)
        work = len(self.allowed) * (len(self.starts) + len(self.ends) + len(self.parts))
        return work > _MAX_WORK or any(self.admits(text) for text in self.allowed)

    def admits(self, text: str) -> bool:
        """Return whether one text passes."""
        return (
            (self.allowed is None or text in self.allowed)
            and text not in self.barred
            and all(text.startswith(start) for start in self.starts)
            and all(text.endswith(end) for end in self.ends)
            and all(part in text for part in self.parts)
        )


def _texts(test: TextTest) -> frozenset[str]:
    is_list = test.operator in {TextOperator.IN, TextOperator.NOT_IN}
    operands = test.operand if is_list else (test.operand,)
    return frozenset(one for one in operands if isinstance(one, str))


def _agree(starts: list[str]) -> bool:
    """Return whether some text begins with all of these."""
    longest = max(starts, key=len, default="")
    return all(longest.startswith(start) for start in starts)


@dataclass(slots=True)
class AddressRange:
    """Addresses by themselves and by their domain, taken to have just one `@`."""

    address: TextRange = field(default_factory=TextRange)
    domain: TextRange = field(default_factory=TextRange)

    def narrow(self, condition: Any) -> bool:
        if isinstance(condition, Email):
            is_open = self.address.narrow(condition)
        else:
            is_open = self.domain.narrow(condition)
        return is_open and self._fit()

    def _fit(self) -> bool:
        for end in self.address.ends:
            _, sign, domain = end.partition("@")
            if sign and not self.domain.admits(domain):
                return False
        if self.address.allowed is None or len(self.address.allowed) > _MAX_WORK:
            return True
        return not self._has_domain_tests() or any(
            self.domain.admits(text.partition("@")[2])
            for text in self.address.allowed
            if "@" in text and self.address.admits(text)
        )

    def _has_domain_tests(self) -> bool:
        return self.domain != TextRange()


@dataclass(slots=True)
class ListRange:
    """Lists that pass: what must be in them, what must not, what is all there is."""

    wanted: set[str] = field(default_factory=set)
    barred: set[str] = field(default_factory=set)
    only: set[str] = field(default_factory=set)

    def narrow(self, condition: Any) -> bool:
        tests: tuple[ListTest, ...] = condition.matcher.tests
        for test in tests:
            key = sort_key(test.operand)
            if test.operator is ListOperator.EXCLUDE:
                self.barred.add(key)
                continue
            self.wanted.add(key)
            if test.operator is ListOperator.IS:
                self.only.add(key)
        is_single = not self.only or self.wanted <= self.only
        return is_single and len(self.only) <= 1 and not self.wanted & self.barred


@dataclass(slots=True)
class NetworkRange:
    networks: tuple[Network, ...] | None = None

    def narrow(self, condition: SourceIp) -> bool:
        if self.networks is None:
            self.networks = condition.networks
        elif len(self.networks) * len(condition.networks) <= _MAX_WORK:
            self.networks = tuple(
                smaller
                for one in self.networks
                for other in condition.networks
                if one.version == other.version and one.overlaps(other)
                for smaller in [max(one, other, key=lambda net: net.prefixlen)]
            )
        return bool(self.networks)


@dataclass(slots=True)
class DaysRange:
    days: frozenset[int] = frozenset(range(7))

    def narrow(self, condition: DayOfWeek) -> bool:
        self.days &= frozenset(condition.days)
        return bool(self.days)


@dataclass(slots=True)
class WindowRange:
    """Moments, or times of the day in one zone, strictly between two."""

    after: Any = None
    before: Any = None

    def narrow(self, condition: Any) -> bool:
        afters = [one for one in (self.after, condition.after) if one is not None]
        befores = [one for one in (self.before, condition.before) if one is not None]
        self.after, self.before = max(afters, default=None), min(befores, default=None)
        return not (afters and befores) or self.after < self.before


@dataclass(slots=True)
class DeviceRange:
    """The one credential of a device type."""

    ids: set[str] = field(default_factory=set)
    approvals: set[bool] = field(default_factory=set)

    def narrow(self, condition: Device) -> bool:
        if condition.credential_id is not None:
            self.ids.add(condition.credential_id)
        if condition.approved is not None:
            self.approvals.add(condition.approved)
        return len(self.ids) <= 1 and len(self.approvals) <= 1


def fact_of(condition: Condition) -> tuple[Any, Callable[[], Range]] | None:
    """Return a key of the single fact that a criterion looks at, and its range."""
    if isinstance(condition, Email | Domain):
        return Email, AddressRange
    if isinstance(condition, User | McpTool | SshUsername):
        return type(condition), TextRange
    if isinstance(condition, Http):
        return condition.field, TextRange
    if isinstance(condition, Groups):
        return Groups, ListRange
    if isinstance(condition, Claim):
        return (Claim, condition.path), ListRange
    if isinstance(condition, TimeOfDay):
        return (TimeOfDay, condition.timezone), WindowRange
    if isinstance(condition, Device):
        return (Device, condition.type), DeviceRange
    others: dict[type[Any], Callable[[], Range]] = {
        SourceIp: NetworkRange,
        DayOfWeek: DaysRange,
        Date: WindowRange,
    }
    kind: type[Any] = type(condition)
    return (kind, others[kind]) if kind in others else None

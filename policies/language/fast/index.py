"""Sets of people as integers, one bit for each, by what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policies.language.matchers import TextOperator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from policies.language.matchers import TextMatcher


class Index:
    """The sets of people that have one value: a group, an address, a domain."""

    def __init__(self, rows: Iterable[tuple[Any, int]], size: int) -> None:
        numbers: dict[Any, list[int]] = {}
        for value, number in rows:
            numbers.setdefault(value, []).append(number)
        self.sets = {value: set_of(rows, size) for value, rows in numbers.items()}

    def get(self, value: Any) -> int:
        return self.sets.get(value, 0)

    def matching(self, matcher: TextMatcher) -> int:
        """Return who has a value for which a text matcher holds."""
        tests = matcher.tests
        if len(tests) == 1 and tests[0].operator is TextOperator.IS:
            operand = tests[0].operand
            return self.get(operand) if isinstance(operand, str) else 0
        found = 0
        for value, people in self.sets.items():
            if matcher.holds(value):
                found |= people
        return found


def set_of(numbers: Sequence[int], size: int) -> int:
    """Return the integer that has these bits set."""
    octets = bytearray(size // 8 + 1)
    for number in numbers:
        octets[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(octets, "little")

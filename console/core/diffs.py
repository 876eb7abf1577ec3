"""What changed between two texts, as components/diff.html draws it."""

from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a unified diff; `old` and `new` are its numbers in the two texts.

    `kind` is same, added, removed, or gap for lines that are left out.
    """

    kind: str
    text: str = ""
    old: int | None = None
    new: int | None = None


def unified_lines(before: str, after: str, *, context: int = CONTEXT) -> list[Line]:
    """Compare line by line, keeping some unchanged lines around each change."""
    old, new = before.splitlines(), after.splitlines()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    found: list[Line] = []
    for group in matcher.get_grouped_opcodes(context):
        if found or group[0][1] > 0:
            found.append(Line("gap"))
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                found += [
                    Line("same", old[at], at + 1, new_from + at - old_from + 1)
                    for at in range(old_from, old_to)
                ]
                continue
            found += [
                Line("removed", old[at], at + 1) for at in range(old_from, old_to)
            ]
            found += [
                Line("added", new[at], None, at + 1) for at in range(new_from, new_to)
            ]
    return found

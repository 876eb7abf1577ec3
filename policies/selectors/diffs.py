"""What changed between two texts, line by line. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT = 3
# Comparing takes time with the product of the lengths; beyond this a text counts as
# replaced as a whole. Beginnings and ends that are the same don't count.
MAX_COMPARED = 2000 * 2000

Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a diff: `same`, `added`, `removed`, or a `gap` of lines left out.

    `old` and `new` are its numbers in the two texts, None where it isn't.
    """

    kind: str
    text: str = ""
    old: int | None = None
    new: int | None = None


def diff_lines(before: str, after: str) -> list[DiffLine]:
    """Return what changed, with three lines around each change."""
    old, new = before.splitlines(), after.splitlines()
    groups = list(_groups(_opcodes(old, new), len(old)))
    lines: list[DiffLine] = []
    for group in groups:
        if lines or group[0][1] > 0:
            lines.append(DiffLine("gap"))
        lines.extend(_lines(group, old, new))
    if groups and groups[-1][-1][2] < len(old):
        lines.append(DiffLine("gap"))
    return lines


def diff_texts(before: str, after: str) -> str:
    """Return the same as text: each line behind ` `, `+` or `-`, gaps as `@@`."""
    marks = {"same": " ", "added": "+", "removed": "-", "gap": "@@"}
    return "\n".join(
        f"{marks[line.kind]}{line.text}" for line in diff_lines(before, after)
    )


def count_changes(lines: Sequence[DiffLine]) -> tuple[int, int]:
    """Return how many lines were added and removed."""
    kinds = [line.kind for line in lines]
    return kinds.count("added"), kinds.count("removed")


def _opcodes(old: Sequence[str], new: Sequence[str]) -> list[Opcode]:
    shorter = min(len(old), len(new))
    start = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    rest = shorter - start
    end = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    old_end, new_end = len(old) - end, len(new) - end
    middle: list[Opcode] = []
    if (old_end - start) * (new_end - start) > MAX_COMPARED:
        middle = [("replace", start, old_end, start, new_end)]
    elif start < old_end or start < new_end:
        matcher = SequenceMatcher(
            None, old[start:old_end], new[start:new_end], autojunk=False
        )
        middle = [
            (tag, i + start, j + start, k + start, m + start)
            for tag, i, j, k, m in matcher.get_opcodes()
        ]
    head: list[Opcode] = [("equal", 0, start, 0, start)] if start else []
    tail: list[Opcode] = (
        [("equal", old_end, len(old), new_end, len(new))] if end else []
    )
    return [*head, *middle, *tail]


def _groups(opcodes: list[Opcode], old_length: int) -> Iterator[list[Opcode]]:
    """Yield the changes that stand together, with the lines around them."""
    group: list[Opcode] = []
    for at, (tag, i, j, k, m) in enumerate(opcodes):
        if tag != "equal":
            group.append((tag, i, j, k, m))
            continue
        is_last = at == len(opcodes) - 1
        if group and (is_last or j - i > 2 * CONTEXT):
            cut = min(j, i + CONTEXT)
            yield [*group, (tag, i, cut, k, k + cut - i)]
            group = []
        if not is_last:
            cut = i if group else max(i, j - CONTEXT)
            group.append((tag, cut, j, m - (j - cut), m))
    if any(tag != "equal" for tag, *_ in group):
        yield group


def _lines(
    group: list[Opcode], old: Sequence[str], new: Sequence[str]
) -> Iterator[DiffLine]:
    for tag, i, j, k, m in group:
        if tag == "equal":
            for at in range(j - i):
                yield DiffLine("same", old[i + at], i + at + 1, k + at + 1)
            continue
        for at in range(i, j):
            yield DiffLine("removed", old[at], old=at + 1)
        for at in range(k, m):
            yield DiffLine("added", new[at], new=at + 1)

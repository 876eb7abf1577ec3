"""What changed between two texts."""

from console.core.diffs import unified_lines

BEFORE = "\n".join(f"line {number}" for number in range(20))


def told(before: str, after: str) -> list[tuple[str, str, int | None, int | None]]:
    return [
        (one.kind, one.text, one.old, one.new)
        for one in unified_lines(before, after, context=1)
    ]


def test_a_change_is_told_with_its_neighbors_and_gaps() -> None:
    after = BEFORE.replace("line 5\n", "LINE 5\n").replace("line 15\n", "")

    assert told(BEFORE, after) == [
        ("gap", "", None, None),
        ("same", "line 4", 5, 5),
        ("removed", "line 5", 6, None),
        ("added", "LINE 5", None, 6),
        ("same", "line 6", 7, 7),
        ("gap", "", None, None),
        ("same", "line 14", 15, 15),
        ("removed", "line 15", 16, None),
        ("same", "line 16", 17, 16),
    ]


def test_equal_texts_differ_in_nothing() -> None:
    assert told(BEFORE, BEFORE) == []


def test_a_new_text_is_all_added() -> None:
    assert told("", "a\nb") == [("added", "a", None, 1), ("added", "b", None, 2)]

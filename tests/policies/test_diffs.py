"""What changed between two texts."""

import time

from hypothesis import given
from hypothesis import strategies as st

from policies.selectors import count_changes, diff_lines, diff_texts
from policies.selectors.diffs import DiffLine
from tests.costs import ROOM

texts = st.lists(st.sampled_from("abcd"), max_size=30).map("\n".join)


def test_same_texts_have_no_difference() -> None:
    assert diff_lines("a\nb", "a\nb\n") == []
    assert diff_texts("", "") == ""


def test_a_change_is_shown_with_its_numbers() -> None:
    assert diff_lines("a\nb\nc", "a\nx\nc") == [
        DiffLine("same", "a", 1, 1),
        DiffLine("removed", "b", old=2),
        DiffLine("added", "x", new=2),
        DiffLine("same", "c", 3, 3),
    ]


def test_lines_far_from_any_change_are_left_out() -> None:
    before = "\n".join(map(str, range(20)))
    after = before.replace("\n1\n", "\none\n").replace("\n18\n", "\neighteen\n")

    assert diff_texts(before, after).splitlines() == [
        " 0",
        "-1",
        "+one",
        " 2",
        " 3",
        " 4",
        "@@",
        " 15",
        " 16",
        " 17",
        "-18",
        "+eighteen",
        " 19",
    ]


def test_a_gap_at_either_end_is_marked() -> None:
    before = "\n".join(map(str, range(20)))

    lines = diff_lines(before, before.replace("\n10\n", "\nten\n"))

    assert (lines[0].kind, lines[-1].kind) == ("gap", "gap")
    assert count_changes(lines) == (1, 1)


def test_an_added_end_has_no_gap_behind_it() -> None:
    assert diff_texts("a", "a\nb") == " a\n+b"
    assert diff_texts("", "b") == "+b"
    assert diff_texts("a", "") == "-a"


@given(texts, texts)
def test_the_new_text_is_the_old_one_changed(before: str, after: str) -> None:
    new, old = after.splitlines(), before.splitlines()
    lines = diff_lines(before, after)

    assert all(new[one.new - 1] == one.text for one in lines if one.new)
    assert all(old[one.old - 1] == one.text for one in lines if one.old)
    added, removed = count_changes(lines)
    assert len(new) - len(old) == added - removed


def test_texts_that_share_nothing_are_not_compared_for_ever() -> None:
    before = "\n".join(f"# {n}" for n in range(9000))
    after = "\n".join(f"# {n}" for n in reversed(range(9000)))

    started = time.process_time()
    lines = diff_lines(before, after)

    assert count_changes(lines) == (9000, 9000)
    assert time.process_time() - started < 2 * ROOM

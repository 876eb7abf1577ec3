"""Comments are found where they are, and nowhere else."""

from __future__ import annotations

import random

import pytest

from policies.language.comments import Comment, find_comments
from policies.language.errors import Report
from policies.language.nodes import to_json
from policies.language.source import compose

from . import random_policies, random_texts


def find(text: str) -> tuple[Comment, ...]:
    root = compose(text, Report())
    assert root is not None
    return find_comments(text, root)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b", []),
        ("# one\na: b # two\n# three", ["# one", "# two", "# three"]),
        ("a: 'x # y' # z", ["# z"]),
        ("a: x#y\n", []),
        ("a: |  # header\n  # text\n", ["# header"]),
        ("a: >-\n  # text\nb: 1 # c", ["# c"]),
        ("a: &x !!str |-  # header\n  text", ["# header"]),
        ("[a,#b\n c]", ["#b"]),
        ("a: !x b # c", ["# c"]),
        ("a: &b c\nd: *b # e", ["# e"]),
        ("%TAG ! tag:x # y\n--- # c\na: b", ["# y", "# c"]),
        ("a: b # \u00e9\u2028# d", ["# \u00e9", "# d"]),
        ("- &a [x, # c\n y]\n- *a # d", ["# c", "# d"]),
        ("a: # b  \nc: d", ["# b"]),
    ],
)
def test_finds_the_comments_of_a_text(text: str, expected: list[str]) -> None:
    assert [comment.text for comment in find(text)] == expected


def test_knows_where_a_comment_stands() -> None:
    beside, below_dash, alone = find("- a # b\n-   # c\n  - x\n  # d")

    assert (beside.column, beside.is_alone) == (4, False)
    assert (below_dash.column, below_dash.is_alone) == (4, True)
    assert (alone.column, alone.is_alone) == (2, True)


def test_finds_all_comments_and_nothing_but_comments() -> None:
    for seed in range(300):
        rng = random.Random(seed)
        text = random_texts.write(rng, random_policies.policy(rng))
        root = compose(text, Report())
        assert root is not None

        found = find_comments(text, root)

        assert len(found) == len(random_texts.COMMENT.findall(text))
        bare = text
        for comment in found:
            blank = " " * (comment.end - comment.start)
            bare = bare[: comment.start] + blank + bare[comment.end :]
        again = compose(bare, Report())
        assert again is not None
        assert to_json(again) == to_json(root)

"""Whatever the text is, reading, saying, warning and editing end in an orderly way."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from policies.language import (
    PolicyLanguageError,
    builder_tree,
    check,
    could_allow_anonymous,
    describe,
    format_policy,
    lint,
    merge_tree,
    parse,
    summary,
)
from policies.language.editing import EditingError, edit
from policies.language.editing.sheet import Sheet

from . import random_policies, random_texts

PIECES = (
    *("allow", "deny", "and", "or", "not", "nor", "email", "groups", "claim/a", "date"),
    *(": ", ":", "- ", "-", "\n", "\n  ", "\n    ", "\n      ", " ", "  ", ", ", ","),
    *("{", "}", "[", "]", "{}", "[]", "'", '"', "|\n", ">-\n", "# c\n", " # d", "? "),
    *("&a ", "*a", "<<: *a", "!!str ", "!x ", "---\n", "...\n", "%YAML 1.1\n", "\t"),
    *("a@b.c", "017", "true", "null", "~", "2030-01-31", "is", "in", "has", "\r\n"),
    *("\u2028", "\x85", "\ufeff", "\u00a0", "\x07", "é", "\U0001f600", "\\", "x" * 90),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def mutated(seed: int) -> str:
    """Return the text of a policy with pieces put in its text."""
    rng = random.Random(seed)
    text = random_texts.write(rng, random_policies.policy(rng))
    for _ in range(rng.randint(1, 4)):
        start = rng.randint(0, len(text))
        end = min(len(text), start + rng.choice((0, 0, 1, 2, 10)))
        text = text[:start] + rng.choice(PIECES) + text[end:]
    return text


def exercise(text: str) -> None:
    assert isinstance(check(text), tuple)
    try:
        formatted = format_policy(text)
    except PolicyLanguageError:
        pass
    else:
        assert format_policy(formatted) == formatted
    try:
        document = parse(text)
    except PolicyLanguageError:
        pass
    else:
        could_allow_anonymous(document)
        for problem in lint(document):
            if problem.fix is not None:
                parse(problem.fix.apply(document.source))
    try:
        sheet = Sheet.open(text)
    except PolicyLanguageError:
        return
    describe(sheet.document)
    summary(sheet.document)
    tree = builder_tree(sheet.document)
    assert merge_tree(text, tree).text == text.removeprefix("\ufeff")
    for block in tree["blocks"]:
        request = {"edit": "add-criterion", "at": block["id"], "name": "a", "data": 1}
        try:
            assert edit(text, request).text != text
        except EditingError as error:
            assert error.code == "no-such-place"  # noqa: PT017 -- both ways are right


@given(TEXTS)
def test_any_text_is_dealt_with(text: str) -> None:
    exercise(text)


@given(st.integers(0, 2**32))
def test_any_damaged_policy_is_dealt_with(seed: int) -> None:
    exercise(mutated(seed))

"""Texts that go to the builder's tree and back: what is not touched stays as it was.

Whoever opens the builder must lose nothing: no comment, no line, no meaning. Each text
is taken there and back unchanged, and once more with one criterion changed.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from policies.language import canonical, parse
from policies.language.builder import builder_tree, merge_tree
from policies.language.editing.sheet import Sheet
from tests.policies.language import random_policies, random_texts


def tree(text: str) -> dict[str, Any]:
    return builder_tree(Sheet.open(text).document)


def said(text: str) -> list[tuple[str, str, list[Any]]]:
    """Return each block of a policy: its action, operator and criteria."""
    return [
        (action, operator, criteria)
        for rule in canonical(parse(text))
        for action, body in rule.items()
        for operator, criteria in body.items()
    ]


def changeable(found: dict[str, Any]) -> list[tuple[dict[str, Any], int]]:
    """Return the criteria that the builder shows, each with its block."""
    return [
        (block, at)
        for block in found["blocks"]
        if block["kind"] == "block"
        for at, one in enumerate(block["criteria"])
        if one["kind"] == "criterion"
    ]


def check_round_trip(seed: int) -> None:
    rng = random.Random(seed)
    text = random_texts.write(rng, random_policies.policy(rng))
    found = tree(text)
    unchanged = merge_tree(text, found)
    assert unchanged.text == text, seed
    assert unchanged.edits == (), seed
    choices = changeable(found)
    if not choices:
        return
    block, at = rng.choice(choices)
    criterion = block["criteria"][at]
    before = sorted(map(repr, said(text)))
    members = [{each["key"]: each["data"]} for each in block["criteria"]]
    old = repr((block["action"], block["operator"], members))
    criterion["key"], criterion["data"] = "email", {"is": f"new{seed}@example.com"}
    members[at] = {criterion["key"]: criterion["data"]}
    new = repr((block["action"], block["operator"], members))

    merged = merge_tree(text, found)

    before.remove(old)
    assert sorted(map(repr, said(merged.text))) == sorted([*before, new]), seed
    check_comments(text, merged.text, criterion, seed)
    check_lines(text, merged.text, criterion, seed)


def check_comments(text: str, merged: str, changed: dict[str, Any], seed: int) -> None:
    """No comment is lost but between the words that were replaced; none is doubled."""
    was, now = random_texts.COMMENT.findall(text), random_texts.COMMENT.findall(merged)
    inside = set(random_texts.COMMENT.findall(changed["text"]))
    inside -= set(random_texts.COMMENT.findall(changed["comment"]))
    assert set(was) - inside <= set(now) <= set(was), seed
    assert len(now) == len(set(now)), seed


def check_lines(text: str, merged: str, criterion: dict[str, Any], seed: int) -> None:
    """What stands before and after the criterion's lines is there byte by byte."""
    lines, now = text.splitlines(keepends=True), merged.splitlines(keepends=True)
    before, after = criterion["line"] - 1, len(lines) - criterion["last_line"]
    assert now[:before] == lines[:before], seed
    assert now[len(now) - after :] == lines[len(lines) - after :], seed


def test_nothing_is_lost_on_the_way_there_and_back() -> None:
    for seed in range(200):
        check_round_trip(seed)


@pytest.mark.nightly
def test_nothing_is_lost_in_a_hundred_thousand_policies() -> None:
    for seed in range(200, 100_000):
        check_round_trip(seed)

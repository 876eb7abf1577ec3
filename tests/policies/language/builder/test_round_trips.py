"""Texts that go to the builder's tree and back: what is not touched stays as it was.

Whoever opens the builder must lose nothing: no comment, no line, no meaning. Each text
is taken there and back unchanged, and once more with one value changed.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from policies.language import canonical, parse
from policies.language.builder import builder_tree, merge_tree
from policies.language.editing.sheet import Sheet
from tests.policies.language import random_policies, random_texts

FREE = frozenset(
    {"user", "email", "domain", "groups", "claim", "http_path", "http_method"}
    | {"mcp_tool", "ssh_username"}
)


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
    """Return the shown criteria that take any text, each with its block."""
    return [
        (block, at)
        for block in found["blocks"]
        if block["kind"] == "block"
        for at, one in enumerate(block["criteria"])
        if one["kind"] == "criterion" and one["name"] in FREE
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
    criterion["data"] = altered(rng, criterion["data"], f"new{seed}")
    members[at] = {criterion["key"]: criterion["data"]}
    new = repr((block["action"], block["operator"], members))

    merged = merge_tree(text, found)

    before.remove(old)
    assert sorted(map(repr, said(merged.text))) == sorted([*before, new]), seed
    check_comments(text, merged.text, seed)
    check_lines(text, merged.text, criterion, seed)


def altered(rng: random.Random, data: Any, word: str) -> Any:
    """Return data in which one value is another, as somebody types it in a field."""
    if isinstance(data, dict) and data:
        key = rng.choice(list(data))
        return {**data, key: altered(rng, data[key], word)}
    if isinstance(data, list) and data:
        at = rng.randrange(len(data))
        return [*data[:at], altered(rng, data[at], word), *data[at + 1 :]]
    return [word] if isinstance(data, list) else word


def check_comments(text: str, merged: str, seed: int) -> None:
    """No comment is lost, and none doubled."""
    was = sorted(random_texts.COMMENT.findall(text))
    assert sorted(random_texts.COMMENT.findall(merged)) == was, seed


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

"""Random edits of random texts: the result means what the edit says, and no more."""

from __future__ import annotations

import copy
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from policies.language.editing import Edited, EditingError, edit
from policies.language.editing.sheet import Sheet
from policies.language.errors import PolicyLanguageError
from policies.language.grammar import Action
from policies.language.nodes import to_json
from tests.policies.language import hostile_texts, random_policies, random_texts

# A policy as the tests see it: rules in text order, each with its operators.
Model = list[tuple[str, dict[str, list[dict[str, Any]]]]]
REFUSALS = {"no-such-place", "operator-taken"}


def model_of(text: str) -> Model:
    value: Any = to_json(Sheet.open(text).root)
    objects = value if isinstance(value, list) else [value]
    return [(action, body) for rules in objects for action, body in rules.items()]


@dataclass
class Chosen:
    """An edit, and what the policy must be like after it."""

    request: dict[str, Any]
    model: Model


def choose(rng: random.Random, model: Model) -> Chosen | None:
    """Return a random edit of a policy, if there is something for it to change."""
    places = [
        (rule, operator, index)
        for rule, (_, body) in enumerate(model)
        for operator, criteria in body.items()
        for index in range(len(criteria))
    ]
    kind = rng.choice(
        ("set-data", "set-criterion", "remove", "duplicate", "move", "add", "keyword")
    )
    after = copy.deepcopy(model)
    name, data = next(iter(random_policies.criterion(rng).items()))
    if kind == "add":
        return _adding(rng, after, name, data)
    if not places:
        return None
    rule, operator, index = rng.choice(places)
    criteria = after[rule][1][operator]
    place = f"{rule}/{operator}/{index}"
    if kind == "set-data":
        (old,) = criteria[index]
        criteria[index] = {old: data}
        return Chosen({"edit": kind, "at": place, "data": data}, after)
    if kind == "set-criterion":
        criteria[index] = {name: data}
        return Chosen({"edit": kind, "at": place, "name": name, "data": data}, after)
    if kind == "remove":
        del criteria[index]
        return Chosen({"edit": "remove-criterion", "at": place}, after)
    if kind == "duplicate":
        criteria.insert(index, criteria[index])
        return Chosen({"edit": "duplicate-criterion", "at": place}, after)
    if kind == "move":
        other, target, _ = rng.choice(places)
        there = after[other][1][target]
        there.append(criteria.pop(index))
        to = f"{other}/{target}"
        return Chosen({"edit": "move-criterion", "at": place, "to": to}, after)
    return _renaming(rng, after, rule, operator)


def _adding(rng: random.Random, after: Model, name: str, data: Any) -> Chosen | None:
    blocks = [
        (rule, operator) for rule, (_, body) in enumerate(after) for operator in body
    ]
    if not blocks:
        return None
    rule, operator = rng.choice(blocks)
    criteria = after[rule][1][operator]
    index = rng.randint(0, len(criteria))
    criteria.insert(index, {name: data})
    request = {
        "edit": "add-criterion",
        "at": f"{rule}/{operator}",
        "name": name,
        "data": data,
        "index": index,
    }
    return Chosen(request, after)


def _renaming(rng: random.Random, after: Model, rule: int, operator: str) -> Chosen:
    new = rng.choice(random_policies.OPERATORS)
    action, body = after[rule]
    place = {"at": f"{rule}/{operator}", "operator": new}
    if new not in body or new == operator:
        after[rule] = (
            action,
            {new if one == operator else one: body[one] for one in body},
        )
    else:
        after.append((action, {new: body.pop(operator)}))
    return Chosen({"edit": "change-operator", **place}, after)


def assert_lines_outside_are_untouched(text: str, edited: Edited) -> None:
    old, new = text.splitlines(keepends=True), edited.text.splitlines(keepends=True)
    behind = len(new) - edited.last_line
    assert old[: edited.first_line - 1] == new[: edited.first_line - 1]
    assert old[len(old) - behind :] == new[len(new) - behind :]


def check_random_edits(seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(seed)
        text = random_texts.write(rng, random_policies.policy(rng))
        chosen = choose(rng, model_of(text))
        if chosen is None:
            continue

        edited = edit(text, chosen.request)

        assert model_of(edited.text) == chosen.model, (text, chosen.request)
        assert_lines_outside_are_untouched(text, edited)
        before, after = (
            Counter(random_texts.COMMENT.findall(one)) for one in (text, edited.text)
        )
        if chosen.request["edit"] in {
            "add-criterion",
            "move-criterion",
            "change-operator",
        }:
            assert before == after, (text, chosen.request)
        elif chosen.request["edit"] == "duplicate-criterion":
            assert before <= after, (text, chosen.request)
        else:
            assert after <= before, (text, chosen.request)


def test_random_edits_mean_what_they_say() -> None:
    check_random_edits(range(500))


@pytest.mark.nightly
def test_very_many_random_edits_mean_what_they_say() -> None:
    check_random_edits(range(500, 100_000))


def rows_of_criteria(text: str) -> list[tuple[int, int]]:
    sheet = Sheet.open(text)
    return [
        (sheet.row(node.span.start), sheet.row(node.span.end))
        for rule in sheet.document.rules
        for block in rule.operators
        for node in block.criteria
    ]


def test_an_edit_of_data_in_block_style_stays_on_the_lines_of_its_criterion() -> None:
    for seed in range(100):
        rng = random.Random(seed)
        writer = random_texts.Writer(rng)
        writer.flow = 0
        text = writer.document(random_policies.policy(rng))
        model = model_of(text)
        for rule, operator, index in [
            (rule, operator, index)
            for rule, (_, body) in enumerate(model)
            for operator, criteria in body.items()
            for index in range(len(criteria))
        ][:3]:
            (name,) = model[rule][1][operator][index]
            data = next(iter(random_policies.criterion(rng).values()))
            place = f"{rule}/{operator}/{index}"

            edited = edit(text, {"edit": "set-data", "at": place, "data": data})

            if edited.edits:
                old = text.splitlines(keepends=True)
                removed = len(old) - len(edited.text.splitlines()) + edited.last_line
                touched = range(edited.first_line - 1, removed)
                assert any(
                    first <= touched.start and touched.stop <= last + 1
                    for first, last in rows_of_criteria(text)
                ), (name, text)


@pytest.mark.parametrize("name", hostile_texts.TEXTS)
def test_is_quick_on_hostile_texts(name: str) -> None:
    def work(text: str) -> None:
        request = {"edit": "add-block", "action": Action.ALLOW, "operator": "and"}
        try:
            edit(text, request)
        except (EditingError, PolicyLanguageError):
            return

    hostile_texts.assert_harmless(work, hostile_texts.TEXTS[name])

"""The builder's view of a policy."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from policies.language import CRITERIA, Edition, Names, parse
from policies.language.builder import builder_tree, catalog
from policies.language.editing.sheet import Sheet
from tests.policies.language import hostile_texts, random_policies, random_texts

TEXT = """\
# who
allow:
  # people
  or:
    - user: {in: [u1, u2]}  # Ada
    - groups:
        has: g1
    - claim/team: {has: 017, exclude: blue}
  and: []
deny: {}
"""


def tree(text: str, names: Names | None = None) -> dict[str, Any]:
    return builder_tree(parse(text), names=names or Names())


def criterion(text: str) -> dict[str, Any]:
    found: dict[str, Any] = tree(f"allow: {{or: [{{{text}}}]}}")["blocks"][0]
    shown: dict[str, Any] = found["criteria"][0]
    return shown


def test_shows_each_operator_as_a_block() -> None:
    found = tree(TEXT, Names(groups={"g1": "Engineering"}, people={"u1": "Ada"}))

    first, second, empty = found["blocks"]
    assert found["is_editable"]
    assert {key: first[key] for key in first if key != "criteria"} == {
        "id": "0/or",
        "kind": "block",
        "action": "allow",
        "operator": "or",
        "words": "any of",
        "line": 4,
        "last_line": 8,
        "comment": "people",
    }
    assert (second["id"], second["criteria"]) == ("0/and", [])
    assert (empty["id"], empty["kind"], empty["line"]) == ("1", "opaque", 10)
    assert empty["text"] == "deny: {}"


def test_shows_each_criterion_with_its_widget_and_place() -> None:
    names = Names(groups={"g1": "Engineering"}, people={"u1": "Ada"})

    user, groups, claim = tree(TEXT, names)["blocks"][0]["criteria"]

    assert user == {
        "id": "0/or/0",
        "kind": "criterion",
        "key": "user",
        "name": "user",
        "sub_path": None,
        "label": "Person",
        "group": "who",
        "widget": "person",
        "data": {"in": ["u1", "u2"]},
        "tests": [
            {
                "operator": "in",
                "words": "is one of",
                "value": ["u1", "u2"],
                "texts": ["u1", "u2"],
                "names": ["Ada", None],
            }
        ],
        "sentence": "the person is one of Ada or u2",
        "text": "user: {in: [u1, u2]}",
        "line": 5,
        "last_line": 5,
        "comment": "Ada",
    }
    assert (groups["line"], groups["last_line"]) == (6, 7)
    assert groups["tests"][0]["names"] == ["Engineering"]
    assert (claim["key"], claim["sub_path"]) == ("claim/team", "team")
    assert [(test["value"], test["texts"]) for test in claim["tests"]] == [
        (15, ["017"]),
        ("blue", ["blue"]),
    ]


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ("email: a", [("is", "a")]),
        ("groups: a", [("has", "a")]),
        ("email: {}", []),
        ("accept: {x: [1]}", []),
        ("device: {type: any}", []),
        ("date: {after: 2030-01-31}", []),
        ("source_ip: [10.0.0.1]", []),
        ("source_ip: 10.0.0.1", []),
        ("day_of_week: {is: mon}", []),
        (
            "record: {type: a, field: b, '>=': 5, exists: true, in: [x]}",
            [(">=", 5), ("in", ["x"])],
        ),
    ],
)
def test_lists_the_tests_of_a_criterion(
    text: str, tests: list[tuple[str, Any]]
) -> None:
    shown = criterion(text)

    assert shown["kind"] == "criterion"
    assert [(one["operator"], one["value"]) for one in shown["tests"]] == tests


@pytest.mark.parametrize(
    "text",
    ["email: [a]", "email: {is: [a]}", "email: {in: [[a]]}", "groups: {has: {}}"],
)
def test_shows_what_no_widget_can_show_as_opaque(text: str) -> None:
    shown = criterion(text)

    assert (shown["kind"], shown["tests"], shown["text"]) == (
        "opaque",
        None,
        f"{{{text}}}",
    )


@pytest.mark.parametrize(
    "text",
    ["emial: a", "email: {like: a}", "device: 5", "source_ip: [[a]]", "record: 5"],
)
def test_shows_drafts_that_are_still_wrong(text: str) -> None:
    document = Sheet.open(f"allow: {{or: [{{{text}}}]}}").document

    shown = builder_tree(document)["blocks"][0]["criteria"][0]

    assert shown["kind"] == "opaque"


def test_shows_which_switches_are_on() -> None:
    assert tree("allow: {or: [accept: 1]}")["overrides"] == {
        "authenticated_user": False,
        "cors_preflight": False,
        "accept": True,
    }


def test_shows_rules_that_only_the_editor_can_change_as_opaque() -> None:
    text = "allow:\n  or: [&a {accept: 1},\n    *a]\ndeny: {}\n"

    found = tree(text)

    first, second = found["blocks"]
    assert not found["is_editable"]
    assert (first["kind"], first["id"]) == ("opaque", None)
    assert (first["line"], first["last_line"]) == (1, 3)
    assert first["text"] == "allow:\n  or: [&a {accept: 1},\n    *a]"
    assert second["text"] == "deny: {}"


def test_is_plain_data() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        text = random_texts.write(rng, random_policies.policy(rng))

        found = tree(text)

        assert json.loads(json.dumps(found)) == found


def test_offers_every_criterion_with_its_operators() -> None:
    offered = catalog()

    assert [one["name"] for one in offered["criteria"]] == list(CRITERIA.by_name)
    assert [one["words"] for one in offered["operators"]] == [
        "all of",
        "any of",
        "none of",
        "not all of",
    ]
    (email,) = [one for one in offered["criteria"] if one["name"] == "email"]
    assert email["implied"] == "is"
    assert email["tests"][2] == {
        "operator": "in",
        "words": "is one of",
        "takes_list": True,
    }
    assert json.dumps(offered)


def test_offers_only_what_an_edition_knows() -> None:
    names = [one["name"] for one in catalog(edition=Edition.CORE)["criteria"]]

    assert "record" not in names
    assert "email" in names


@pytest.mark.parametrize("name", hostile_texts.TEXTS)
def test_is_quick_on_hostile_texts(name: str) -> None:
    report_free = hostile_texts.document(hostile_texts.TEXTS[name])

    def work(_: str) -> None:
        if report_free is not None:
            json.dumps(builder_tree(report_free))

    hostile_texts.assert_harmless(work, name)

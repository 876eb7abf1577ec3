"""The way from the builder's tree back to the text."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from policies.language import canonical, parse
from policies.language.builder import builder_tree, merge_tree
from policies.language.editing import EditingError
from policies.language.editing.sheet import Sheet
from tests.policies.language import random_policies, random_texts

TEXT = """\
# who
allow:
  # people
  or:
    - user: u1  # Ada
    # all of them
    - domain: example.com
    - email:
        is: x  # X
  and:
    - accept: true
"""


def tree(text: str) -> dict[str, Any]:
    return builder_tree(Sheet.open(text).document)


def without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_ids(item) for key, item in value.items() if key != "id"}
    return [without_ids(item) for item in value] if isinstance(value, list) else value


def alternatives(text: str) -> list[Any]:
    """Return what a policy says, without how it is spread over rules."""
    blocks = [
        (rule_action, operator, criteria)
        for rule in canonical(parse(text))
        for rule_action, body in rule.items()
        for operator, criteria in body.items()
    ]
    return sorted(blocks, key=repr)


def test_changes_nothing_when_nothing_was_changed() -> None:
    for seed in range(300):
        rng = random.Random(seed)
        text = random_texts.write(rng, random_policies.policy(rng))

        merged = merge_tree(text, tree(text))

        assert merged.text == text
        assert merged.edits == ()


def test_touches_only_the_line_of_what_was_changed() -> None:
    changed = tree(TEXT)
    changed["blocks"][0]["criteria"][1]["data"] = {"is": "example.org"}

    merged = merge_tree(TEXT, changed)

    assert merged.text == TEXT.replace(
        "    - domain: example.com\n", "    - domain:\n        is: example.org\n"
    )


def test_removes_moves_adds_and_comments() -> None:
    changed = tree(TEXT)
    user, domain, email = changed["blocks"][0]["criteria"]
    user["comment"] = "Ada\nLovelace"
    new = {"key": "groups", "data": {"has": "g"}, "comment": "new"}
    changed["blocks"][0]["criteria"] = [email, new, user, copy.deepcopy(email)]
    changed["blocks"][0]["comment"] = "some people"
    changed["blocks"][1]["criteria"].append(domain)

    merged = merge_tree(TEXT, changed)

    assert (
        merged.text
        == """\
# who
allow:
  # some people
  or:
    - email:
        is: x  # X
    # new
    - groups:
        has: g
    # Ada
    # Lovelace
    - user: u1
    # X
    - email: {is: x}
  and:
    - accept: true
    # all of them
    - domain: example.com
""".replace("- email: {is: x}", "- email:\n        is: x")
    )


def test_adds_and_removes_blocks() -> None:
    changed = tree(TEXT)
    second = changed["blocks"][1]
    changed["blocks"] = [
        {"action": "deny", "operator": "or", "criteria": [], "comment": "none"},
        second,
        {**second, "operator": "nor"},
    ]

    merged = merge_tree(TEXT, changed)

    assert alternatives(merged.text) == [
        ("allow", "and", [{"accept": True}]),
        ("allow", "nor", [{"accept": True}]),
    ]
    assert "# none\n  or: []" in merged.text


def test_changes_keywords_and_actions() -> None:
    changed = tree(TEXT)
    changed["blocks"][0]["operator"] = "and"
    changed["blocks"][1]["action"] = "deny"

    merged = merge_tree(TEXT, changed)

    assert merged.text == (
        "# who\nallow:\n  # people\n  and:\n    - user: u1  # Ada\n    # all of them\n"
        "    - domain: example.com\n    - email:\n        is: x  # X\n"
        "deny:\n  and:\n    - accept: true\n"
    )


def test_finds_the_other_blocks_after_a_rule_is_gone() -> None:
    text = (
        "- allow: {or: [user: a]}\n- allow: {or: [user: b]}\n- deny: {or: [user: c]}\n"
    )
    changed = tree(text)
    del changed["blocks"][0]
    changed["blocks"][0]["criteria"][0]["data"] = "x"
    changed["blocks"][1]["operator"] = "not"

    merged = merge_tree(text, changed)

    assert merged.text == "- allow: {or: [user: x]}\n- deny: {not: [user: c]}\n"


def test_leaves_opaque_blocks_alone() -> None:
    text = "allow: {} # x\ndeny: {or: [user: [a]]}\n"
    changed = tree(text)
    changed["blocks"] = [one for one in changed["blocks"] if one["kind"] == "block"]

    assert merge_tree(text, changed).text == text


def test_tells_true_from_one() -> None:
    changed = tree("allow: {or: [accept: true]}")
    changed["blocks"][0]["criteria"][0]["data"] = 1

    assert merge_tree("allow: {or: [accept: true]}", changed).text == (
        "allow: {or: [accept: 1]}"
    )


def test_writes_a_policy_from_nothing() -> None:
    for seed in range(150):
        rng = random.Random(seed)
        text = random_texts.write(rng, random_policies.policy(rng))

        merged = merge_tree("", without_ids(tree(text)))

        if merged.text:
            assert alternatives(merged.text) == alternatives(text), text


def check_random_changes(seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(seed)
        text = random_texts.write(rng, random_policies.policy(rng))
        changed = tree(text)
        blocks = [one for one in changed["blocks"] if one["kind"] == "block"]
        if not blocks:
            continue
        criteria = rng.choice(blocks)["criteria"]
        rng.shuffle(criteria)
        name, data = next(iter(random_policies.criterion(rng).items()))
        criteria[: rng.randint(0, 1)] = [{"key": name, "data": data}]
        wanted = sorted(
            repr((one["action"], one["operator"], members))
            for one in blocks
            if (members := [{each["key"]: each["data"]} for each in one["criteria"]])
        )

        merged = merge_tree(text, changed)

        assert [repr(one) for one in alternatives(merged.text)] == wanted, text
        again = tree(merged.text)
        assert merge_tree(merged.text, again).edits == ()


def test_random_changes_arrive_in_the_text() -> None:
    check_random_changes(range(200))


@pytest.mark.nightly
def test_very_many_random_changes_arrive_in_the_text() -> None:
    check_random_changes(range(200, 100_000))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({}, "bad-tree"),
        ({"blocks": [5]}, "bad-tree"),
        ({"blocks": [{"action": "permit", "operator": "or"}]}, "bad-tree"),
        ({"blocks": [{"action": "allow", "operator": "xor"}]}, "bad-tree"),
        ({"blocks": [{"action": "allow", "operator": "or"}]}, "bad-tree"),
        (
            {"blocks": [{"action": "allow", "operator": "or", "criteria": [5]}]},
            "bad-tree",
        ),
        (
            {
                "blocks": [
                    {"action": "allow", "operator": "or", "criteria": [{"data": 5}]}
                ]
            },
            "bad-tree",
        ),
        (
            {
                "blocks": [
                    {
                        "action": "allow",
                        "operator": "or",
                        "criteria": [{"key": "", "data": 5}],
                    }
                ]
            },
            "bad-tree",
        ),
        ({"blocks": [{"kind": "block"}] * 501}, "bad-tree"),
    ],
)
def test_refuses_trees_that_make_no_sense(value: dict[str, Any], code: str) -> None:
    with pytest.raises(EditingError) as refused:
        merge_tree(TEXT, value)

    assert refused.value.code == code


def test_refuses_too_many_changes_of_a_long_text() -> None:
    text = "# " + "x" * 60_000 + "\nallow: {or: [" + "user: a, " * 30 + "]}\n"
    changed = tree(text)
    for one in changed["blocks"][0]["criteria"]:
        one["data"] = "b"

    with pytest.raises(EditingError) as refused:
        merge_tree(text, changed)

    assert refused.value.code == "too-many-changes"

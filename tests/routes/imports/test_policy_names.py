"""Names for policies, made from what they mean."""

import pytest

from policies import language
from routes.imports.policy_names import MAX_LENGTH, name_policy


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("allow: {or: [{domain: {is: a.com}}]}", "Employees of a.com"),
        ("allow: {and: [{domain: a.com}]}", "Employees of a.com"),
        (
            "allow: {or: [{email: alice@a.com}, {email: {is: bob.smith@a.com}}]}",
            "Alice and Bob Smith at a.com",
        ),
        (
            "allow: {or: [{email: a1@a.com}, {email: {is: eve@b.com}}]}",
            "a1 at a.com or Eve at b.com",
        ),
        ("allow: {or: [{accept: true}]}", "Public access"),
        ("allow: {or: [{authenticated_user: true}]}", "Any signed-in person"),
        ("allow: {or: [{cors_preflight: true}]}", "CORS preflight requests"),
        ("allow: {or: [{groups: {has: crew}}]}", "Group Deck crew"),
        ("allow: {or: [{groups: a}, {groups: b}]}", "Groups a and b"),
        ("allow: {or: [{claim/team: x}]}", "Anyone whose team claim is x"),
        (
            "allow: {and: [{groups: crew}, {domain: a.com}, {source_ip: 10.0.0.0/8}]}",
            "Group Deck crew of a.com from 10.0.0.0/8",
        ),
        (
            "allow: {or: [{domain: a.com}]}\ndeny: {or: [{mcp_tool: {is: drop}}]}",
            "Employees of a.com, but not the tool drop",
        ),
        (
            "deny: {or: [{email: {starts_with: x}}]}",
            "Keep out anyone with address starting with x",
        ),
        ("allow: {not: [{domain: a.com}]}", "Everybody but employees of a.com"),
        (
            "[{allow: {or: [{domain: a.com}]}}, {allow: {or: [{groups: x}]}}]",
            "Employees of a.com or group x",
        ),
        (
            "allow: {or: [{domain: a.com}, {domain: b.com}, {domain: c}, {domain: d}]}",
            "Employees of a.com, b.com and 2 others",
        ),
        (
            "allow: {or: [{user: {is: x@a.com}}, {email: {is: x@a.com}}]}",
            "X at a.com",
        ),
    ],
)
def test_says_what_a_policy_means(source: str, name: str) -> None:
    document = language.parse(source)

    assert name_policy(document, group_names={"crew": "Deck crew"}) == name


@pytest.mark.parametrize(
    "source",
    [
        "allow: {or: [{domain: {not: a.com}}]}",
        "allow: {nor: [{domain: a.com}, {domain: b.com}]}",
        "allow: {or: [{http_path: {contains: x, starts_with: y}}]}",
        "allow: {or: [{claim/x: 5}]}",
        'allow: {or: [{email: "a\\nb"}]}',
        "allow: {or: [{domain: " + "x" * 90 + "}]}",
        "[{allow: {or: [{domain: a}, {groups: b}, {claim/c: d}, {user: e}]}}]",
    ],
)
def test_says_nothing_rather_than_something_wrong(source: str) -> None:
    assert name_policy(language.parse(source)) == ""


def test_no_name_is_too_long() -> None:
    people = ", ".join(f"{{email: person-{n}@a.com}}" for n in range(40))

    name = name_policy(language.parse(f"allow: {{or: [{people}]}}"))

    assert name == "person-0, person-1 and 38 others at a.com"
    assert len(name) <= MAX_LENGTH

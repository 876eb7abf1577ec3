"""Documents that mean the same have the same key."""

from __future__ import annotations

import pytest

from policies.language import canonical, meaning_key, parse

A, B, C = "email: a@x", "groups: b", "claim/c: d"


def key(text: str) -> str:
    return meaning_key(parse(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"allow: {{or: [{A}, {B}]}}", f"allow: {{or: [{B}, {A}, {A}]}}"),
        (f"allow: {{and: [{A}, {B}]}}", f"allow: {{and: [{B}, {A}, {A}]}}"),
        (
            f"allow: {{or: [{A}, {B}]}}",
            f"[allow: {{or: [{B}]}}, allow: {{and: [{A}]}}]",
        ),
        (
            f"allow: {{nor: [{A}, {B}]}}",
            f"[allow: {{not: [{A}]}}, allow: {{nor: [{B}]}}]",
        ),
        (f"allow: {{and: [{A}], or: [{B}]}}", f"allow: {{or: [{A}, {B}]}}"),
        ("allow: {or: [email: a@x]}", "allow: {or: [email: {is: A@X}]}"),
        (
            "allow: {or: [email: {in: [a, b]}]}",
            "allow: {or: [email: {in: [b, a, B]}]}",
        ),
        ("allow: {or: [user: 017]}", "allow: {or: [user: '017']}"),
        (
            "allow: {or: [email: {starts_with: a, ends_with: b}]}",
            "allow: {or: [email: {ends_with: b, starts_with: a}]}",
        ),
        ("allow: {or: [accept: true]}", "allow: {or: [accept: 1]}"),
        ("allow: {or: [accept/x: true]}", "allow: {or: [accept: true]}"),
        (
            "allow: {or: [source_ip: 10.1.2.3/8]}",
            "allow: {or: [source_ip: 10.0.0.0/8]}",
        ),
        ("allow: {or: [claim/x: 5]}", "allow: {or: [claim/x: 5.0]}"),
        ("allow: {or: [claim/x: 1.5]}", "allow: {or: [claim/x: 15e-1]}"),
        ("allow: {or: [claim/x: 1e20]}", f"allow: {{or: [claim/x: 1{'0' * 20}]}}"),
        ("allow: {or: [claim/x: [1]]}", "allow: {or: [claim/x: {has: [1]}]}"),
        (
            "allow: {or: [date: {after: 2020-01-01}]}",
            "allow: {or: [date: {after: '2020-01-01T01:00:00+01:00'}]}",
        ),
        ("[allow: {}, deny: {or: []}]", "{deny: {}, allow: {and: []}}"),
    ],
)
def test_spelling_does_not_change_the_key(one: str, other: str) -> None:
    assert key(one) == key(other)


DIFFERENT = [
    "{}",
    "allow: {}",
    f"allow: {{or: [{A}, {B}]}}",
    f"allow: {{and: [{A}, {B}]}}",
    f"allow: {{not: [{A}, {B}]}}",
    f"allow: {{nor: [{A}, {B}]}}",
    f"deny: {{or: [{A}, {B}]}}",
    f"allow: {{or: [{A}, {C}]}}",
    "allow: {or: [user: a@x]}",
    "allow: {or: [user: '1']}",
    "allow: {or: [claim/x: 1]}",
    "allow: {or: [claim/x: true]}",
    "allow: {or: [claim/x: '1']}",
    "allow: {or: [claim/y: 1]}",
    "allow: {or: [claim/x: {has: {a: 1}}]}",
    "allow: {or: [authenticated_user: true]}",
]


def test_different_meanings_have_different_keys() -> None:
    keys = {key(text) for text in DIFFERENT}

    assert len(keys) == len(DIFFERENT)


def test_the_key_is_a_sha_256() -> None:
    assert len(bytes.fromhex(key("{}"))) == 32


def test_the_canonical_form_is_that_of_core() -> None:
    document = parse("deny: {or: []}\nallow: {nor: [claim/a/b: 1.0], and: [accept: ]}")

    assert canonical(document) == [
        {"allow": {"and": [{"accept": None}], "nor": [{"claim/a/b": 1}]}},
        {"deny": {}},
    ]

"""The canonical form of a policy text."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.language import (
    PolicyLanguageError,
    canonical,
    format_policy,
    meaning_key,
    parse,
)

from . import hostile_texts, random_policies, random_texts

MIXED = """\
# head
allow:   # who
 or:
 # people
 - email: "ada@example.com"   # Ada
 - {domain: 'example.com'}
 -  # dash
   user:
     is: '017'

 # - email: old


deny:
    nor: [accept: true, reject: 1, # x
       # y
       claim/a: {has: [1, "a: b"], exclude: {}}] # z
   # end

# fin
"""
FORMATTED = """\
# head
allow:  # who
  or:
    # people
    - email: ada@example.com  # Ada
    - domain: example.com
    # dash
    - user:
        is: "017"

  # - email: old

deny:
  nor:
    - accept: true
    - reject: 1  # x
    # y
    - claim/a:
        has:
          - 1
          - "a: b"
        exclude: {}  # z
# end

# fin
"""


def test_has_one_canonical_form() -> None:
    assert format_policy(MIXED) == FORMATTED
    assert format_policy(FORMATTED) == FORMATTED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", "{}\n"),
        ("[]", "[]\n"),
        ("- allow: {}", "allow: {}\n"),
        ("- allow: {}\n- deny: {}", "- allow: {}\n- deny: {}\n"),
        ("- {}", "{}\n"),
        ("deny: {}\nallow: {}", "deny: {}\nallow: {}\n"),
        ("\ufeffallow: {}", "allow: {}\n"),
        ("---\nallow: {}\n...\n", "allow: {}\n"),
        ("allow:\r\n  or: []\r\n", "allow:\n  or: []\n"),
        ("a: \n", "a: null\n"),
        ("a: ~", "a: null\n"),
        ("a: TRUE", "a: TRUE\n"),
        ("a: 017", "a: 017\n"),
        ("a: 2030-01-31", "a: 2030-01-31\n"),
        ("a: 'b'", "a: b\n"),
        ("a: 'b: c'", 'a: "b: c"\n'),
        ("a: >\n b\n c\n", 'a: "b c\\n"\n'),
        ("a: b\n  c", "a: b c\n"),
        ("a: !!str 5", 'a: "5"\n'),
        ('a: !!int "5"', "a: !!int 5\n"),
        ("a: !!float 5", "a: !!int 5\n"),
        ("a: !!float 1.50", "a: !!float 1.5\n"),
        ("a: !!bool 'true'", "a: !!bool true\n"),
        ("- - a\n  - b\n- [[c]]", "- - a\n  - b\n- - - c\n"),
        ("? a\n: b", "a: b\n"),
    ],
)
def test_writes_every_value_in_one_way(text: str, expected: str) -> None:
    assert format_policy(text) == expected
    assert format_policy(expected) == expected


def test_writes_out_what_anchors_stand_for() -> None:
    text = (
        "- allow: {or: [&a {email: x}, *a]} # c\n"
        "- deny: {<<: {or: [*a]}, and: [accept: 1]} # d\n"
    )

    assert format_policy(text) == (
        "- allow:\n    or:\n      - email: x  # c\n      - email: x\n"
        "- deny:\n    and:\n      - accept: 1  # d\n    or:\n      - email: x\n"
    )


def test_keeps_a_comment_that_ends_a_block_with_that_block() -> None:
    text = "allow:\n  or:\n  - user: a\n  # - user: b\n\n  # about or\ndeny: {}\n"

    assert format_policy(text) == (
        "allow:\n  or:\n    - user: a\n    # - user: b\n\n    # about or\ndeny: {}\n"
    )


def test_gives_comments_that_would_share_a_line_their_own() -> None:
    text = "allow: {or: [user: a, # b\n # c\n ]} # d\n"

    assert format_policy(text) == (
        "allow:\n  or:\n    - user: a  # b\n    # c\n    # d\n"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("allow: [", "yaml-syntax"),
        ("", "empty-document"),
        ("a: 1\na: 2", "duplicate-key"),
        ("a: 1\n---\nb: 2", "further-document"),
        (b"\xff", "not-utf-8"),
        ("a: !!int x", "bad-tag"),
        ("[" + "&a {}, " * 150 + "{a: 1, a: 2}]", "duplicate-key"),
        ("[&a " + "x" * 60_000 + ", *a]", "too-large"),
        ("{a: {b: {c: [" + ("é" * 30 + ", ") * 1_000 + "]}}}", "too-large"),
        ("[{a: " + "'" + "\u2028" * 15_000 + "'}]", "too-large"),
    ],
)
def test_refuses_what_it_would_damage(text: str | bytes, code: str) -> None:
    with pytest.raises(PolicyLanguageError) as refused:
        format_policy(text)

    assert {problem.code for problem in refused.value.problems} == {code}


def check_random_policies(seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(seed)
        text = random_texts.write(rng, random_policies.policy(rng))
        document = parse(text)

        formatted = format_policy(text)

        again = parse(formatted)
        assert canonical(again) == canonical(document), text
        assert meaning_key(again) == meaning_key(document), text
        assert format_policy(formatted) == formatted, text
        comments = random_texts.COMMENT.findall(formatted)
        assert sorted(comments) == sorted(random_texts.COMMENT.findall(text)), text


def test_keeps_meaning_and_comments_of_random_policies() -> None:
    check_random_policies(range(1_000))


@pytest.mark.nightly
def test_keeps_meaning_and_comments_of_very_many_random_policies() -> None:
    check_random_policies(range(1_000, 100_000))


@given(st.text("ab1:-,#[]{}&*!|>'\"%@?\\ \n\t~<\r\x85\u2028", max_size=40))
def test_formats_or_refuses_any_text(text: str) -> None:
    try:
        formatted = format_policy(text)
    except PolicyLanguageError:
        return

    assert format_policy(formatted) == formatted


def _format(text: str) -> None:
    try:
        format_policy(text)
    except PolicyLanguageError:
        return


@pytest.mark.parametrize("name", hostile_texts.TEXTS)
def test_is_quick_on_hostile_texts(name: str) -> None:
    hostile_texts.assert_harmless(_format, hostile_texts.TEXTS[name])

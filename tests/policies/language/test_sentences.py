"""Policies in plain English."""

from __future__ import annotations

import random
import time

import pytest

from policies.language import CRITERIA, Action, Names, describe, parse, summary
from policies.language.criteria.record import NumberOperator
from policies.language.errors import Report
from policies.language.grammar import PolicyDocument, read_document
from policies.language.matchers import ListOperator, TextOperator
from policies.language.source import compose
from policies.language.wording import PHRASES
from tests.costs import ROOM

from . import random_policies
from .random_policies import json_text

NAMES = Names(
    groups={"g1": "Engineering"},
    people={"u1": "Ada Lovelace"},
    device_types={"enclave_only": "Secure enclave"},
)
KEY = random_policies.SSH_KEY
PRINT = random_policies.FINGERPRINT


def said(criterion: str, names: Names = NAMES) -> str:
    """Return what a criterion says, without the beginning of the sentence."""
    document = parse(f"allow: {{or: [{{{criterion}}}]}}")
    return describe(document, names=names)[0].text.removeprefix("Allow when ")


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ("accept: 1", "anyone asks, signed in or not"),
        ("reject: 1", "no one asks, ever"),
        ("authenticated_user: 1", "the person is signed in"),
        ("user: u1", "the person is Ada Lovelace"),
        ("user: {in: [u1, u2]}", "the person is one of Ada Lovelace or u2"),
        ("user: {}", "the person is anyone signed in"),
        ("email: {not: a@example.com}", "the email address is not a@example.com"),
        ("email: {}", "the email address is anything"),
        ("domain: {in: [a.com]}", "the email domain is a.com"),
        ("domain: {not_in: [a.com]}", "the email domain is not a.com"),
        ("domain: {not_in: [a, b]}", "the email domain is none of a or b"),
        ("domain: {in: []}", "the email domain is one of none at all"),
        ("claim/team: red", "the claim team has red"),
        ("claim/team: {is: red}", "the claim team is just red"),
        ("claim/team: {exclude: 5}", "the claim team does not have 5"),
        ("claim/team: {}", "the claim team is anything, even missing"),
        ("claim: x", "the claim “” has x"),
        ("groups: g1", "the person is in Engineering"),
        ("groups: {is: g1}", "the person is in Engineering and in no other group"),
        ("groups: {exclude: g9}", "the person is not in g9"),
        ("groups: {}", "the person is in the directory"),
        ("http_method: {in: [GET, HEAD]}", "the method is one of GET or HEAD"),
        ("http_path: {starts_with: /a/}", "the path starts with /a/"),
        (
            "http_path: {contains: a, ends_with: b}",
            "the path contains a and ends with b",
        ),
        ("cors_preflight: 1", "the request is a CORS preflight"),
        ("source_ip: 10.0.0.1", "the source address is 10.0.0.1"),
        ("source_ip: [10.0.0.0/8]", "the source address is in 10.0.0.0/8"),
        ("source_ip: []", "the source address is none at all"),
        ("pomerium_routes: 1", "the path belongs to the control plane"),
        ("client_certificate: {}", "the client presents a certificate"),
        (
            f"client_certificate: {{fingerprint: {PRINT}, san_dns: {{is: a}}}}",
            (
                "the client presents a certificate and its fingerprint is "
                f"{PRINT} and a DNS name in it is a"
            ),
        ),
        ("invalid_client_certificate: 1", "the client has no trusted certificate"),
        ("device: {type: any}", "the device is registered"),
        (
            "device: {type: enclave_only, approved: true}",
            "the device is registered as Secure enclave and approved",
        ),
        ("device: {is: 5V, approved: 0}", "the device is 5V and not approved"),
        ("device: {}", "the device is anything, even missing"),
        (f"ssh_publickey: {KEY}", "the SSH key is ada@laptop (ssh-ed25519 …nBDdfCcb)"),
        (
            f"ssh_publickey: {KEY} of hers",
            "the SSH key is ada@laptop of hers (ssh-ed25519 …nBDdfCcb)",
        ),
        (
            f"ssh_ca: [{KEY.rpartition(' ')[0]}]",
            "the SSH certificate is signed by ssh-ed25519 …nBDdfCcb",
        ),
        ("ssh_username: root", "the SSH user name is root"),
        (
            "ssh_username_matches_email: 1",
            "the SSH user name is that of the email address",
        ),
        (
            "ssh_username_matches_claim: login",
            "the SSH user name is in the claim login",
        ),
        ("mcp_tool: query", "the MCP tool is query"),
        ("date: {after: 2030-01-31}", "the date is after 2030-01-31"),
        ("day_of_week: '*'", "the day (in UTC) is any"),
        (
            "day_of_week: {is: 'mon-fri, Sun'}",
            "the day (in UTC) is Monday to Friday or Sunday",
        ),
        (
            "time_of_day: {timezone: UTC, after: 9:00, before: 5PM}",
            "the time in UTC is after 9:00 and before 5PM",
        ),
        (
            "record: {type: geo, field: country, is: AT}",
            "the field country of the record geo is AT",
        ),
        ("record: {type: geo, exists: true}", "the record geo exists"),
        ("record: {type: geo, exists: false}", "the record geo does not exist"),
    ],
)
def test_says_a_criterion(criterion: str, expected: str) -> None:
    assert said(criterion) == expected


def test_has_a_phrase_for_every_criterion() -> None:
    assert set(PHRASES) == set(CRITERIA.by_name)


@pytest.mark.parametrize("operator", TextOperator)
def test_has_words_for_every_text_operator(operator: TextOperator) -> None:
    operand = "[a, b]" if operator in {"in", "not_in"} else "a"
    phrase = said(f"email: {{{operator}: {operand}}}").removeprefix(
        "the email address "
    )

    assert phrase.endswith((" a", " a or b"))
    assert "_" not in phrase


@pytest.mark.parametrize("operator", ListOperator)
def test_has_words_for_every_list_operator(operator: ListOperator) -> None:
    assert f"{operator}:" not in said(f"groups: {{{operator}: a}}")
    assert "{" not in said(f"claim/x: {{{operator}: a}}")


@pytest.mark.parametrize("operator", NumberOperator)
def test_has_words_for_every_number_operator(operator: NumberOperator) -> None:
    phrase = said(f"record: {{type: risk, field: score, '{operator}': 5}}")

    assert phrase.endswith(" 5")
    assert f"{operator} 5" not in phrase


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a; the person is Ada", "“a; the person is Ada”"),
        ("”; x", '“"; x”'),
        ("", "“”"),
        (" a", "“ a”"),
        ("a\u202eb", "a\ufffdb"),
        ("a\nb", "a\ufffdb"),
        ("x" * 200, "x" * 120 + "…"),
        (None, "nothing"),
        (True, "true"),
        (1.5, "1.5"),
        ([1, [2]], "a list"),
        ({"in": [list(range(20))]}, "a list"),
        (
            {"in": [str(number) for number in range(20)]},
            "one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 or 8 more",
        ),
        ({"not": {"a": 1}}, "not a mapping"),
    ],
)
def test_shows_a_value_so_that_it_cannot_pass_for_words(
    value: object, expected: str
) -> None:
    assert said(f"email: {json_text(value)}") == f"the email address is {expected}"


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("and: [accept: 1]", "Allow when anyone asks, signed in or not"),
        ("not: [user: a]", "Allow unless the person is a"),
        ("nor: [user: a]", "Allow unless the person is a"),
        (
            "or: [user: a, user: b]",
            "Allow when any of: the person is a; the person is b",
        ),
        (
            "and: [user: a, user: b]",
            "Allow when all of: the person is a; the person is b",
        ),
        (
            "not: [user: a, user: b]",
            "Allow when none of: the person is a; the person is b",
        ),
        (
            "nor: [user: a, user: b]",
            "Allow when not all of: the person is a; the person is b",
        ),
    ],
)
def test_says_how_criteria_are_combined(block: str, expected: str) -> None:
    assert describe(parse(f"allow: {{{block}}}"))[0].text == expected


def test_says_one_sentence_for_each_alternative() -> None:
    text = "allow: {or: [user: a], and: [user: b]}\ndeny: {}\n"

    found = describe(parse(text))

    assert [(one.action, one.operator, one.text) for one in found] == [
        (Action.ALLOW, "and", "Allow when the person is b"),
        (Action.ALLOW, "or", "Allow when the person is a"),
        (Action.DENY, None, "Deny nobody: the rule is empty"),
    ]


def test_links_each_clause_to_its_text() -> None:
    text = "allow:\n  or:\n    - user: a\n    - email: b\n"

    (sentence,) = describe(parse(text))

    assert [text[one.span.start : one.span.end] for one in sentence.clauses] == [
        "user: a",
        "email: b",
    ]
    assert text[sentence.span.start : sentence.span.end] == text[9:-1]


def test_sums_up_on_one_line() -> None:
    users = ", ".join(f"user: {name}" for name in "abcde")
    text = f"allow: {{or: [{users}], not: [user: z]}}\ndeny: {{and: [accept: 1]}}"

    assert summary(parse(text), names=Names(people={"a": "Ada"})) == (
        "Allow when any of: the person is Ada, the person is b, the person is c"
        " and 2 more; allow unless the person is z; deny when anyone asks, signed in"
        " or not"
    )


def test_counts_what_does_not_fit_the_line() -> None:
    rules = ", ".join(f"{{allow: {{or: [user: {'x' * 100}]}}}}" for _ in range(9))

    assert summary(parse(f"[{rules}]")).endswith("; and 8 more")
    assert summary(parse("[]")) == "No rule, so nobody is allowed"


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ("emial: a", "the criterion emial holds"),
        ("email: {like: a}", "the email address like a"),
        ("groups: {like: a}", "the person like a"),
        ("groups: {'{0}': '{}'}", "the person {0} {}"),
        ("claim/team: {like: a}", "the claim team like a"),
        ("device: 5", "the device is anything, even missing"),
        ("date: 5", "the date is anything"),
        ("day_of_week: []", "the day (in UTC) is “”"),
        ("time_of_day: {after: 9:00}", "the time is after 9:00"),
        ("client_certificate: {x: y}", "the client presents a certificate and x y"),
        ("record: {}", "the record is anything"),
        ("ssh_ca: ''", "the SSH certificate is signed by “”"),
        ("ssh_ca: nonsense", "the SSH certificate is signed by nonsense"),
    ],
)
def test_can_say_a_draft_that_is_still_wrong(criterion: str, expected: str) -> None:
    assert describe(read(f"allow: {{or: [{criterion}]}}"))[0].text == (
        f"Allow when {expected}"
    )


def read(text: str) -> PolicyDocument:
    report = Report()
    root = compose(text, report)
    assert root is not None
    return read_document(root, text, report)


def test_says_any_policy() -> None:
    rng = random.Random(3)

    for _ in range(300):
        document = parse(json_text(random_policies.policy(rng)))

        found = describe(document, names=NAMES)

        assert all("\n" not in one.text for one in found)
        assert "\n" not in summary(document)


def test_is_quick_on_what_aliases_stand_for() -> None:
    items = ", ".join(["*a"] * 400)
    document = read(f"allow: {{or: [&a {{email: {'x' * 50_000}}}, {items}]}}")

    started = time.process_time()
    (sentence,) = describe(document)

    assert time.process_time() - started < 1 * ROOM
    assert len(sentence.text) < 65_000

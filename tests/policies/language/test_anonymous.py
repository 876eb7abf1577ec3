"""Whether a policy could let in somebody who hasn't signed in."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from policies.language import (
    Facts,
    Mode,
    Outcome,
    SourceState,
    compile_policy,
    could_allow_anonymous,
    evaluate,
    parse,
)
from policies.language.facts import ClientCertificate, Mcp, Request, Ssh
from policies.language.records import RecordTable

from . import random_policies
from .random_policies import json_text


@pytest.mark.parametrize(
    "text",
    [
        "allow: {or: [accept: true]}",
        "allow: {or: [cors_preflight: true]}",
        "allow: {or: [http_path: /public]}",
        "allow: {or: [authenticated_user: true, source_ip: 10.0.0.0/8]}",
        "allow: {and: [email: {not: ada@example.com}]}",
        "allow: {and: [email: {}]}",
        "allow: {or: [claim/team: {exclude: contractors}]}",
        "allow: {or: [device: {approved: false}]}",
        "allow: {or: [device: {}]}",
        "allow: {or: [ssh_username_matches_email: true]}",
        "allow: {not: [http_path: {starts_with: /admin}]}",
        "allow: {nor: [reject: true]}",
        "allow: {or: [day_of_week: '*']}",
        "allow: {and: [{authenticated_user: 1}], or: [{accept: 1}]}",
        "[{allow: {and: [{user: a}]}}, {allow: {or: [{http_method: GET}]}}]",
    ],
)
def test_sees_that_a_rule_may_hold_without_a_session(text: str) -> None:
    assert could_allow_anonymous(parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "allow: {}",
        "deny: {or: [accept: true]}",
        "allow: {or: [reject: true]}",
        "allow: {not: [accept: true]}",
        "allow: {or: [authenticated_user: true, email: ada@example.com]}",
        "allow: {and: [accept: true, groups: {exclude: contractors}]}",
        "allow: {and: [user: {not: x}, domain: {not: example.com}]}",
        "allow: {not: [email: ada@example.com]}",
        "allow: {nor: [http_path: /admin, email: ada@example.com]}",
        "allow: {not: [device: {type: any}]}",
        "allow: {or: [ssh_username_matches_claim: name]}",
        "allow: {or: [device: {approved: true}]}",
    ],
)
def test_sees_that_signing_in_comes_first(text: str) -> None:
    assert not could_allow_anonymous(parse(text))


def anonymous_facts(rng: random.Random) -> Facts:
    """Return a request without a session, as odd as the wire lets it be."""
    headers = {"Origin": "https://a", "Access-Control-Request-Method": "GET"}
    words = random_policies.WORDS
    return Facts(
        now=rng.choice((None, datetime(2030, 3, 1, 12, tzinfo=UTC))),
        request=Request(
            method=rng.choice(("GET", "POST", "OPTIONS", None, rng.choice(words))),
            path=rng.choice(("/", "/admin/", "/.pomerium/x", None, rng.choice(words))),
            headers=rng.choice(({}, headers)),
            ip=rng.choice(("", "10.1.2.3", "2001:db8::1", "x")),
        ),
        directory=rng.choice(list(SourceState)),
        device_registry=rng.choice(list(SourceState)),
        certificate=ClientCertificate(
            presented=rng.choice((True, False, None)), is_valid=rng.random() < 0.5
        ),
        ssh=Ssh(username=rng.choice((None, "", rng.choice(words)))),
        mcp=Mcp(
            method=rng.choice((None, "tools/call", "x")),
            tool=rng.choice((None, rng.choice(words))),
        ),
        records=RecordTable(
            {"example.com/risk": {"": {"score": rng.choice((1, 7, "ada"))}}},
            states={"example.com/risk": rng.choice(list(SourceState))},
        ),
    )


def test_never_overlooks_an_anonymous_request_that_is_allowed() -> None:
    rng = random.Random(5)
    allowed = 0

    for _ in range(2_000):
        document = parse(json_text(random_policies.policy(rng)))
        program = compile_policy(document)
        for mode in Mode:
            facts = anonymous_facts(rng)
            if evaluate(program, facts, mode=mode).outcome is Outcome.ALLOW:
                allowed += 1
                assert could_allow_anonymous(document), document.source

    assert allowed > 100

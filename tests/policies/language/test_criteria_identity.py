"""Who is signed in, and what directory and claims say of them."""

from __future__ import annotations

import pytest

from policies.language import Mode, SourceState
from policies.language.facts import DirectoryUser, Facts, Person, Session

from .deciding import ANONYMOUS, answer, decide_on, signed_in
from .reading import codes_of

NO_USER = Facts(session=Session(id="s1"))


def test_authenticated_user_needs_a_user_id() -> None:
    robot = Facts(session=Session(id="s1", user_id="r", is_service_account=True))

    assert answer("authenticated_user: true", signed_in()) == (True, "user-ok")
    assert answer("authenticated_user: true", robot) == (True, "user-ok")
    unauthorized = (False, "user-unauthorized")
    assert answer("authenticated_user: true", NO_USER) == unauthorized
    assert answer("authenticated_user: 1", ANONYMOUS)[1] == "user-unauthenticated"


def test_user_compares_the_id() -> None:
    assert answer("user: u1", signed_in()) == (True, "user-ok")
    assert answer("user: {not: u1}", signed_in()) == (False, "user-unauthorized")
    assert answer("user: {not: x}", NO_USER) == (False, "user-unauthorized")
    assert answer("user: {}", ANONYMOUS) == (False, "user-unauthenticated")


@pytest.mark.parametrize("criterion", ["user: 0123", "user: {in: [7, 0123]}"])
def test_a_plain_number_is_text_unless_core_reads_it(criterion: str) -> None:
    facts = signed_in(user_id="0123")

    assert answer(criterion, facts)[0] is True
    assert answer(criterion, facts, Mode.CORE_INTENDED)[0] is False


def test_email_is_that_of_the_directory_first() -> None:
    facts = Facts(
        session=Session(id="s1", user_id="u1"),
        person=Person(email="old@example.com"),
        directory_user=DirectoryUser(email="new@example.com"),
    )

    assert answer("email: new@example.com", facts) == (True, "email-ok")
    assert answer("email: old@example.com", facts) == (False, "email-unauthorized")
    assert answer("email: old@example.com", signed_in("old@example.com"))[0] is True


def test_email_of_nobody_is_empty() -> None:
    assert answer("email: {not: x}", ANONYMOUS) == (True, "email-ok")
    assert answer("email: x", ANONYMOUS) == (False, "user-unauthenticated")


def test_enforcement_does_not_distinguish_ascii_capitals_of_an_address() -> None:
    facts = signed_in("Ada@Example.com")

    for criterion in (
        "email: ada@EXAMPLE.com",
        "email: {in: [ADA@example.com, ada@example.com]}",
        "email: {starts_with: ADA}",
        "domain: EXAMPLE.COM",
    ):
        assert answer(criterion, facts)[0] is True
        assert answer(criterion, facts, Mode.CORE_INTENDED)[0] is False
    assert answer("email: Ada@Example.com", facts, Mode.CORE_EXACT)[0] is True


@pytest.mark.parametrize(
    "address",
    [
        "ADM\u0130N@example.com",
        "adm\u0131n@example.com",
        "\uff41dmin@example.com",
        "ad\u200dmin@example.com",
    ],
)
def test_look_alikes_are_never_equal(address: str) -> None:
    assert answer("email: admin@example.com", signed_in(address))[0] is False


@pytest.mark.parametrize(
    ("address", "domain"),
    [("ada@example.com", "example.com"), ("a@b@c", "b"), ("a@", "")],
)
def test_domain_is_what_follows_the_first_at_sign(address: str, domain: str) -> None:
    criterion = f"domain: {{is: '{domain}'}}"

    assert answer(criterion, signed_in(address)) == (True, "domain-ok")


def test_domain_needs_an_at_sign() -> None:
    nobody = signed_in("ada")

    assert answer("domain: {not: x}", nobody) == (False, "domain-unauthorized")
    assert answer("domain: {}", ANONYMOUS) == (False, "user-unauthenticated")


@pytest.mark.parametrize("data", ["5", "null", "[a]", "{is: true}", "{is: }"])
def test_domain_is_never_compared_with_anything_but_text(data: str) -> None:
    assert codes_of(f"allow: {{or: [domain: {data}]}}") == ["not-a-text"]


def test_domain_may_differ_from_anything() -> None:
    assert answer("domain: {not: 5}", signed_in())[0] is True
    assert answer("domain: {not: 5}", signed_in("a@5"))[0] is False
    assert answer("domain: {not: 5}", signed_in("a@5"), Mode.CORE_EXACT)[0] is True


@pytest.mark.parametrize(
    ("path", "value", "holds"),
    [
        ("team", "red", True),
        ("team", "blue", False),
        ("level", "5", True),
        ("org.unit", "it", True),
        ("org/unit", "nested", False),
        ("address.geo.zone", "eu", True),
        ("address/geo/zone", "eu", True),
        ("address/geo/zone/deeper", "eu", False),
        ("a/b/c/d/e/f", "x", False),
        ("none", "x", False),
        ("team/x", "red", False),
    ],
)
def test_claim_is_found_by_name_or_by_path(path: str, value: str, holds: bool) -> None:
    claims = {
        "team": ["red"],
        "level": [5],
        "org.unit": ["it"],
        "address": {"geo": {"zone": ["eu"]}},
    }

    reason = "claim-ok" if holds else "claim-unauthorized"
    facts = signed_in(claims=claims)
    assert answer(f"claim/{path}: {value}", facts) == (holds, reason)


def test_claims_of_the_person_replace_those_of_the_session() -> None:
    facts = Facts(
        session=Session(
            id="s1", user_id="u1", claims={"a": ["old"], "o": {"x": ["1"], "y": ["2"]}}
        ),
        person=Person(claims={"a": ["new"], "o": {"x": ["3"]}}),
    )

    assert answer("claim/a: new", facts)[0] is True
    assert answer("claim/a: old", facts)[0] is False
    assert answer("claim/o/x: '3'", facts)[0] is True
    assert answer("claim/o/y: '2'", facts)[0] is True


def test_a_missing_claim_is_an_empty_list() -> None:
    assert answer("claim/x: {exclude: a}", ANONYMOUS) == (True, "claim-ok")
    assert answer("claim/x: {has: a}", ANONYMOUS) == (False, "user-unauthenticated")


def test_a_claim_without_a_name_can_not_be_saved() -> None:
    for key in ("claim", "claim/"):
        text = f"allow: {{or: [{key}: x]}}"
        assert codes_of(text, saving=True) == ["claim-without-name"]


def test_groups_are_compared_by_id() -> None:
    facts = signed_in(groups=("g1", "0123"))

    assert answer("groups: g1", facts) == (True, "groups-ok")
    assert answer("groups: 0123", facts) == (True, "groups-ok")
    assert answer("groups: {exclude: g1}", facts) == (False, "groups-unauthorized")
    assert answer("groups: {is: g1}", facts)[0] is False


def test_groups_need_a_directory_record() -> None:
    facts = signed_in(groups=None)

    assert answer("groups: {exclude: x}", facts) == (False, "groups-unauthorized")
    assert answer("groups: {exclude: x}", signed_in(groups=()))[0] is True
    assert answer("groups: x", ANONYMOUS) == (False, "user-unauthenticated")


UNDECIDED = (None, "directory-data-unavailable")


@pytest.mark.parametrize("state", [SourceState.STALE, SourceState.UNLOADED])
def test_groups_are_undecided_while_directory_data_is_missing(
    state: SourceState,
) -> None:
    facts = signed_in(groups=("g1",), directory=state)

    assert answer("groups: g1", facts) == UNDECIDED
    assert answer("groups: g1", facts, Mode.CORE_INTENDED) == (True, "groups-ok")


def test_groups_of_a_person_unknown_to_the_directory_are_undecided() -> None:
    session = Session(id="s1", user_id="r", is_service_account=True)
    robot = Facts(session=session, directory=SourceState.FRESH)

    facts = signed_in(groups=None, directory=SourceState.FRESH)
    assert answer("groups: g1", facts) == UNDECIDED
    assert answer("groups: g1", robot) == (False, "groups-unauthorized")


def test_an_anonymous_request_is_asked_to_sign_in_first() -> None:
    facts = Facts(directory=SourceState.STALE)

    decision = decide_on("deny: {or: [groups: g1]}", facts)
    assert decision.outcome == "login"


def test_an_address_is_undecided_only_if_none_is_known() -> None:
    unknown = signed_in("", directory=SourceState.STALE)
    known = signed_in("ada@example.com", directory=SourceState.STALE)

    for criterion in ("email: {not: x}", "domain: x", "ssh_username_matches_email: 1"):
        assert answer(criterion, unknown) == UNDECIDED
        assert answer(criterion, unknown, Mode.CORE_INTENDED)[0] is not None
    assert answer("email: ada@example.com", known)[0] is True
    assert answer("email: x", Facts(directory=SourceState.STALE))[0] is False


@pytest.mark.parametrize(
    "data", ["false", "null", "0", "''", "'no'", "off", "[]", "{a: b}"]
)
def test_what_reads_as_switched_off_can_not_be_saved(data: str) -> None:
    for name in ("accept", "reject", "authenticated_user", "cors_preflight"):
        text = f"allow: {{or: [{name}: {data}]}}"
        assert codes_of(text, saving=True) == ["data-ignored"]


def test_constants_are_constant() -> None:
    assert answer("accept: false", ANONYMOUS) == (True, "accept")
    assert answer("reject: true", ANONYMOUS) == (False, "reject")

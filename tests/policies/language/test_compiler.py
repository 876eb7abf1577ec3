"""Names are looked up, and what is unknown or without meaning is told."""

from __future__ import annotations

import pytest

from policies.language import (
    CRITERIA,
    Action,
    Edition,
    Mode,
    PolicyLanguageError,
    Stage,
    compile_policy,
    parse,
)
from policies.language.reasons import Reason

from .deciding import ANONYMOUS, answer
from .reading import codes_of, problems_of

ENTERPRISE_ONLY = {"date", "day_of_week", "time_of_day", "record", "pomerium_routes"}


def test_every_criterion_of_the_language_is_known() -> None:
    assert set(CRITERIA.names(Edition.ENTERPRISE)) == {
        "accept",
        "authenticated_user",
        "claim",
        "client_certificate",
        "cors_preflight",
        "date",
        "day_of_week",
        "device",
        "domain",
        "email",
        "groups",
        "http_method",
        "http_path",
        "invalid_client_certificate",
        "mcp_tool",
        "pomerium_routes",
        "record",
        "reject",
        "source_ip",
        "ssh_ca",
        "ssh_publickey",
        "ssh_username",
        "ssh_username_matches_claim",
        "ssh_username_matches_email",
        "time_of_day",
        "user",
    }


def test_core_knows_fewer() -> None:
    core = set(CRITERIA.names(Edition.CORE))

    assert core == set(CRITERIA.names(Edition.ENTERPRISE)) - ENTERPRISE_ONLY
    for name in ENTERPRISE_ONLY:
        with pytest.raises(PolicyLanguageError) as caught:
            parse(f"allow: {{or: [{name}: x]}}", edition=Edition.CORE)
        assert caught.value.problems[0].code == "unknown-criterion"


@pytest.mark.parametrize("name", CRITERIA.by_name)
class TestEachEntry:
    def test_has_an_example_that_can_be_saved(self, name: str) -> None:
        criterion = CRITERIA.by_name[name]

        assert parse(f"allow:\n  and:\n    - {criterion.example}\n", saving=True)

    def test_gives_only_the_reasons_that_it_names(self, name: str) -> None:
        criterion = CRITERIA.by_name[name]

        for mode in Mode:
            value, reason = answer(criterion.example, ANONYMOUS, mode)
            named = {
                True: criterion.when_true,
                False: criterion.when_false,
                None: criterion.when_unknown,
            }[value]
            assert Reason(reason) in named
        assert set(criterion.reasons) <= set(Reason)


def test_an_unknown_name_comes_with_a_fix_that_keeps_the_sub_path() -> None:
    text = "allow: {or: [claims/team: red, emial: x]}"

    claim, email = problems_of(text)

    assert claim.fix is not None
    assert "claim/team: red" in claim.fix.apply(text)
    assert email.suggestion == "did you mean `email`?"


def test_a_name_that_nothing_resembles_is_just_unknown() -> None:
    (problem,) = problems_of("allow: {or: [zzzz: x]}")

    assert (problem.suggestion, problem.fix) == (None, None)
    assert problem.stage is Stage.GENERATE


@pytest.mark.parametrize(
    ("name", "meant"),
    [("groups.has", "groups"), ("Email", "email"), ("e-mail", "email")],
)
def test_common_slips_are_recognized(name: str, meant: str) -> None:
    (problem,) = problems_of(f"allow: {{or: [{name}: x]}}")

    assert problem.suggestion == f"did you mean `{meant}`?"


def test_a_sub_path_that_means_nothing_can_not_be_saved() -> None:
    text = "allow: {or: [email/x: ada@example.com]}"

    (problem,) = problems_of(text, saving=True)

    assert parse(text)
    assert problem.code == "ignored-sub-path"
    assert problem.fix is not None
    assert codes_of("allow: {or: [email/: a@x]}", saving=True) == ["ignored-sub-path"]
    assert parse(problem.fix.apply(text), saving=True)


def test_problems_of_all_stages_are_reported_together() -> None:
    text = "alow: {}\ndeny: {or: [emial: x, user: {starts_with: 5}, groups: {}]}"

    problems = problems_of(text, saving=True)

    assert [problem.stage for problem in problems] == [
        Stage.PARSE,
        Stage.GENERATE,
        Stage.COMPILE,
        Stage.SAVING,
    ]


def test_a_document_with_errors_does_not_compile() -> None:
    document = parse("allow: {or: [day_of_week: mon]}")

    assert document.has(Action.ALLOW)
    assert not document.has(Action.DENY)
    with pytest.raises(PolicyLanguageError):
        compile_policy(document, edition=Edition.CORE)

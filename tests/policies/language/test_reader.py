"""Checking tells errors and warnings together, as far as the text can be read."""

from __future__ import annotations

from policies.language import Severity, Stage, check


def test_warnings_stand_beside_what_can_not_be_saved() -> None:
    text = "allow:\n  or:\n    - pomerium_routes: true\n    - domain: {}\n"

    found = [(problem.span.line, problem.severity) for problem in check(text)]

    assert found == [(3, Severity.WARNING), (4, Severity.ERROR)]


def test_a_text_that_can_not_be_compiled_gets_no_warnings() -> None:
    problems = check("allow: {or: [pomerium_routes: true, emial: x]}")

    assert [problem.stage for problem in problems] == [Stage.GENERATE]


def test_what_core_accepts_is_no_error_when_not_saving() -> None:
    assert check("allow: {}", saving=False) == ()
    assert check("allow: {}")
    assert check(b"\xff")

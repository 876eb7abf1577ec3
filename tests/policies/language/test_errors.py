"""Problems say what is wrong in few words, and don't repeat or overflow."""

from __future__ import annotations

import pytest

from policies.language.errors import (
    MAX_PROBLEMS,
    START,
    Edit,
    Fix,
    PolicyLanguageError,
    Problem,
    Report,
    Severity,
    Span,
    Stage,
    closest,
    did_you_mean,
    quoted,
)


def test_the_nearest_known_name_is_suggested() -> None:
    assert did_you_mean("emial", ["email", "domain"]) == "did you mean `email`?"
    assert closest("E-Mail", ["email"]) == "email"
    assert did_you_mean("zzz", ["email"]) is None
    assert closest("e" * 10_000, ["email"]) is None


def test_user_input_is_shown_on_one_line_and_shortened() -> None:
    assert quoted("a\nb") == "`a�b`"
    assert len(quoted("x" * 1000)) < 70


def test_a_fix_makes_all_its_edits() -> None:
    fix = Fix("wrap", (Edit(0, 0, "["), Edit(3, 3, "]"), Edit(1, 2, "")))

    assert fix.apply("abc") == "[ac]"


def test_a_report_takes_each_problem_once_and_not_too_many() -> None:
    report = Report()
    for start in [0, *range(MAX_PROBLEMS * 2)]:
        report.error("code", "text", Span(start, start, 1, 1), stage=Stage.PARSE)

    assert len(report.problems) == MAX_PROBLEMS


def test_an_error_tells_the_first_problem_and_the_earliest_stage() -> None:
    problems = (
        Problem("a", "late", START, Stage.SAVING, suggestion="try"),
        Problem("b", "early", START, Stage.GENERATE),
        Problem("c", "no error", START, Stage.PARSE, severity=Severity.WARNING),
    )

    error = PolicyLanguageError(problems)

    assert str(error) == "1:1: late; try (and 2 more)"
    assert error.stage is Stage.GENERATE


def test_a_report_raises_only_if_there_is_something() -> None:
    report = Report()
    report.raise_if_any()
    report.error("b", "second", Span(5, 6, 1, 6), stage=Stage.PARSE)
    report.error("a", "first", Span(1, 2, 1, 2), stage=Stage.LINT)

    with pytest.raises(PolicyLanguageError) as caught:
        report.raise_if_any()

    assert [problem.code for problem in caught.value.problems] == ["a", "b"]

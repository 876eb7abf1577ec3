"""What is shown of a file beside a finding."""

import pytest

from routes.imports.findings import Findings, Place, excerpt, join_words


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("cookie_secret: abc # x", "cookie_secret: …"),
        ("    Authorization: Basic abc", "    Authorization: …"),
        ('  "idp_client_secret" : "a, b"', '  "idp_client_secret" : …'),
        ("- {from: x, idp_client_secret: abc}", "- {from: x, idp_client_secret: …}"),
        ('{"shared_secret":"a,b","to":"c"}', '{"shared_secret":…,"to":"c"}'),
        ("to: http://a:80", "to: http://a:80"),
        ("\tto: a\x7fb", " to: a\ufffdb"),
    ],
)
def test_hides_secrets_and_keeps_the_rest(line: str, shown: str) -> None:
    assert excerpt(line, 1)[0] == shown


def test_the_caret_stays_under_its_column_in_a_long_line() -> None:
    line = "x" * 300 + "HERE" + "y" * 300

    shown, caret = excerpt(line, 301)

    assert shown[caret : caret + 4] == "HERE"
    assert len(shown) <= 100


def test_an_enormous_line_is_not_shown() -> None:
    assert excerpt("x" * 5000, 4000) == ("", 0)


def test_findings_are_counted_beyond_what_is_kept() -> None:
    findings = Findings("a\n" * 600)

    for line in range(600):
        findings.problem("code", "wrong", Place(line + 1))

    assert findings.problems == 600
    assert len(findings.kept) == 500
    assert findings.left_out == 100


def test_problems_come_before_warnings_and_notes() -> None:
    findings = Findings("")
    findings.note("n", "note", Place(1))
    findings.warning("w", "warning", Place(2))
    findings.problem("p", "problem", Place(3))

    assert [one.code for one in findings.in_order()] == ["p", "w", "n"]


@pytest.mark.parametrize(
    ("words", "joined"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_words_are_joined_as_people_do(words: list[str], joined: str) -> None:
    assert join_words(words) == joined

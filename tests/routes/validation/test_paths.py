"""Path conditions and expressions."""

import pytest

from routes.validation import UnusableError
from routes.validation.paths import (
    accepts,
    check_substitution,
    covers,
    match_of,
    meets,
    settings_of_match,
)


@pytest.mark.parametrize(
    ("match", "path", "expected"),
    [
        ("", "/anything", True),
        ("prefix:/admin", "/administrator", True),
        ("prefix:/admin", "/", False),
        ("path:/admin", "/admin", True),
        ("path:/admin", "/admin/", False),
        ("regex:/a/[0-9]+", "/a/12", True),
        ("regex:/a/[0-9]+", "/a/12/x", False),
        ("regex:/a", "/b/a", False),
    ],
)
def test_a_condition_accepts_as_the_proxy_does(
    match: str, path: str, expected: bool
) -> None:
    assert accepts(match, path) is expected


@pytest.mark.parametrize(
    "settings", [{}, {"prefix": "/a:b"}, {"path": "/x"}, {"regex": "a|b:c"}]
)
def test_a_match_in_one_text_says_the_same(settings: dict[str, str]) -> None:
    assert settings_of_match(match_of(settings)) == settings


MATCHES = [
    "",
    "prefix:/",
    "prefix:/a",
    "prefix:/a/b",
    "path:/a/b/c",
    "path:/z",
    "regex:/a/.*",
    "regex:.*",
]
PATHS = ["/", "/a", "/a/b", "/a/b/c", "/ab", "/z", "/zz", "/a/x"]


@pytest.mark.parametrize("one", MATCHES)
@pytest.mark.parametrize("other", MATCHES)
def test_covering_and_meeting_agree_with_what_is_accepted(one: str, other: str) -> None:
    for path in PATHS:
        if covers(one, other) and accepts(other, path):
            assert accepts(one, path)
        if accepts(one, path) and accepts(other, path):
            assert meets(one, other)


@pytest.mark.parametrize("substitution", ["", "plain", "\\1-\\2", "\\0", "a\\\\b"])
def test_a_substitution_may_speak_of_groups_that_are_there(substitution: str) -> None:
    check_substitution("(a)(b)", substitution)


@pytest.mark.parametrize("substitution", ["\\3", "\\x", "end\\"])
def test_a_substitution_may_not_speak_of_others(substitution: str) -> None:
    with pytest.raises(UnusableError):
        check_substitution("(a)(b)", substitution)

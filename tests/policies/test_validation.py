"""The form of names and notes."""

import pytest

from console.core.exceptions import ValidationFailedError
from policies import validation


def test_a_name_loses_space_that_nobody_sees() -> None:
    assert validation.clean_name("  All \t employees\n") == "All employees"


def test_a_name_keeps_the_joiners_of_scripts_and_emoji() -> None:
    for name in ("👩\u200d💻", "a\u200cb"):
        assert validation.clean_name(name) == name


@pytest.mark.parametrize("char", ["\u202e", "\u200b", "\ufeff", "\x7f", "\udfff"])
def test_a_name_has_no_invisible_characters(char: str) -> None:
    with pytest.raises(ValidationFailedError):
        validation.clean_name(f"a{char}b")


def test_a_note_keeps_its_lines() -> None:
    assert validation.clean_note("description", " a\r\nb\tc\r") == "a\nb\tc"


def test_a_note_is_named_when_it_is_refused() -> None:
    with pytest.raises(ValidationFailedError) as caught:
        validation.clean_note("reason", "x" * 11, limit=10)

    assert caught.value.fields == {"reason": ["at most 10 characters"]}


def test_a_text_is_left_alone_but_for_its_line_ends() -> None:
    assert validation.clean_source(" a: b  \r\n# c\r") == " a: b  \n# c\n"

"""Texts are English, and can be said in another language with all that is in them."""

import json
import pickle

import pytest

from policies.texts import (
    Text,
    counted,
    joined,
    packed,
    said,
    unpacked,
    worded,
)


class Brackets:
    """Another language: each text of a catalog stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"[{message}]"

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return f"[{singular if number == 1 else plural}]"


NESTED = worded(
    "%(who)s: %(what)s",
    who=worded("nobody"),
    what=joined([worded("one"), "`two`"]),
)
MANY = counted("%(count)s line of %(name)s", "%(count)s lines of %(name)s", count=3, name="`a`")  # noqa: E501  # fmt: skip
ALL = [
    worded("plain"),
    worded("100% plain"),
    NESTED,
    MANY,
    joined([MANY, NESTED], "; "),
]


def test_is_the_english_text() -> None:
    assert worded("there is no %(name)s", name="`a`") == "there is no `a`"
    assert worded("100% sure") == "100% sure"
    assert MANY == "3 lines of `a`"
    assert worded("same") in {"same": 1}


def test_is_said_in_another_language_with_the_texts_in_it() -> None:
    assert said(NESTED, Brackets()) == "[[nobody]: [one], `two`]"
    assert said(MANY, Brackets()) == "[3 lines of `a`]"
    assert said(worded("100% sure"), Brackets()) == "[100% sure]"
    assert said("what somebody wrote", Brackets()) == "what somebody wrote"


def test_forms_for_one_and_many() -> None:
    one = counted("%(count)s line", "%(count)s lines", count=1)

    assert one == "1 line"
    assert said(one, Brackets()) == "[1 line]"


@pytest.mark.parametrize("text", ALL)
def test_survives_pickling(text: Text) -> None:
    back = pickle.loads(pickle.dumps(text))  # noqa: S301 -- our own

    assert back == text
    assert said(back, Brackets()) == said(text, Brackets())


@pytest.mark.parametrize("text", ALL)
def test_survives_json_when_packed(text: Text) -> None:
    back = unpacked(json.loads(json.dumps(packed(text))))

    assert back == text
    assert said(back, Brackets()) == said(text, Brackets())


def test_is_plain_english_in_json_otherwise() -> None:
    assert json.loads(json.dumps({"message": NESTED})) == {"message": str(NESTED)}


@pytest.mark.parametrize(
    "data",
    [
        {"text": "%(a)999999999s", "values": {"a": "b"}},
        {"text": "%s", "values": {"a": "b"}},
        {"text": "%(a)s", "plural": "%(a)d", "values": {"a": 1, "count": 2}},
        {"text": "%(b)s", "values": {"a": "b"}},
        {"text": "%(a)s", "plural": "%(a)s", "values": {"a": 1}},
        {"text": 5, "values": {"a": "b"}},
        {"text": "a", "values": []},
        {"join": ", ", "parts": 5},
        {"else": 1},
    ],
)
def test_refuses_what_another_process_made_up(data: object) -> None:
    with pytest.raises(ValueError, match=r"text|template"):
        unpacked(data)


def test_refuses_texts_nested_without_end() -> None:
    data: object = "a"
    for _ in range(40):
        data = {"join": "", "parts": [data]}

    with pytest.raises(ValueError, match="texts in texts"):
        unpacked(data)

"""Reading in tests: a text to its tree, its problems, or its values."""

from __future__ import annotations

from typing import Any

import pytest

from policies.language import PolicyDocument, PolicyLanguageError, Problem, parse
from policies.language.decoding import decode
from policies.language.errors import Report
from policies.language.grammar import read_document
from policies.language.nodes import Node, to_json
from policies.language.source import compose


def compose_text(
    text: str | bytes, *, saving: bool = False
) -> tuple[Node | None, Report]:
    report = Report()
    readable = decode(text, report)
    node = None if readable is None else compose(readable, report, saving=saving)
    return node, report


def value_of(text: str) -> Any:
    """Return the value of the one entry of `{v: text}`, which must be readable."""
    node, report = compose_text(f"v: {text}\n")
    assert not report.problems
    assert node is not None
    return to_json(node)["v"]  # type: ignore[index, call-overload]


def tree_of(text: str, *, saving: bool = False) -> tuple[PolicyDocument, Report]:
    node, report = compose_text(text, saving=saving)
    assert node is not None
    return read_document(node, text, report, saving=saving), report


def problems_of(text: str | bytes, *, saving: bool = False) -> tuple[Problem, ...]:
    """Return the problems of a text that is refused."""
    with pytest.raises(PolicyLanguageError) as caught:
        parse(text, saving=saving)
    return caught.value.problems


def codes_of(text: str | bytes, *, saving: bool = False) -> list[str]:
    return [problem.code for problem in problems_of(text, saving=saving)]

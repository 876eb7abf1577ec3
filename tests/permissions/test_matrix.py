"""Every URL, method and subject: the answer is the one that the table gives."""

from typing import Any

import pytest
from django.conf import settings
from django.test import TestCase
from django.urls import reverse

from console.core.checks import url_patterns
from tests.permissions.asking import ask
from tests.permissions.matrix import MATRIX
from tests.permissions.rows import ALLOWED, DENIED, HIDDEN, SIGN_IN, UNKNOWN, Row
from tests.permissions.subjects import EVERYBODY, SUBJECTS, Subject
from tests.permissions.world import World, make_world

WORLDS: list[World] = []
CELLS = [
    (name, row, number, subject)
    for name, rows in MATRIX.items()
    for number, row in enumerate(rows)
    for subject in (EVERYBODY if name.startswith("api-") else SUBJECTS)
]


def outcome(answer: Any, row: Row) -> str:
    """Return what an answer means."""
    status: int = answer.status_code
    if row.answers and status == row.answers[0]:
        return ALLOWED
    if status == 401:
        return SIGN_IN
    if status == 302 and answer["Location"].startswith(reverse(settings.LOGIN_URL)):
        return SIGN_IN
    if status in {400, 422}:
        return UNKNOWN
    return {403: DENIED, 404: HIDDEN}.get(
        status, ALLOWED if status < 400 else f"status {status}"
    )


class TestCells(TestCase):
    """One test for each cell, added below; each forgets what it wrote.

    Django's own class makes the world once, and rolls back to it: five seconds of
    making instead of an hour.
    """

    @classmethod
    def setUpTestData(cls) -> None:
        WORLDS[:] = [make_world()]


def make_test(name: str, row: Row, subject: Subject) -> Any:
    """Return the method that asks one cell."""

    def test(self: TestCells) -> None:
        world = WORLDS[0]
        answer = ask(name, row, world, world.client_of(subject))

        expected, found = row.rule(subject), outcome(answer, row)
        said = getattr(answer, "content", b"")[:600] if found != expected else b""
        assert found == expected, said.decode()

    return test


for cell_name, cell_row, cell_number, cell_subject in CELLS:
    words = f"{cell_name} {cell_row.method} {cell_number} {cell_subject.name}"
    setattr(
        TestCells,
        f"test_{words.replace(' ', '__').replace('-', '_')}",
        make_test(cell_name, cell_row, cell_subject),
    )


def served_methods(pattern: Any) -> set[str]:
    """Return the methods that a URL answers, besides HEAD and OPTIONS."""
    actions = getattr(pattern.callback, "actions", None)
    if actions:
        return {method.upper() for method in actions} - {"HEAD"}
    view = getattr(pattern.callback, "view_class", None) or getattr(
        pattern.callback, "cls", None
    )
    if view is None:
        return {"GET"}
    named = getattr(pattern.callback, "view_initkwargs", {}).get("http_method_names")
    methods = set(named or view.http_method_names) - {"head", "options", "trace"}
    return {method.upper() for method in methods if hasattr(view, method)}


@pytest.mark.parametrize(
    "pattern",
    [pytest.param(pattern, id=path or "/") for path, pattern in url_patterns()],
)
def test_every_url_and_method_has_its_row(pattern: Any) -> None:
    told = {row.method for row in MATRIX.get(pattern.name, ())}

    assert told == served_methods(pattern), f"add `{pattern.name}` to the matrix"


def test_no_row_is_about_a_url_that_is_gone() -> None:
    assert set(MATRIX) <= {pattern.name for _, pattern in url_patterns()}

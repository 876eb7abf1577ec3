"""What may not be seen is answered like what isn't there, to the last byte."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.test import TestCase

from tests.permissions.asking import address, ask
from tests.permissions.matrix import MATRIX
from tests.permissions.rows import HIDDEN, Row
from tests.permissions.subjects import SUBJECTS
from tests.permissions.world import World, make_world

STRANGER = next(one for one in SUBJECTS if one.name == "manager-sibling")
NOWHERE = UUID("00000000-0000-4000-8000-000000000001")
# What differs between any two answers.
OF_THE_REQUEST = re.compile(r'nonce="[^"]*"|value="\w{64}"|content="\w{64}"')
WORLDS: list[World] = []


class TestHidden(TestCase):
    """One test for each row about an object, added below."""

    @classmethod
    def setUpTestData(cls) -> None:
        WORLDS[:] = [make_world()]


def told_apart(name: str, row: Row) -> Callable[[Any], None]:
    def test(self: Any) -> None:
        world = WORLDS[0]
        url = address(name, row, world)
        elsewhere = url.replace(world.id(row.kind), str(NOWHERE))

        hidden, missing = (
            ask(name, row, world, world.client_of(STRANGER), url=one)
            for one in (url, elsewhere)
        )

        assert hidden.status_code == missing.status_code == 404
        assert _said(hidden) == _said(missing)
        assert _headers(hidden) == _headers(missing)

    return test


def _said(answer: Any) -> str:
    return OF_THE_REQUEST.sub("", answer.content.decode())


def _headers(answer: Any) -> set[str]:
    return set(answer.headers)


for url_name, rows in MATRIX.items():
    for number, one_row in enumerate(rows):
        is_uuid = one_row.kind not in {"", "binding", "decision", "event"}
        if is_uuid and one_row.rule(STRANGER) == HIDDEN:
            words = f"{url_name} {one_row.method} {number}".replace(" ", "__")
            setattr(
                TestHidden,
                f"test_{words.replace('-', '_')}",
                told_apart(url_name, one_row),
            )

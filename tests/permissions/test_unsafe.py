"""What holds for every request that changes something, taken from the matrix."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.test import Client, TestCase

from console.core import audit
from console.core.models import AuditEvent, AuditHead
from tests.permissions.asking import ask
from tests.permissions.matrix import MATRIX
from tests.permissions.rows import Row
from tests.permissions.subjects import EVERYBODY
from tests.permissions.world import World, make_world

ADMIN = next(one for one in EVERYBODY if one.name == "admin-root")
# Keys that a body must not be able to set, whatever it is about.
NEVER_SET = ("id", "version", "created_at", "is_superuser", "enforced", "token_hash")
UNSAFE = [
    (name, number, row)
    for name, rows in MATRIX.items()
    for number, row in enumerate(rows)
    if row.method != "GET"
]
WORLDS: list[World] = []


class _OnTheWorld(TestCase):
    """The world is made once for each class, and rolled back to."""

    @classmethod
    def setUpTestData(cls) -> None:
        WORLDS[:] = [make_world()]


class TestForgery(_OnTheWorld):
    """With a session, nothing is done without the token against forged requests."""


class TestEvents(_OnTheWorld):
    """What is done writes as many events as the row says, into a whole chain."""


class TestBodies(_OnTheWorld):
    """A key that can't be set is refused, not dropped."""


def forged(name: str, row: Row) -> Callable[[Any], None]:
    def test(self: Any) -> None:
        world = WORLDS[0]
        client = Client(enforce_csrf_checks=True)
        client.cookies[settings.SESSION_COOKIE_NAME] = world.keys[ADMIN.name]
        before = AuditEvent.objects.exclude(action="request.refused").count()

        answer = ask(name, row, world, client)

        assert answer.status_code == 403
        after = AuditEvent.objects.exclude(action="request.refused").count()
        assert after == before

    return test


def told(name: str, row: Row) -> Callable[[Any], None]:
    def test(self: Any) -> None:
        world = WORLDS[0]
        before = AuditEvent.objects.count()

        answer = ask(name, row, world, world.client_of(ADMIN))

        events = AuditEvent.objects.order_by("sequence")
        new = [event.action for event in events[before:]]
        assert len(new) == row.events, (answer.status_code, new)
        assert audit.first_broken(events, AuditHead.objects.get()) is None

    return test


def refused(name: str, row: Row, key: str) -> Callable[[Any], None]:
    def test(self: Any) -> None:
        world = WORLDS[0]

        answer = ask(name, row, world, world.client_of(ADMIN), extra={key: "7"})

        assert answer.status_code == 400
        assert key in answer.json()["fields"]

    return test


for url_name, row_number, unsafe in UNSAFE:
    words = f"{url_name} {unsafe.method} {row_number}"
    words = words.replace(" ", "__").replace("-", "_")
    if not unsafe.proof:
        setattr(TestForgery, f"test_{words}", forged(url_name, unsafe))
    if not unsafe.answers:
        setattr(TestEvents, f"test_{words}", told(url_name, unsafe))
    if url_name.startswith("api-") and unsafe.method != "DELETE":
        for never in NEVER_SET:
            setattr(
                TestBodies, f"test_{words}__{never}", refused(url_name, unsafe, never)
            )

"""Hostile case 102: many who write to the audit log at one time."""

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction

from console.core import audit
from console.core.actor import system
from console.core.audit import Change
from console.core.models import AuditEvent, AuditHead
from console.core.transactions import writing
from tests.factories import NOW, make_group

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="threads can't share SQLite in memory"
    ),
]
CRASH_EVERY = 7


class CrashError(Exception):
    """The process dies here."""


def write(writer: int, number: int) -> None:
    """Write one event as services do, two out of three times behind other work."""
    change = Change(
        action="thing.changed",
        target_type="thing",
        target_id=f"{writer}-{number}",
        target_label="a thing",
        namespace_id=None,
        after={"writer": writer, "number": number},
    )
    if number % 3 == 0:  # without the frame, in a transaction of the caller's own
        with transaction.atomic():
            audit.record(change, actor=system("test"), now=NOW)
            with writing():  # the lock after the event, where others have it before
                return
    with writing():
        make_group(f"group {writer}-{number}")
        audit.record(change, actor=system("test"), now=NOW)
        if number % CRASH_EVERY == 1:
            raise CrashError
        if number % CRASH_EVERY == 2:  # between the event and the end of its chain
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.parametrize(
    ("writers", "each"), [(8, 25), pytest.param(64, 100, marks=pytest.mark.nightly)]
)
def test_leave_one_chain_without_fork_gap_or_duplicate(
    transactional_db: None, writers: int, each: int
) -> None:
    make_group("first")  # and with it the directory that the others share
    start = AuditHead.objects.values_list("sequence", flat=True).first() or 0
    together = Barrier(writers)

    def run(writer: int) -> set[str]:
        together.wait()
        written = set()
        for number in random.Random(writer).sample(range(each), each):
            try:
                write(writer, number)
                written.add(f"{writer}-{number}")
            except (CrashError, DatabaseError) as error:
                if "deadlock" in str(error):
                    raise
                connection.close()
        connection.close()
        return written

    with ThreadPoolExecutor(writers) as pool:
        written = set().union(*pool.map(run, range(writers)))

    events = list(AuditEvent.objects.order_by("sequence"))
    assert audit.verify() == (start + len(written), None)
    assert {one.target_id for one in events if one.target_type == "thing"} == written
    assert len(written) < writers * each

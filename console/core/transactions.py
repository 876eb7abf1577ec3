"""One writer at a time: the frame that every service's write happens in.

Each change appends to the one audit chain, so changes are serialized at their end
in any case. Taking the chain's lock at the *beginning* makes the whole service
run alone: rights, versions and neighbors that it read still hold when it commits
(decision 3). Readers are never blocked; one that needs many rows of one moment has a
frame of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection, connections, transaction

from console.core.models import AuditHead

Head = tuple[int, str]
# Writers stand in line here before they ask for the row. Those who wait for a row
# are all woken by each commit and look for its newest version; those who wait for
# this are woken one by one, first come, first served. Any number that is ours.
QUEUE = "pg_advisory_xact_lock(x'706f7374'::int, 1)"
# Where each connection last saw the end of the chain. Only ever a guess: what was
# written behind a savepoint may have been taken back.
_seen: WeakKeyDictionary[Any, Head] = WeakKeyDictionary()


@contextmanager
def writing() -> Iterator[None]:
    """Run a service's body in one transaction that holds the writers' lock.

    Use it as a decorator or in a `with`. It may be nested; the outermost commits.
    """
    with transaction.atomic():
        lock_head()
        yield


def lock_head() -> Head:
    """Lock the end of the audit chain until commit; return its number and hash.

    By a statement of our own, because each write waits for it, and others wait for
    the write.
    """
    head = AuditHead._meta.db_table  # noqa: SLF001 - Django's API
    end = f"SELECT sequence, hash FROM {head} WHERE id = 1"  # noqa: S608 - names
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT {QUEUE}; {end} FOR UPDATE")
            cursor.nextset()
        else:
            cursor.execute(end)
        row = cursor.fetchone()
    if row is None:
        made, _ = AuditHead.objects.select_for_update().get_or_create(id=1)
        row = made.sequence, made.hash
    _seen[connections["default"]] = found = (row[0], row[1])
    return found


def last_seen_head() -> Head:
    """Return where the chain ends as far as this connection knows, without asking."""
    return _seen.get(connections["default"]) or lock_head()


def advance_head(before: Head, after: Head) -> bool:
    """Move the end of the chain on; False, and nothing done, if it was not `before`.

    Locks it until commit, as `lock_head` does.
    """
    head = AuditHead._meta.db_table  # noqa: SLF001
    is_queued = connection.vendor == "postgresql"
    queue = f"FROM (SELECT {QUEUE}) AS queue " if is_queued else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {head} SET sequence = %s, hash = %s {queue}"  # noqa: S608 - names
            "WHERE id = 1 AND sequence = %s AND hash = %s",
            [*after, *before],
        )
        is_moved: bool = cursor.rowcount == 1
    if is_moved:
        _seen[connections["default"]] = after
    return is_moved


@contextmanager
def reading() -> Iterator[None]:
    """Read everything as it was at one moment, whatever is committed meanwhile.

    Nobody waits. Inside another transaction, that one's rules count; begin with this
    one.
    """
    is_outermost = not connection.in_atomic_block
    with _beginning_as_reader(), transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


@contextmanager
def _beginning_as_reader() -> Iterator[None]:
    """Have SQLite begin without the lock that writers begin with (see settings)."""
    database: Any = connections["default"]
    mode = getattr(database, "transaction_mode", None)
    if mode is None:
        yield
        return
    database.transaction_mode = "DEFERRED"
    try:
        yield
    finally:
        database.transaction_mode = mode

"""One writer at a time: the frame that every service's write happens in.

Each change appends to the one audit chain, so changes are serialized at their end
in any case. Taking the chain's lock at the *beginning* makes the whole service
run alone: rights, versions and neighbors that it read still hold when it commits
(decision 3). Readers are never blocked; one that needs many rows of one moment has a
frame of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from console.core.models import AuditHead


@contextmanager
def writing() -> Iterator[None]:
    """Run a service's body in one transaction that holds the writers' lock.

    Use it as a decorator or in a `with`. It may be nested; the outermost commits.
    """
    with transaction.atomic():
        lock_head()
        yield


def lock_head() -> tuple[int, str]:
    """Lock the end of the audit chain until commit; return its number and hash.

    By a statement of our own, because each write waits for it, and others wait for
    the write.
    """
    head = AuditHead._meta.db_table  # noqa: SLF001 - Django's API
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT sequence, hash FROM {head} WHERE id = 1{lock}"  # noqa: S608 - names
        )
        row = cursor.fetchone()
    if row is None:
        made, _ = AuditHead.objects.select_for_update().get_or_create(id=1)
        return made.sequence, made.hash
    return row[0], row[1]


@contextmanager
def reading() -> Iterator[None]:
    """Read everything as it was at one moment, whatever is committed meanwhile.

    Inside another transaction, that one's rules count; begin with this one. On SQLite
    writers wait.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield

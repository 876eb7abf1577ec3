"""Makes deployment N out of what changed: one at a time, whole or not at all.

A run may be killed anywhere: what it wrote is one transaction, and the next run,
seconds later, finds the same changes and begins again. It holds a short lease, which a
thread renews as long as the process lives. One that was stopped and goes on after
another took over finds a greater fence, and writes nothing.
"""

import logging
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from console.core import outbox
from console.core.actor import Actor
from gateway import selectors
from gateway.exceptions import DeployerBusyError
from gateway.models import (
    Blob,
    Deployer,
    Deployment,
    NamespaceChunk,
)
from gateway.selectors import Build
from gateway.services.keys import signing_key
from gateway.snapshot import canonical_bytes, content_hash, sign, verify

LEASE = timedelta(seconds=4)
RENEW_EVERY = 1.0  # seconds
STOPPED = 10  # seconds in the middle of writing, after which PostgreSQL takes it back
BATCH = 500
FAST = 1  # zlib's level: chunks are small, and people wait for a deployment

logger = logging.getLogger(__name__)


def deploy_changes(*, now: datetime) -> Deployment | None:
    """Make a deployment if something changed and nobody holds changes back.

    None when there is nothing to do, or another run does it: that one looks again
    after it has let go.
    """
    made, clock = None, _clock_from(now)
    while selectors.has_changes() and not selectors.is_held(now=(now := clock())):
        cause = selectors.cause_of_changes(now=now)
        try:
            made = make_deployment(cause=cause, now=now) or made
        except DeployerBusyError:
            break
    return made


def make_deployment(
    *,
    cause: str,
    now: datetime,
    actor: Actor | None = None,
    reason: str = "",
    restores: int | None = None,
    above: int = 0,
) -> Deployment | None:
    """Make a deployment of everything as it is now; None when that is in force.

    Its number is greater than any before, and than `above`: proxies that saw later
    numbers, before the database went back to an older state, would refuse it.

    Raises:
        DeployerBusyError: another run makes one.
    """
    fence = take_lease(now)
    try:
        with renewing(fence, now):
            built = selectors.build()
            with writing_as(fence):
                made = _write(
                    built,
                    cause=cause,
                    made_by="" if actor is None else actor.label[:255],
                    reason=reason,
                    restores=restores,
                    above=above,
                    now=now,
                )
                _note_done(built.change, now=now)
    except Exception as error:
        release_lease(fence, failure=f"{type(error).__name__}: {error}", now=now)
        raise
    release_lease(fence, now=now)
    return made


def _note_done(change: int, *, now: datetime) -> None:
    outbox.mark_processed(up_to=change, now=now)
    Deployer.objects.update(seen_change=change, failure="", failed_at=None)
    Deployer.objects.filter(held_until__lte=now).update(held_until=None)


def _clock_from(now: datetime) -> Callable[[], datetime]:
    """Return a clock that goes on from a time."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)


@contextmanager
def renewing(fence: int, now: datetime) -> Iterator[None]:
    """Keep the lease for as long as this takes and the process lives."""
    if connection.in_atomic_block:
        # Nobody else would see the lease; renewing would wait for this transaction.
        yield
        return
    clock, is_over = _clock_from(now), Event()
    mine = Deployer.objects.filter(fence=fence, lease_until__isnull=False)

    def renew() -> None:
        try:
            while not is_over.wait(RENEW_EVERY):
                mine.update(lease_until=clock() + LEASE)
        except DatabaseError as error:
            logger.warning("the lease can't be renewed: %s", error)
        finally:
            connection.close()

    thread = Thread(target=renew, name="deployer-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def take_lease(now: datetime) -> int:
    """Become the one who makes deployments, and return the fence.

    Raises:
        DeployerBusyError: somebody else is, and has not been for too long.
    """
    with _brief():
        Deployer.objects.get_or_create(id=1)
        row = Deployer.objects.select_for_update().get(id=1)
        if row.lease_until is not None and now < row.lease_until <= now + LEASE:
            raise DeployerBusyError
        row.fence += 1
        row.lease_until = now + LEASE
        row.save(update_fields=["fence", "lease_until"])
        return row.fence


@contextmanager
def writing_as(fence: int) -> Iterator[None]:
    """Write in one transaction, unless somebody else took over meanwhile."""
    with _brief():
        row = Deployer.objects.select_for_update().get(id=1)
        if row.fence != fence:
            raise DeployerBusyError
        yield


@contextmanager
def _brief() -> Iterator[None]:
    """Hold locks, but not for ever if this process is stopped meanwhile."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SET LOCAL idle_in_transaction_session_timeout = '{STOPPED}s'"
                )
        yield


def release_lease(fence: int, *, now: datetime, failure: str = "") -> None:
    """Let somebody else make deployments, and note what went wrong if anything did."""
    values: dict[str, Any] = {"lease_until": None}
    if failure:
        values |= {"failure": failure, "failed_at": now}
    Deployer.objects.filter(fence=fence).update(**values)


def _write(
    built: Build, *, restores: int | None, above: int, now: datetime, **values: Any
) -> Deployment | None:
    newest = Deployment.objects.order_by("-number").first()
    digest = content_hash(canonical_bytes(built.content))
    is_same = newest is not None and newest.content_hash == digest
    is_wanted = restores is not None or (
        newest is not None and (newest.number < above or not _is_signed_now(newest))
    )
    if is_same and not is_wanted:
        return None
    number = max(newest.number if newest else 0, above) + 1
    root = built.content | {
        "number": number,
        "made_at": now.isoformat(),
        "change": built.change,
    }
    data = canonical_bytes(root)
    _write_chunks(built)
    return Deployment.objects.create(
        number=number,
        made_at=now,
        restores=restores,
        content_hash=digest,
        root=data,
        root_hash=content_hash(data),
        signature=sign(data, signing_key()),
        change=built.change,
        routes=sum(one.routes for one in built.chunks.values()),
        policies=sum(one.policies for one in built.chunks.values()),
        **values,
    )


def _is_signed_now(deployment: Deployment) -> bool:
    """Answer whether the present key signed it; a former one may count no more."""
    key = signing_key().public_key()
    return verify(bytes(deployment.root), bytes(deployment.signature), key)


def _write_chunks(built: Build) -> None:
    new = {pk: one for pk, one in built.chunks.items() if one.data is not None}
    made = {one.hash: one.data for one in new.values() if one.data is not None}
    if built.certificates:
        made[content_hash(built.certificates)] = built.certificates
    Blob.objects.bulk_create(
        (
            Blob(hash=name, data=zlib.compress(data, FAST), size=len(data))
            for name, data in made.items()
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    NamespaceChunk.objects.bulk_create(
        (
            NamespaceChunk(
                namespace_id=pk,
                mark=one.mark,
                hash=one.hash,
                routes=one.routes,
                policies=one.policies,
            )
            for pk, one in new.items()
        ),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["namespace_id"],
        update_fields=["mark", "hash", "routes", "policies"],
    )
    _drop_gone(built.chunks)


def _drop_gone(chunks: Mapping[str, Any]) -> None:
    held = NamespaceChunk.objects.values_list("namespace_id", flat=True)
    gone = [pk for pk in held if str(pk) not in chunks]
    NamespaceChunk.objects.filter(Q(namespace_id__in=gone)).delete()

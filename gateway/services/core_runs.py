"""Runs of publishing to a Core: when, one at a time, and what is kept of each.

A run may be killed anywhere: each compares what is there with what should be, so that
the next one goes on.
"""

import importlib
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from console.core import jobs
from gateway import selectors
from gateway.exceptions import ClusterBusyError
from gateway.models import Cluster, ClusterMode, Standing

LEASE = timedelta(minutes=5)
FIRST_WAIT, LONGEST_WAIT = 5, 300  # seconds
MAX_DOUBLINGS = 8
MAX_FAILURE = 2000

Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


def start_due_publishing(*, now: datetime) -> int:
    """Have workers publish to the Cores that are due; return how many."""
    due = selectors.list_due_clusters(now=now)
    for row in due:
        jobs.run_after_commit("gateway.publish_cluster", cluster_id=str(row.pk))
    return len(due)


def publish_cluster(
    cluster_id: UUID | str, *, clock: Clock, when_due: bool = False
) -> Cluster | None:
    """Bring a Core to what is deployed and known of people; None if it isn't there.

    What goes wrong is kept on the row, and tried again later: ever less often.
    Nothing is done while another run is at it, or where publishing is paused; with
    `when_due` neither if another run did it meanwhile.
    """
    with suppress(ClusterBusyError):
        row = _begin(cluster_id, clock(), when_due=when_due)
        if row is None:
            return Cluster.objects.filter(pk=cluster_id).first()
        values: dict[str, Any] = {}
        try:
            if row.mode != ClusterMode.PAUSED:
                module = importlib.import_module("gateway.services.core_publishing")
                values = module.bring_up_to_date(row, clock=clock)
        except Exception as error:
            logger.exception("publishing to %s failed", row)
            values = failure_of(row, f"{type(error).__name__}: {error}", clock())
        finally:
            _end(row, values)
    return Cluster.objects.filter(pk=cluster_id).first()


@transaction.atomic
def _begin(cluster_id: UUID | str, now: datetime, *, when_due: bool) -> Cluster | None:
    """Become the one who publishes to a Core; None if there is nothing to do.

    Raises:
        ClusterBusyError: somebody else is, and has not been for too long.
    """
    row = Cluster.objects.select_for_update().filter(pk=cluster_id).first()
    if row is None:
        return None
    if row.lease_until is not None and now < row.lease_until <= now + LEASE:
        raise ClusterBusyError
    if when_due and not selectors.is_cluster_due(row, now=now):
        return None
    row.fence += 1
    row.lease_until = now + LEASE
    row.asked_at = None
    row.done = row.total = 0
    row.save(update_fields=["fence", "lease_until", "asked_at", "done", "total"])
    return row


def _end(row: Cluster, values: dict[str, Any]) -> None:
    """Keep what came of a run, unless the row changed or another run took over."""
    rows = Cluster.objects.filter(pk=row.pk, fence=row.fence)
    if not rows.filter(version=row.version).exists():
        values = {}  # what was published is not what the row says now
    rows.update(lease_until=None, **values)


def failure_of(row: Cluster, text: str, now: datetime) -> dict[str, Any]:
    """Return what to keep of a run that failed, and when to try again."""
    doublings = min(row.failures, MAX_DOUBLINGS)
    wait = min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
    return {
        "standing": Standing.FAILING,
        "failure": text[:MAX_FAILURE],
        "failed_at": row.failed_at or now,
        "failures": row.failures + 1,
        "checked_at": now,
        "next_run_at": now + timedelta(seconds=wait),
    }

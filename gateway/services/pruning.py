"""Forgets deployments and changes of long ago, and chunks that nobody names any more.

Never what is in force or run by a proxy, and never the last ones, however old. It is
done while no deployment is being made, so that no chunk goes that one is about to name.
"""

import json
import logging
from datetime import datetime, timedelta

from console.core import outbox
from gateway.exceptions import DeployerBusyError
from gateway.models import Blob, Decision, Deployment, NamespaceChunk, Proxy
from gateway.services.deploying import (
    release_lease,
    renewing,
    take_lease,
    writing_as,
)

KEPT_DAYS = 90
KEPT_AT_LEAST = 100
CHANGES_KEPT_DAYS = 7
AT_ONCE = 500  # rows of one statement

logger = logging.getLogger(__name__)


def prune_deployments(*, now: datetime) -> int:
    """Delete deployments that are older than they are kept; return how many.

    Those by which a decision of the log was made stay as long as it does. Nothing is
    done while a deployment is being made; the next run comes soon.
    """
    gone = _list_gone(now)
    if not gone:
        return 0
    try:
        fence = take_lease(now)
    except DeployerBusyError:
        return 0
    try:
        with renewing(fence, now):
            for start in range(0, len(gone), AT_ONCE):
                Deployment.objects.filter(pk__in=gone[start : start + AT_ONCE]).delete()
            with writing_as(fence):
                _delete_unnamed()
    except DeployerBusyError:
        logger.warning("somebody else took over; the next run deletes the rest")
    finally:
        release_lease(fence, now=now)
    return len(gone)


def prune_changes(*, now: datetime) -> int:
    """Delete changes of people that are older than they are kept; return how many.

    Who follows has read them within a second. Who was away for longer reads everything
    anew, and denies until that is done.
    """
    return outbox.prune(before=now - timedelta(days=CHANGES_KEPT_DAYS))


def _list_gone(now: datetime) -> list[int]:
    kept = set(Deployment.objects.values_list("pk", flat=True)[:KEPT_AT_LEAST])
    kept |= set(Proxy.objects.values_list("deployment", flat=True))
    old = Deployment.objects.filter(made_at__lt=now - timedelta(days=KEPT_DAYS))
    found = sorted(set(old.values_list("pk", flat=True)) - kept)
    if not found:
        return []
    since = Decision.objects.filter(deployment__lte=found[-1])
    return sorted(
        set(found) - set(since.order_by().values_list("deployment", flat=True))
    )


def _delete_unnamed() -> None:
    """Delete the chunks that neither a deployment nor a namespace names."""
    named = set(NamespaceChunk.objects.values_list("hash", flat=True))
    roots = Deployment.objects.order_by().values_list("root", flat=True)
    for data in roots.iterator(chunk_size=20):
        root = json.loads(bytes(data))
        named.update(root["namespaces"].values(), [root["certificates"]])
    unnamed = sorted(set(Blob.objects.values_list("pk", flat=True)) - named)
    for start in range(0, len(unnamed), AT_ONCE):
        Blob.objects.filter(pk__in=unnamed[start : start + AT_ONCE]).delete()

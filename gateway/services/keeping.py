"""How long the decision log and its figures are kept."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from gateway import selectors
from gateway.models import Decision, DecisionRecorder, Span, TrafficCount
from gateway.services.recording import RANGES

FIGURES_KEPT_DAYS = 90
MINUTES_KEPT = timedelta(hours=3)  # after that, whole hours are enough
AT_ONCE = 5_000  # rows of one statement: authorizers write meanwhile
MOST_STATEMENTS = 200
SUMS = ("requests", "microseconds", *RANGES)
OF = ("route_id", "outcome", "reason", "namespace_id")
READ = ("pk", "start", *OF, *SUMS)
Key = tuple[Any, ...]


def prune_decisions(*, now: datetime) -> int:
    """Delete decisions that are older than they are kept; return how many.

    What is left after so many statements is for the next run.
    """
    days = selectors.root_settings()["decision_log_days"]
    before = now - timedelta(days=days)
    DecisionRecorder.objects.filter(seen_at__lt=before).delete()
    rows = Decision.objects.filter(at__lt=before).order_by("at")
    deleted = 0
    for _ in range(MOST_STATEMENTS):
        ids = list(rows.values_list("pk", flat=True)[:AT_ONCE])
        deleted += Decision.objects.filter(pk__in=ids).delete()[0]
        if len(ids) < AT_ONCE:
            break
    return deleted


def merge_figures(*, now: datetime) -> int:
    """Make hours out of the minutes of hours that are past; return how many rows.

    An authorizer that was cut off may bring minutes of an hour that was made already;
    they are added to it.
    """
    TrafficCount.objects.filter(
        start__lt=now - timedelta(days=FIGURES_KEPT_DAYS)
    ).delete()
    limit = (now - MINUTES_KEPT).replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        old = TrafficCount.objects.filter(span=Span.MINUTE, start__lt=limit)
        ids, sums = [], dict[Key, dict[str, int]]()
        for pk, start, *named in old.order_by("pk").values_list(*READ)[:AT_ONCE]:
            ids.append(pk)
            key = (start.replace(minute=0), *named[: len(OF)])
            held = sums.setdefault(key, dict.fromkeys(SUMS, 0))
            for name, more in zip(SUMS, named[len(OF) :], strict=True):
                held[name] += more
        for (start, *named), values in sums.items():
            _add(values, start=start, **dict(zip(OF, named, strict=True)))
        TrafficCount.objects.filter(pk__in=ids).delete()
    return len(sums)


def _add(values: dict[str, int], **key: Any) -> None:
    hour, is_new = TrafficCount.objects.get_or_create(
        span=Span.HOUR, recorder="", **key, defaults=values
    )
    if not is_new:
        for name, more in values.items():
            setattr(hour, name, getattr(hour, name) + more)
        hour.save()

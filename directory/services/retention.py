"""Forgets runs of directories, and names of groups, of long ago.

What they changed stays in the audit log. Never what waits for somebody or is under way,
and never the newest runs of a directory, however old.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from console.core import audit
from console.core.actor import system
from console.core.audit import Change
from console.core.transactions import writing
from directory.models import Directory, DirectoryAlarm, FormerName, RunState
from directory.models.runs import UNDER_WAY
from namespaces.selectors import get_root

KEPT_AT_LEAST = 20  # runs of a directory, and as many that changed something
QUIET_DAYS = 7  # for those that changed nothing and failed at nothing
QUIET = (RunState.UNCHANGED, RunState.SUPERSEDED)
NAMES_KEPT_DAYS = 400
AT_ONCE = 200  # rows of one statement; a run may hold a plan


def forget_runs(*, now: datetime) -> int:
    """Delete runs that are older than they are kept; return how many.

    Runs that changed nothing and failed at nothing are most of them, and go first.
    """
    forgotten = sum(_forget_runs_of(one, now=now) for one in Directory.objects.all())
    old = now - timedelta(days=NAMES_KEPT_DAYS)
    FormerName.objects.filter(until__lt=old).delete()
    DirectoryAlarm.objects.filter(ended_at__lt=old).delete()
    return forgotten


@writing()
def _forget_runs_of(directory: Directory, *, now: datetime) -> int:
    days = settings.DIRECTORY_RUNS_KEPT_DAYS
    before = now - timedelta(days=days)
    quiet = now - timedelta(days=min(days, QUIET_DAYS))
    keys = directory.runs.values_list("pk", flat=True)
    kept = set(keys[:KEPT_AT_LEAST])
    kept |= set(keys.filter(state=RunState.APPLIED)[:KEPT_AT_LEAST])
    old = keys.exclude(state__in=(RunState.HELD, *UNDER_WAY)).filter(
        Q(created_at__lt=before) | Q(state__in=QUIET, created_at__lt=quiet)
    )
    gone = [one for one in old if one not in kept]
    if not gone:
        return 0
    for start in range(0, len(gone), AT_ONCE):
        directory.runs.filter(pk__in=gone[start : start + AT_ONCE]).delete()
    change = Change(
        action="directory.runs-forgotten",
        target_type="directory",
        target_id=directory.pk,
        target_label=directory.name,
        namespace_id=get_root().id,
        after={"runs": len(gone), "kept days": days},
    )
    audit.record(change, actor=system("directory retention"), now=now)
    return len(gone)

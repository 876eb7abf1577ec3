"""How runs of directories are shown: states, counts, progress."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

BADGES = {
    "queued": "neutral",
    "running": "info",
    "held": "warning",
    "applied": "success",
    "unchanged": "success",
    "previewed": "info",
    "failed": "danger",
    "discarded": "neutral",
    "superseded": "neutral",
}
UNDER_WAY = frozenset({"queued", "running"})
CHANGES = (
    ("new_people", gettext_lazy("People who are new")),
    ("changed_people", gettext_lazy("People who changed")),
    ("gone_people", gettext_lazy("People who are gone")),
    ("new_groups", gettext_lazy("New groups")),
    ("changed_groups", gettext_lazy("Groups that changed")),
    ("gone_groups", gettext_lazy("Groups that are gone")),
    ("added", gettext_lazy("New memberships")),
    ("removed", gettext_lazy("Ended memberships")),
)
TRIGGERS = {
    "schedule": gettext_lazy("By schedule"),
    "manual": gettext_lazy("By hand"),
    "push": gettext_lazy("After a push"),
    "file": gettext_lazy("From a file"),
}
SOON_SECONDS = 90
RUN_COLUMNS = (
    {"label": gettext_lazy("Started")},
    {"label": gettext_lazy("How"), "hide": "narrow"},
    {"label": gettext_lazy("State")},
    {"label": gettext_lazy("People"), "align": "end", "hide": "narrow"},
    {"label": gettext_lazy("Changes"), "align": "end"},
)
EFFECT_COLUMNS = (
    {"label": gettext_lazy("Route")},
    {"label": gettext_lazy("Gain"), "align": "end"},
    {"label": gettext_lazy("Lose"), "align": "end"},
)
PROBLEM_COLUMNS = (
    {"label": gettext_lazy("What")},
    {"label": gettext_lazy("Id")},
    {"label": gettext_lazy("Problem")},
)
DIFFERENCE_COLUMNS = (
    {"label": gettext_lazy("Change")},
    {"label": gettext_lazy("Who or what")},
)
DIFFERENCES = {
    "new_people": gettext_lazy("Person new"),
    "changed_people": gettext_lazy("Person changed"),
    "gone_people": gettext_lazy("Person gone"),
    "new_groups": gettext_lazy("Group new"),
    "changed_groups": gettext_lazy("Group changed"),
    "gone_groups": gettext_lazy("Group gone"),
    "added": gettext_lazy("New membership"),
    "removed": gettext_lazy("Ended membership"),
}


def run_row(run: Any) -> dict[str, Any]:
    """Return a run as a row of the table of runs."""
    return {
        "url": reverse("directory:run-detail", args=[run.pk]),
        "at": run.created_at,
        "how": trigger_of(run),
        "badge": badge_of(run),
        "people": run.counts.get("people"),
        "changes": sum(run.counts.get(name, 0) for name, _ in CHANGES)
        if run.counts
        else None,
    }


def trigger_of(run: Any) -> str:
    """Return who or what asked for a run."""
    how = TRIGGERS.get(run.trigger, run.trigger)
    return gettext("%(how)s, dry run") % {"how": how} if run.is_dry_run else how


def badge_of(run: Any) -> dict[str, str]:
    """Return kind and words of a run's badge."""
    return {"kind": BADGES[run.state], "label": run.get_state_display()}


def is_under_way(run: Any) -> bool:
    """Answer whether a worker has it, or will."""
    return run.state in UNDER_WAY


def progress_of(run: Any) -> dict[str, Any]:
    """Return the parameters of the progress component."""
    found = run.progress
    expected, pages = found.get("expected") or None, found.get("pages")
    label = (
        gettext("Waiting for a worker") if run.state == "queued" else gettext("Reading")
    )
    if pages:
        label = gettext("Reading %(page)s") % {"page": found["page"]}
    counted = [
        f"{found[name]:,} {name}"
        for name in ("people", "groups", "memberships")
        if name in found
    ]
    return {
        "id": "sync-progress",
        "label": label,
        "value": min(pages, expected) if pages and expected else None,
        "max": expected,
        "note": ", ".join([*counted, *_time_left(run)]),
        "poll": reverse("directory:run-progress", args=[run.pk]),
    }


def _time_left(run: Any) -> list[str]:
    """Return how long it may take from here, from how long it took so far."""
    expected, pages = run.progress.get("expected"), run.progress.get("pages")
    if not expected or not pages or not run.started_at or pages >= expected:
        return []
    spent = (run.modified_at - run.started_at).total_seconds()
    left = spent / pages * (expected - pages)
    if left < SOON_SECONDS:
        return [gettext("about %(left)s seconds left") % {"left": f"{left:.0f}"}]
    return [gettext("about %(left)s minutes left") % {"left": f"{left / 60:.0f}"}]


def changes_of(run: Any) -> list[dict[str, Any]]:
    """Return what a run changes, as facts."""
    return [
        {"label": label, "value": f"{run.counts.get(name, 0):,}"}
        for name, label in CHANGES
    ]


def differences_of(run: Any) -> list[dict[str, Any]]:
    """Return whom and what a run changes, as rows; the first of each kind."""
    return [{**line, "label": DIFFERENCES[line["what"]]} for line in run.differences]

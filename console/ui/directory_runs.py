"""How runs of directories are shown: states, counts, progress."""

from typing import Any

from django.urls import reverse

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
    ("new_people", "People who are new"),
    ("changed_people", "People who changed"),
    ("gone_people", "People who are gone"),
    ("new_groups", "New groups"),
    ("changed_groups", "Groups that changed"),
    ("gone_groups", "Groups that are gone"),
    ("added", "New memberships"),
    ("removed", "Ended memberships"),
)
TRIGGERS = {
    "schedule": "By schedule",
    "manual": "By hand",
    "push": "After a push",
    "file": "From a file",
}
SOON_SECONDS = 90
RUN_COLUMNS = (
    {"label": "Started"},
    {"label": "How", "hide": "narrow"},
    {"label": "State"},
    {"label": "People", "align": "end", "hide": "narrow"},
    {"label": "Changes", "align": "end"},
)
EFFECT_COLUMNS = (
    {"label": "Route"},
    {"label": "Gain", "align": "end"},
    {"label": "Lose", "align": "end"},
)
PROBLEM_COLUMNS = ({"label": "What"}, {"label": "Id"}, {"label": "Problem"})


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
    return f"{how}, dry run" if run.is_dry_run else how


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
    label = "Waiting for a worker" if run.state == "queued" else "Reading"
    if pages:
        label = f"Reading {found['page']}"
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
        return [f"about {left:.0f} seconds left"]
    return [f"about {left / 60:.0f} minutes left"]


def changes_of(run: Any) -> list[dict[str, Any]]:
    """Return what a run changes, as facts."""
    return [
        {"label": label, "value": f"{run.counts.get(name, 0):,}"}
        for name, label in CHANGES
    ]

"""An import as its pages draw it: headline, tabs, rows. No rules are here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from policies.translating import translated
from routes.imports import report
from routes.imports.findings import in_words
from routes.imports.progress import read_progress
from routes.models import ImportRun, ImportStatus

FINDINGS, ROUTES, POLICIES, LEFT_ALONE = "findings", "routes", "policies", "left-alone"
PARTS = (
    (FINDINGS, gettext_lazy("To look at"), "warning"),
    (ROUTES, gettext_lazy("Routes"), "route"),
    (POLICIES, gettext_lazy("Policies"), "policy"),
    (LEFT_ALONE, gettext_lazy("Left alone"), "settings"),
)
COLUMNS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    FINDINGS: [
        {"label": gettext_lazy("Line"), "align": "end"},
        {"label": gettext_lazy("What")},
    ],
    ROUTES: [
        {"label": gettext_lazy("Route")},
        {"label": gettext_lazy("From")},
        {"label": gettext_lazy("To"), "hide": "medium"},
        {"label": gettext_lazy("Policies"), "hide": "narrow"},
        {"label": gettext_lazy("What happens")},
    ],
    POLICIES: [
        {"label": gettext_lazy("Policy")},
        {"label": gettext_lazy("Routes"), "align": "end", "hide": "narrow"},
        {"label": gettext_lazy("Namespace"), "hide": "medium"},
        {"label": gettext_lazy("What happens")},
    ],
    LEFT_ALONE: [
        {"label": gettext_lazy("Line"), "align": "end"},
        {"label": gettext_lazy("Setting")},
        {"label": gettext_lazy("Why")},
    ],
}
RUN_COLUMNS = [
    {"label": gettext_lazy("File")},
    {"label": gettext_lazy("Namespace")},
    {"label": gettext_lazy("Status")},
    {"label": gettext_lazy("Started"), "hide": "narrow"},
    {"label": gettext_lazy("By"), "hide": "medium"},
]
UNDER_WAY = frozenset({ImportStatus.READING, ImportStatus.QUEUED, ImportStatus.RUNNING})
STATUS_BADGES = {
    ImportStatus.PLANNED: "info",
    ImportStatus.REFUSED: "danger",
    ImportStatus.DONE: "success",
    ImportStatus.FAILED: "danger",
}
ACTION_BADGES = {
    "create": ("new", gettext_lazy("Create"), gettext_lazy("Created")),
    "update": ("warning", gettext_lazy("Update"), gettext_lazy("Updated")),
    "reuse": ("neutral", gettext_lazy("Use as it is"), gettext_lazy("Used as it is")),
    "unchanged": ("neutral", gettext_lazy("Nothing"), gettext_lazy("Nothing")),
    "skip": ("neutral", gettext_lazy("Leave as it is"), gettext_lazy("Left as it is")),
}
SEVERITY_BADGES = {
    "problem": ("danger", gettext_lazy("Problem")),
    "warning": ("warning", gettext_lazy("Warning")),
    "note": ("info", gettext_lazy("Note")),
}
PHASES = {
    "reading": gettext_lazy("Reading the file"),
    "comparing": gettext_lazy("Comparing with what is there"),
    "writing": gettext_lazy("Writing policies and routes"),
}
DIFFERING_CODES = frozenset({"route_differs", "policy_differs"})


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge's kind and words."""

    kind: str
    label: str


def is_under_way(run: ImportRun) -> bool:
    """Answer whether something is still going on."""
    return run.status in UNDER_WAY


def headline(run: ImportRun) -> str:
    """Say in one sentence how an import stands."""
    if "fingerprint" not in run.plan:
        return ""
    if run.status == ImportStatus.DONE:
        return gettext("Everything in the file is here now.")
    return translated(report.summarize(run.plan))


def routes_url(run: ImportRun) -> str:
    """Return the list of the routes of the namespace that was imported into."""
    return f"{reverse('routes:route-list')}?namespace={run.namespace_id}"


def progress_of(run: ImportRun) -> dict[str, Any]:
    """Return the parameters of the progress component."""
    held = read_progress(run.pk)
    label = gettext("Waiting for a worker")
    if held is not None:
        label = str(PHASES.get(held.phase, held.phase))
    counted = held is not None and held.total > 0
    return {
        "id": "import-progress",
        "label": label,
        "value": held.done if held is not None and counted else None,
        "max": held.total if held is not None and counted else None,
        "poll": reverse("routes:import-progress", args=[run.pk]),
    }


def shown_part(run: ImportRun, wanted: str) -> str:
    """Return the part of the plan to show: what was asked for, or what matters."""
    names = [name for name, _, _ in PARTS]
    if wanted in names:
        return wanted
    if run.status == ImportStatus.REFUSED:
        return FINDINGS
    return ROUTES if run.plan["routes"] else POLICIES


def tabs(run: ImportRun, shown: str) -> list[dict[str, Any]]:
    """Return the tabs of a plan, without those that have nothing in them."""
    url = reverse("routes:import-detail", args=[run.pk])
    return [
        {
            "label": label,
            "url": f"{url}?show={name}",
            "icon": icon,
            "count": count,
            "active": name == shown,
        }
        for name, label, icon in PARTS
        if (count := len(_listed(run, name))) or name == shown
    ]


def rows_of(run: ImportRun, part: str) -> list[dict[str, Any]]:
    """Return everything in one part of the plan, in its order."""
    if part == FINDINGS:
        return [_finding(one) for one in _listed(run, part)]
    if part == ROUTES:
        return [_route(one, run) for one in _listed(run, part)]
    if part == POLICIES:
        return [_policy(one, run) for one in _listed(run, part)]
    return [translated(in_words(one)) for one in _listed(run, part)]


def differs(run: ImportRun) -> bool:
    """Answer whether something is in the way that options would remove."""
    return any(one["code"] in DIFFERING_CODES for one in run.plan["findings"])


def run_row(run: ImportRun) -> dict[str, Any]:
    """Return an import as a row of a list."""
    return {
        "run": run,
        "url": reverse("routes:import-detail", args=[run.pk]),
        "badge": Badge(
            STATUS_BADGES.get(ImportStatus(run.status), "neutral"),
            run.get_status_display(),
        ),
    }


def _listed(run: ImportRun, part: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = run.plan[part.replace("-", "_")]
    return listed


def _finding(one: Mapping[str, Any]) -> dict[str, Any]:
    one = translated(in_words(one))
    return {
        **one,
        "badge": Badge(*map(str, SEVERITY_BADGES[one["severity"]])),
        "pointer": f"{' ' * one['caret']}^" if one["excerpt"] else "",
        "remedy": _sentence(one["remedy"]),
    }


def _sentence(words: str) -> str:
    """Return a remedy as a sentence; many are questions already."""
    if not words:
        return ""
    return words[0].upper() + words[1:] + ("" if words.endswith("?") else ".")


def _action_badge(one: Mapping[str, Any], run: ImportRun) -> Badge:
    kind, before, after = ACTION_BADGES[one["action"]]
    return Badge(kind, str(after if run.status == ImportStatus.DONE else before))


def _route(one: Mapping[str, Any], run: ImportRun) -> dict[str, Any]:
    one = translated(in_words(one))
    route_id = one["route_id"]
    policies = run.plan["policies"]
    return {
        **one,
        "address": one["from"],
        "condition": one["match"].replace(":", " ", 1),
        "badge": _action_badge(one, run),
        "policy_names": [policies[at]["name"] for at in one["policies"]],
        "url": reverse("routes:route-detail", args=[route_id]) if route_id else "",
    }


def _policy(one: Mapping[str, Any], run: ImportRun) -> dict[str, Any]:
    policy_id = one["policy_id"]
    return {
        **one,
        "badge": _action_badge(one, run),
        "url": reverse("policies:policy-detail", args=[policy_id]) if policy_id else "",
    }

"""How an attempt to connect went: a page that asks again until a worker has made it."""

import json
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy, gettext_noop

from console.core.generic.pages import Page
from directory import selectors

FIELD_COLUMNS = (
    {"label": gettext_lazy("Field")},
    {"label": gettext_lazy("Type")},
    {"label": gettext_lazy("For example")},
    {"label": gettext_lazy("Records"), "align": "end", "hide": "narrow"},
)
RECORD_COLUMNS = ({"label": gettext_lazy("Key")}, {"label": gettext_lazy("Data")})
PROBLEM_COLUMNS = ({"label": gettext_lazy("Where")}, {"label": gettext_lazy("Problem")})


class TrialPage(Page):
    """The result by itself, and the part of the form that waits for it."""

    title = gettext_noop("Trial")
    template_name = "directory/trial.html"
    fragment_template_name = "directory/partials/_trial.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what there is of the result."""
        trial = selectors.get_trial(self.kwargs["id"], actor=self.actor)
        return super().get_context_data(trial=shown(trial), **kwargs)


def shown(trial: Any) -> dict[str, Any]:
    """Return a trial as its templates take it."""
    result = trial.result
    return {
        "is_waiting": trial.state == "waiting",
        "failure": trial.failure.capitalize()[:1] + trial.failure[1:],
        "remedy": trial.remedy,
        "url": reverse("directory:trial-detail", args=[trial.pk]),
        "text": result.get("text", ""),
        "answer": result.get("answer"),
        "count": result.get("count"),
        "seconds": result.get("seconds"),
        "fields": result.get("fields", ()),
        "first": [
            {"key": one["key"], "data": written(one["data"])}
            for one in result.get("first", ())
        ],
        "problems": result.get("problems", ()),
        "problem_count": result.get("problem_count", 0),
        "field_columns": FIELD_COLUMNS,
        "record_columns": RECORD_COLUMNS,
        "problem_columns": PROBLEM_COLUMNS,
    }


def written(data: Any) -> str:
    """Return a record as people read it."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True)

"""Pages of readings of external data: how far, what came, what is wrong, what to do."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from console.core.exceptions import ConsoleError
from console.core.generic.pages import ActionView, ActorMixin, Page
from console.ui.directory_runs import (
    badge_of,
    is_under_way,
    trigger_of,
)
from directory import selectors, services

RUN_COLUMNS = (
    {"label": gettext_lazy("Started")},
    {"label": gettext_lazy("How"), "hide": "narrow"},
    {"label": gettext_lazy("State")},
    {"label": gettext_lazy("Records"), "align": "end", "hide": "narrow"},
    {"label": gettext_lazy("Changes"), "align": "end"},
)
CHANGES = (
    ("records", gettext_lazy("Records that came")),
    ("new", gettext_lazy("New")),
    ("changed", gettext_lazy("Changed")),
    ("gone", gettext_lazy("Gone")),
)
PROBLEM_COLUMNS = (
    {"label": gettext_lazy("Record")},
    {"label": gettext_lazy("Problem")},
)


def run_row(run: Any) -> dict[str, Any]:
    """Return a run as a row of the table of runs."""
    counts = run.counts
    return {
        "url": reverse("directory:data-run-detail", args=[run.pk]),
        "at": run.created_at,
        "how": trigger_of(run),
        "badge": badge_of(run),
        "records": counts.get("records"),
        "changes": sum(counts.get(name, 0) for name, _ in CHANGES[1:])
        if counts
        else None,
    }


def progress_of(run: Any) -> dict[str, Any]:
    """Return the parameters of the progress component."""
    step = run.progress.get("step", "reading")
    waiting = run.state == "queued"
    return {
        "id": "data-progress",
        "label": gettext("Waiting for a worker")
        if waiting
        else step[:1].upper() + step[1:],
        "value": None,
        "max": None,
        "note": "",
        "poll": reverse("directory:data-run-progress", args=[run.pk]),
    }


class StartDataRun(ActionView):
    """Read it now; with `dry`, only to see what would change."""

    def carry_out(self) -> str:
        """Let a worker begin."""
        source = selectors.get_data_source(self.kwargs["id"], actor=self.actor)
        try:
            run = services.start_read(
                source.pk,
                is_dry_run="dry" in self.request.POST,
                actor=self.actor,
                now=self.now,
            )
        except ConsoleError as error:
            if error.http_status in {403, 404}:
                raise
            messages.warning(self.request, error.message.capitalize())
            return reverse("directory:data-source-detail", args=[source.pk])
        return reverse("directory:data-run-detail", args=[run.pk])


class _OfDataRun(ActorMixin):
    @cached_property
    def run(self) -> Any:
        """The run of the URL."""
        return selectors.get_data_run(self.kwargs["id"], actor=self.actor)


class DataRunPage(_OfDataRun, Page):
    """One run: how far it is, what it found, what went wrong and what to do."""

    template_name = "directory/data_run_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add everything that is known of it."""
        run = self.run
        context = {
            "title": gettext("Run of %(record_type)s")
            % {"record_type": run.source.record_type},
            "run": run,
            "badge": badge_of(run),
            "how": trigger_of(run),
            "changes": [
                {"label": label, "value": f"{run.counts.get(name, 0):,}"}
                for name, label in CHANGES
            ]
            if run.counts
            else [],
            "answer": _answer_of(run.answer),
            "excerpt": run.answer.get("excerpt", ""),
            "problem_columns": PROBLEM_COLUMNS,
            "is_held": run.state == "held",
            **kwargs,
        }
        if is_under_way(run):
            context["progress"] = progress_of(run)
        return super().get_context_data(**context)


def _answer_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    if not answer:
        return []
    return [
        {"label": gettext("Status"), "value": answer["status"]},
        {"label": gettext("Type"), "value": answer["kind"], "empty": gettext("None")},
        {"label": gettext("Size"), "value": f"{answer['size']:,} bytes"},
    ]


class DataRunProgress(_OfDataRun, ActorMixin):
    """How far a run is; tells the page to reload when it is over."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Answer with the progress, which asks again in a second."""
        if not is_under_way(self.run):
            response = HttpResponse(status=204)
            response["HX-Refresh"] = "true"
            return response
        return render(request, "components/progress.html", progress_of(self.run))


class _Decide(_OfDataRun, ActionView):
    done = ""

    def decide(self) -> None:
        """Call the service."""
        raise NotImplementedError

    def carry_out(self) -> str:
        """Decide, or say why that can't be done any more."""
        try:
            self.decide()
        except ConsoleError as error:
            if error.http_status in {403, 404}:
                raise
            messages.warning(self.request, error.message.capitalize())
        else:
            messages.success(self.request, gettext(self.done))
        return reverse("directory:data-run-detail", args=[self.run.pk])


class ReleaseDataRun(_Decide):
    """Let a held run be written as it was looked at."""

    done = gettext_noop("The records are in force.")

    def decide(self) -> None:
        """Write it."""
        services.release_data_run(self.run.pk, actor=self.actor, now=self.now)


class DiscardDataRun(_Decide):
    """Throw a held run away."""

    done = gettext_noop("The run is discarded; the records stay as they were.")

    def decide(self) -> None:
        """Discard it."""
        services.discard_data_run(self.run.pk, actor=self.actor, now=self.now)

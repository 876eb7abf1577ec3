"""Pages of the decision log: the list, one decision explained, exports."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.generic import View

from console.core.exceptions import ConsoleError
from console.core.generic.export import CHUNK, file_response
from console.core.generic.pages import ActorMixin, CsvExport, ListPage, Page
from gateway import selectors, services
from gateway.listings import DecisionListing
from gateway.models import Decision

EXPORTED = (
    *("id", "at", "outcome", "status", "reasons", "method", "host", "path"),
    *("who", "person_id", "account_id", "session_id", "address", "request_id"),
    *("route_id", "route", "namespace_id", "deployment", "microseconds"),
    *("proxy", "recorder"),
)
WORDS = {"device-enrollment": gettext_lazy("a device was asked for")}
LOOKS = {"allow": "allow", "login": "login", "device-enrollment": "login"}


def look_of(outcome: str) -> str:
    """Return the icon and color of an outcome: allow, login or deny."""
    return LOOKS.get(outcome, "deny")


class DecisionListPage(ListPage):
    """What was decided, the latest first."""

    title = gettext_noop("Decisions")
    template_name = "gateway/decision_list.html"
    listing = DecisionListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Refuse whoever may read no log; add how each looks, and what is missing."""
        selectors.check_reads_decisions(self.actor)
        context = super().get_context_data(**kwargs)
        rows = [(row, look_of(row.outcome)) for row in context["list"].rows]
        troubles = selectors.list_recorders_in_trouble(now=self.now)
        return context | {"rows": rows, "troubles": troubles}


class DecisionPage(Page):
    """One decision, and what each policy said, as far as that can be told again."""

    template_name = "gateway/decision_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the decision and its explanation."""
        row = selectors.get_decision(self.kwargs["number"], actor=self.actor)
        return super().get_context_data(
            title=f"{row.get_outcome_display()}: {row.method} {row.host}",
            row=row,
            look=look_of(row.outcome),
            outcome_words=WORDS.get(row.outcome, ""),
            route=selectors.find_shown_route(row, actor=self.actor),
            sees_deployments=selectors.sees_deployments(self.actor),
            milliseconds=f"{row.microseconds / 1000:.2f}",
            **self._explanation(row),
            **kwargs,
        )

    def _explanation(self, row: Decision) -> dict[str, Any]:
        """Return what each policy said, or why that can't be told."""
        try:
            found = services.explain_decision(row.pk, actor=self.actor, now=self.now)
        except ConsoleError as error:
            return {"problem": error.message}
        return {
            "explained": found,
            "now_look": look_of(found.trial.outcome),
            "parts": [
                {"policy": found.policies[one.id], "tried": one}
                for one in found.trial.policies
                if one.id in found.policies
            ],
        }


class DecisionCsv(CsvExport):
    """The same as CSV."""

    listing = DecisionListing()


class DecisionJsonLines(ActorMixin, View):
    """The same with everything, one JSON object for each line."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        """Answer with the file."""
        rows = DecisionListing().select(request.GET.dict(), self.actor)
        return file_response(
            _json_lines(rows.iterator(chunk_size=CHUNK)),
            name="decisions.jsonl",
            content_type="application/jsonl; charset=utf-8",
        )


def _json_lines(rows: Iterator[Decision]) -> Iterator[str]:
    for row in rows:
        values = {name: getattr(row, name) for name in EXPORTED}
        yield f"{json.dumps(values, default=str, ensure_ascii=False)}\n"

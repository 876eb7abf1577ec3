"""The audit log: the list, one event with what it changed, exports."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_noop
from django.views.generic import View

from console.core.diffs import unified_lines
from console.core.exceptions import PermissionDeniedError
from console.core.generic.export import CHUNK, file_response
from console.core.generic.pages import ActorMixin, CsvExport, ListPage, Page
from console.core.http import uuid_from
from console.core.models import AuditEvent
from console.ui.targets import target_url
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.listings import AuditListing
from namespaces.permissions import Permission

EXPORTED = (
    "sequence",
    "occurred_at",
    "action",
    "actor_id",
    "actor_label",
    "on_behalf_of",
    "token_label",
    "address",
    "request_id",
    "target_type",
    "target_id",
    "target_label",
    "namespace_id",
    "reason",
    "before",
    "after",
    "previous_hash",
    "hash",
)


class AuditPage(ListPage):
    """What happened, newest first, as far as the reader may know."""

    title = gettext_noop("Audit log")
    template_name = "console/audit_log.html"
    listing = AuditListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Refuse those who may read no event at all; name the namespaces."""
        if not access.can_anywhere(self.actor, Permission.AUDIT_VIEW):
            raise PermissionDeniedError
        context = super().get_context_data(**kwargs)
        events = context["list"].rows
        context["rows"] = [(event, target_url(event)) for event in events]
        return context


class AuditCsv(CsvExport):
    """The same as CSV."""

    listing = AuditListing()


class AuditJsonLines(ActorMixin, View):
    """The same with everything, one JSON object for each line."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        """Answer with the file."""
        rows = AuditListing().select(request.GET.dict(), self.actor)
        return file_response(
            _json_lines(rows.iterator(chunk_size=CHUNK)),
            name="audit-log.jsonl",
            content_type="application/jsonl; charset=utf-8",
        )


def _json_lines(events: Iterator[AuditEvent]) -> Iterator[str]:
    for event in events:
        values = {name: getattr(event, name) for name in EXPORTED}
        yield f"{json.dumps(values, default=str, ensure_ascii=False)}\n"


class AuditEventPage(Page):
    """One event: who, what, where, why, and the difference that it made."""

    template_name = "console/audit_event.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the event and its difference."""
        event = namespace_selectors.get_audit_event(
            self.kwargs["sequence"], actor=self.actor
        )
        lines = unified_lines(_pretty(event.before), _pretty(event.after))
        return super().get_context_data(
            title=f"{event.action} {event.target_label}",
            event=event,
            target_url=target_url(event),
            place=self._place(event),
            lines=lines,
            added=sum(line.kind == "added" for line in lines),
            removed=sum(line.kind == "removed" for line in lines),
            **kwargs,
        )

    def _place(self, event: AuditEvent) -> str:
        """Names that lead to the event's namespace, if the reader sees it."""
        if event.namespace_id is None:
            return ""
        rows = namespace_selectors.list_namespaces(self.actor).filter(
            pk=uuid_from(str(event.namespace_id), name="namespace")
        )
        return "".join(
            " / ".join(path.names)
            for path in namespace_selectors.name_paths(rows).values()
        )


def _pretty(state: Any) -> str:
    if state is None:
        return ""
    return json.dumps(state, indent=2, sort_keys=True, ensure_ascii=False)

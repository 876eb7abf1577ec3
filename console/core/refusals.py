"""Writes refused attempts to the audit log: who wanted to do what they may not.

Only attempts to change something, by somebody known. What may not be seen is answered
404, and counts as much as a 403: it is how probing looks. Reading is not recorded.
"""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from console.core import audit, http
from console.core.audit import Change
from console.core.transactions import writing

ACTION = "request.refused"
REFUSED = frozenset({403, 404})
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
WINDOW = timedelta(minutes=15)
MOST = 20  # of one actor within the window: a flood must not fill the log


class RefusalMiddleware:
    """Records what the views refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in REFUSED and request.method not in SAFE:
            _record(request, response.status_code)
        return response


def _record(request: HttpRequest, status: int) -> None:
    actor, now = http.actor_of(request), timezone.now()
    who = str(actor.user_id or actor.service_account_id or "")
    if not who:
        return
    if audit.count_events(action=ACTION, since=now - WINDOW, actor_id=who) >= MOST:
        return
    match = request.resolver_match
    with writing():
        audit.record(
            Change(
                action=ACTION,
                target_type="request",
                target_id="",
                target_label=f"{request.method} {request.path}"[:255],
                namespace_id=None,
                after={"status": status, "page": match.view_name if match else ""},
            ),
            actor=actor,
            now=now,
        )

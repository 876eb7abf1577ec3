"""Health for load balancers and figures for Prometheus. No sign-in."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from console.core import keys
from directory import selectors as directory_selectors
from gateway import selectors as gateway_selectors


@login_not_required
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer that the process runs; nothing else is looked at."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer whether this process can serve: database there, migrated, keys right."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return JsonResponse({"status": "the database does not answer"}, status=503)
    if pending:
        return JsonResponse({"status": "the database is not migrated"}, status=503)
    if not keys.are_known_to_fit():
        return JsonResponse({"status": keys.WRONG_KEY}, status=503)
    # Told, and no reason to stop serving: people mend it with this console.
    now = timezone.now()
    progress = gateway_selectors.tell_progress(now=now)
    return JsonResponse(
        {
            "status": "ok",
            "deployments": progress,
            "proxies": {"behind": gateway_selectors.count_stuck(now=now)},
            "directories": {"alarms": directory_selectors.count_alarms()},
        }
    )


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the figures of this process in Prometheus' text format."""
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)

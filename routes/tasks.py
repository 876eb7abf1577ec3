"""What a worker does for routes: reading and applying imports."""

from celery import shared_task
from django.utils import timezone

from routes import services

MINUTE = 60


@shared_task(name="routes.read_import", time_limit=10 * MINUTE, acks_late=True)
def read_import(*, run_id: str, **_: object) -> None:
    services.read_import(run_id, now=timezone.now())


@shared_task(name="routes.import_core", time_limit=30 * MINUTE, acks_late=True)
def import_core(*, run_id: str, **_: object) -> None:
    services.perform_import(run_id, now=timezone.now())


@shared_task(name="routes.preview_sync", time_limit=30 * MINUTE, acks_late=True)
def preview_sync(*, run_id: str, **_: object) -> None:
    services.preview_sync(run_id, now=timezone.now())


@shared_task(name="routes.fail_stalled_imports", time_limit=MINUTE)
def fail_stalled_imports(**_: object) -> None:
    services.fail_stalled_imports(now=timezone.now())

"""What a worker does for directories."""

from celery import shared_task
from django.utils import timezone

from directory import services

MINUTE = 60


@shared_task(name="directory.sync", time_limit=4 * 60 * MINUTE, acks_late=True)
def sync(*, run_id: str, **_: object) -> None:
    services.run_sync(run_id, clock=timezone.now)


@shared_task(name="directory.start_due_syncs", time_limit=MINUTE)
def start_due_syncs(**_: object) -> None:
    services.start_due_syncs(now=timezone.now())


@shared_task(name="directory.forget_runs", time_limit=10 * MINUTE, acks_late=True)
def forget_runs(**_: object) -> None:
    services.forget_runs(now=timezone.now())


@shared_task(name="directory.read_source", time_limit=10 * MINUTE, acks_late=True)
def read_source(*, run_id: str, **_: object) -> None:
    services.run_read(run_id, clock=timezone.now)


@shared_task(name="directory.start_due_reads", time_limit=MINUTE)
def start_due_reads(**_: object) -> None:
    services.start_due_reads(now=timezone.now())


@shared_task(name="directory.make_trial", time_limit=2 * MINUTE)
def make_trial(*, trial_id: str, **_: object) -> None:
    services.make_trial(trial_id, clock=timezone.now)


@shared_task(name="directory.watch_directories", time_limit=10 * MINUTE)
def watch_directories(**_: object) -> None:
    services.watch_directories(now=timezone.now())


@shared_task(name="directory.forget_trials", time_limit=MINUTE)
def forget_trials(**_: object) -> None:
    services.forget_trials(now=timezone.now())

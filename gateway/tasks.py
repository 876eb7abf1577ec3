"""What a worker does for deployments."""

from celery import shared_task
from django.utils import timezone

from gateway import services

MINUTE = 60


@shared_task(name="gateway.deploy", time_limit=5 * MINUTE, acks_late=True)
def deploy(**_: object) -> None:
    services.deploy_changes(now=timezone.now())
    services.start_due_publishing(now=timezone.now())


@shared_task(name="gateway.publish_cluster", time_limit=30 * MINUTE, acks_late=True)
def publish_cluster(cluster_id: str) -> None:
    services.publish_cluster(cluster_id, clock=timezone.now, when_due=True)


@shared_task(name="gateway.keep_decisions", time_limit=10 * MINUTE, acks_late=True)
def keep_decisions(**_: object) -> None:
    now = timezone.now()
    services.merge_figures(now=now)
    services.prune_decisions(now=now)


@shared_task(name="gateway.prune_deployments", time_limit=10 * MINUTE, acks_late=True)
def prune_deployments(**_: object) -> None:
    services.prune_deployments(now=timezone.now())


@shared_task(name="gateway.prune_changes", time_limit=10 * MINUTE, acks_late=True)
def prune_changes(**_: object) -> None:
    services.prune_changes(now=timezone.now())


@shared_task(name="gateway.forget_sessions", time_limit=5 * MINUTE, acks_late=True)
def forget_sessions(**_: object) -> None:
    services.forget_sessions(now=timezone.now())

"""What a worker does for policies."""

from celery import shared_task
from django.utils import timezone

from policies import services

MINUTE = 60


@shared_task(name="policies.fetch_address", time_limit=MINUTE, acks_late=True)
def fetch_address(*, address_id: str, **_: object) -> None:
    services.fetch_address(address_id, clock=timezone.now)


@shared_task(name="policies.fetch_due", time_limit=MINUTE)
def fetch_due(**_: object) -> None:
    services.fetch_due(now=timezone.now())

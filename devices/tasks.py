"""What a worker does for devices: notices, and approvals that have run out."""

from celery import shared_task
from django.utils import timezone

from devices import services

MINUTE = 60


@shared_task(name="devices.send_notice", time_limit=MINUTE, acks_late=True)
def send_notice(*, notice_id: str, **_: object) -> None:
    services.send_notice(notice_id, now=timezone.now())


@shared_task(name="devices.send_due_notices", time_limit=10 * MINUTE)
def send_due_notices(**_: object) -> None:
    services.send_due_notices(now=timezone.now())


@shared_task(name="devices.expire_due", time_limit=10 * MINUTE)
def expire_due(**_: object) -> None:
    services.expire_due(now=timezone.now())

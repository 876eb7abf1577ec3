"""What a worker does for the kernel: signing where the audit log is."""

from celery import shared_task
from django.utils import timezone

from console.core import checkpoints


@shared_task(name="console.sign_audit_checkpoint", time_limit=60)
def sign_audit_checkpoint(**_: object) -> None:
    checkpoints.sign_checkpoint(now=timezone.now())

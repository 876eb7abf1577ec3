"""Notices about devices: written with the change, sent by a worker.

A notice is a row of its own, so that a crash between change and sending loses none,
and a receiver that is away gets it later.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.utils.translation import gettext

from console.core import jobs, secrets
from console.core.actor import Actor
from console.core.transactions import writing
from devices import selectors
from devices.models import DeviceEnrollment, DeviceNotice, DeviceRules
from devices.services.webhooks import UndeliverableError, post

EMAIL, WEBHOOK = "e-mail", "webhook"
MOST_ATTEMPTS = 6
AT_ONCE = 100
FIRST_PAUSE = timedelta(minutes=1)
# Of what happens to a device: what is told to those who decide, and to its person.
TOLD_APPROVERS = frozenset({"enrolled", "copied"})
TOLD_PEOPLE = frozenset(
    {"approved", "rejected", "suspended", "resumed", "expired", "revoked", "copied"}
)
SAID = {
    "enrolled": "was enrolled and waits for approval",
    "copied": "is suspended: its key seems to have been copied",
    "approved": "is approved",
    "rejected": "was rejected",
    "reopened": "waits for approval again",
    "suspended": "is suspended",
    "resumed": "counts again",
    "expired": "needs a new approval",
    "revoked": "was revoked",
    "renamed": "has a new name",
    "removed": "was removed by its person",
    "deleted": "was deleted",
}


def announce(
    verb: str, enrollment: DeviceEnrollment, *, actor: Actor, now: datetime
) -> None:
    """Write the notices of a change, and queue them for its commit."""
    rules = selectors.get_rules()
    credential = enrollment.credential
    person = credential.user
    subject = f"The device {credential} of {person} {SAID[verb]}"
    lines = [f"{subject}.", f"By {actor.label}, at {now:%Y-%m-%d %H:%M} UTC."]
    if enrollment.reason:
        lines.append(f"Reason: {enrollment.reason}")
    if verb in TOLD_APPROVERS:
        link = _address(f"/devices/{credential.pk}/")
        for address in rules.notice_emails:
            mail = _Message(EMAIL, address, subject, "\n".join([*lines, link]))
            _write(verb, enrollment, mail, now=now)
    if rules.tells_people and verb in TOLD_PEOPLE and person.email:
        link = _address("/.pomerium/")
        mail = _Message(EMAIL, person.email, subject, "\n".join([*lines, link]))
        _write(verb, enrollment, mail, now=now)
    if rules.webhook_url:
        body = _json(verb, enrollment, actor=actor, now=now)
        message = _Message(WEBHOOK, rules.webhook_url, subject, body)
        _write(verb, enrollment, message, now=now)


def _json(
    verb: str, enrollment: DeviceEnrollment, *, actor: Actor, now: datetime
) -> str:
    credential = enrollment.credential
    person = credential.user
    return json.dumps(
        {
            "event": f"device.{verb}",
            "at": now.isoformat(),
            "by": actor.label,
            "device": {
                "id": str(credential.pk),
                "label": credential.label,
                "type": credential.device_type.code,
                "model": credential.model,
                "status": enrollment.status,
                "reason": enrollment.reason,
                "person": {"id": str(person.pk), "email": person.email},
            },
        }
    )


def _address(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else ""


@dataclass(frozen=True, slots=True)
class _Message:
    channel: str
    recipient: str
    subject: str
    body: str


def _write(
    verb: str, enrollment: DeviceEnrollment, message: _Message, *, now: datetime
) -> None:
    notice = DeviceNotice.objects.create(
        channel=message.channel,
        recipient=message.recipient,
        event=f"device.{verb}",
        device_id=enrollment.credential_id,
        # A name may hold what would begin another header.
        subject=" ".join(message.subject.split())[:255],
        body=message.body,
        created_at=now,
        next_attempt_at=now,
    )
    jobs.run_after_commit("devices.send_notice", notice_id=str(notice.pk))


def send_notice(notice_id: int | str, *, now: datetime) -> bool:
    """Send one notice, unless it is sent; return whether it was handed over.

    What fails is tried again by `send_due_notices`, six times in all, at growing
    distances.
    """
    with writing():
        notice = DeviceNotice.objects.filter(
            pk=notice_id, sent_at=None, attempts__lt=MOST_ATTEMPTS
        ).first()
        if notice is None:
            return False
        # Before sending: two workers must not send the same, and one that dies while
        # it sends must not send for ever.
        DeviceNotice.objects.filter(pk=notice.pk).update(
            attempts=F("attempts") + 1,
            next_attempt_at=now + FIRST_PAUSE * 4**notice.attempts,
        )
    rules = selectors.get_rules()
    try:
        _hand_over(notice, rules)
    except (UndeliverableError, SMTPException, OSError) as error:
        DeviceNotice.objects.filter(pk=notice.pk).update(error=str(error)[:500])
        return False
    DeviceNotice.objects.filter(pk=notice.pk).update(
        sent_at=now, next_attempt_at=None, error=""
    )
    return True


def _hand_over(notice: DeviceNotice, rules: DeviceRules) -> None:
    if notice.channel == WEBHOOK:
        secret = secrets.unseal(rules.webhook_secret) if rules.webhook_secret else ""
        post(notice.recipient, notice.body.encode(), secret=secret)
        return
    if not settings.EMAIL_HOST:
        raise UndeliverableError(gettext("no mail server is set (POSTERN_EMAIL_HOST)"))
    EmailMessage(
        subject=f"[Postern] {notice.subject}",
        body=notice.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[notice.recipient],
    ).send()


def send_due_notices(*, now: datetime) -> int:
    """Send what failed before and is due again; return how many were handed over."""
    due = DeviceNotice.objects.filter(
        next_attempt_at__lte=now, sent_at=None, attempts__lt=MOST_ATTEMPTS
    ).order_by("pk")
    keys = list(due.values_list("pk", flat=True)[:AT_ONCE])
    return sum(send_notice(pk, now=now) for pk in keys)

"""Tells those who administer directories that one needs them, who don't look.

Once when it begins, and once when it is over, to each by an e-mail of their own. A
message says what is wrong and until when it matters, nothing of what a provider said.
Messages are rows of their own: a mail server that is away gets them later.
"""

from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.utils.translation import gettext

from console.core import audit
from console.core.actor import system
from console.core.audit import Change
from console.core.transactions import writing
from directory import selectors
from directory.models import AlarmMail, Directory, DirectoryAlarm
from namespaces.selectors import get_root

MOST_ATTEMPTS = 6
AT_ONCE = 100
MAX_RECIPIENTS = 50
FIRST_PAUSE = timedelta(minutes=1)


def watch_directories(*, now: datetime) -> int:
    """Raise and end alarms, and send what is due; return how many went out."""
    if _open_alarms().keys() != selectors.find_alarms(now=now).keys():
        _note_alarms(now=now)
    return _send_due(now=now)


def _open_alarms() -> dict[Directory, DirectoryAlarm]:
    rows = DirectoryAlarm.objects.filter(ended_at=None).select_related("directory")
    return {one.directory: one for one in rows}


@writing()
def _note_alarms(*, now: datetime) -> None:
    known, found = _open_alarms(), selectors.find_alarms(now=now)
    for directory, text in found.items():
        if directory not in known:
            _raise(directory, text, now=now)
    for directory, alarm in known.items():
        if directory not in found:
            _end(alarm, now=now)


def _raise(directory: Directory, text: str, *, now: datetime) -> None:
    alarm = DirectoryAlarm.objects.create(directory=directory, text=text, raised_at=now)
    said = {"name": directory.name, "trouble": text}
    subject = gettext("the directory %(name)s needs you: %(trouble)s") % said
    recipients = _recipients()
    _write(alarm, recipients, subject, _body(directory, text), now=now)
    _record("alarm-raised", alarm, len(recipients), now=now)


def _end(alarm: DirectoryAlarm, *, now: datetime) -> None:
    """End an alarm; who never heard of it is not told that it is over."""
    alarm.ended_at = now
    alarm.save(update_fields=["ended_at"])
    alarm.mails.filter(sent_at=None).delete()
    told = list(alarm.mails.values_list("recipient", flat=True))
    directory = alarm.directory
    subject = gettext("the directory %(name)s is in order again") % {
        "name": directory.name
    }
    lines = [
        gettext("What was wrong since %(since)s: %(trouble)s.")
        % {"since": _moment(alarm.raised_at), "trouble": alarm.text},
        *_last_complete(directory),
        _address(directory),
    ]
    _write(alarm, told, subject, _joined(lines), is_over=True, now=now)
    _record("alarm-over", alarm, len(told), now=now)


def _recipients() -> list[str]:
    """Return the addresses that are told; nobody without a mail server."""
    if not settings.EMAIL_HOST or not settings.DIRECTORY_ALERTS:
        return []
    if settings.DIRECTORY_ALERT_EMAILS:
        return list(dict.fromkeys(settings.DIRECTORY_ALERT_EMAILS))
    return selectors.list_admin_addresses()[:MAX_RECIPIENTS]


def _body(directory: Directory, text: str) -> str:
    return _joined(
        [
            gettext("%(name)s: %(trouble)s.")
            % {"name": directory.name, "trouble": text},
            *_last_complete(directory),
            _consequence(directory, text),
            _address(directory),
            gettext("There is one more message when this is over."),
        ]
    )


def _consequence(directory: Directory, text: str) -> str:
    """Say from when rules refuse; those of a provider that is silent do not."""
    limit = timedelta(seconds=directory.max_age_seconds)
    moment = (directory.complete_at or directory.created_at) + limit
    said = {"moment": _moment(moment)}
    if text == selectors.TOO_OLD:
        return (
            gettext("Rules that need its people or groups refuse since %(moment)s.")
            % said
        )
    if text in {selectors.HELD, selectors.GROWS_OLD}:
        return (
            gettext(
                "If nothing is done, rules that need its people or groups refuse from "
                "%(moment)s on."
            )
            % said
        )
    return ""


def _last_complete(directory: Directory) -> list[str]:
    if directory.complete_at is None:
        return [gettext("It has never been read completely.")]
    moment = _moment(directory.complete_at)
    return [gettext("It was last read completely at %(moment)s.") % {"moment": moment}]


def _moment(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC"


def _address(directory: Directory) -> str:
    base = settings.PUBLIC_URL
    return f"{base}/directories/{directory.pk}/" if base else ""


def _joined(lines: list[str]) -> str:
    return "\n\n".join(line for line in lines if line) + "\n"


def _write(
    alarm: DirectoryAlarm,
    recipients: list[str],
    subject: str,
    body: str,
    *,
    now: datetime,
    is_over: bool = False,
) -> None:
    AlarmMail.objects.bulk_create(
        AlarmMail(
            alarm=alarm,
            recipient=one,
            is_over=is_over,
            # A name may hold what would begin another header.
            subject=" ".join(subject.split())[:255],
            body=body,
            next_attempt_at=now,
        )
        for one in recipients
    )


def _record(verb: str, alarm: DirectoryAlarm, told: int, *, now: datetime) -> None:
    change = Change(
        action=f"directory.{verb}",
        target_type="directory",
        target_id=alarm.directory_id,
        target_label=alarm.directory.name,
        namespace_id=get_root().id,
        after={"trouble": alarm.text, "told by e-mail": told},
    )
    audit.record(change, actor=system("directory watch"), now=now)


def _send_due(*, now: datetime) -> int:
    if not settings.EMAIL_HOST or not settings.DIRECTORY_ALERTS:
        return 0
    due = AlarmMail.objects.filter(
        next_attempt_at__lte=now, sent_at=None, attempts__lt=MOST_ATTEMPTS
    )
    keys = list(due.values_list("pk", flat=True)[:AT_ONCE])
    return sum(_send(pk, now=now) for pk in keys)


def _send(key: int, *, now: datetime) -> bool:
    """Send a message; what fails is tried again, six times at growing distances."""
    with writing():
        mail = AlarmMail.objects.filter(pk=key, sent_at=None).first()
        if mail is None or mail.next_attempt_at is None or mail.next_attempt_at > now:
            return False
        # Before sending: two workers must not send the same, and one that dies while
        # it sends must not send for ever.
        AlarmMail.objects.filter(pk=key).update(
            attempts=F("attempts") + 1,
            next_attempt_at=now + FIRST_PAUSE * 4**mail.attempts,
        )
    row = AlarmMail.objects.filter(pk=key)
    try:
        EmailMessage(
            subject=f"[Postern] {mail.subject}",
            body=mail.body,
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[mail.recipient],
        ).send()
    except (SMTPException, OSError) as error:
        row.update(error=str(error)[:500])
        return False
    row.update(sent_at=now, next_attempt_at=None, error="")
    return True

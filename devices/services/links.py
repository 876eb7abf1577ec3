"""Links by which a person enrolls one device: issued, withdrawn, looked up."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.exceptions import ConflictError, ValidationFailedError
from console.core.transactions import writing
from devices import selectors
from devices.exceptions import DeviceTypeNotFoundError, LinkRefusedError
from devices.models import EnrollmentLink
from devices.services import records
from directory import selectors as directory_selectors
from namespaces import access
from namespaces.permissions import Permission
from namespaces.selectors import get_root

LONGEST = timedelta(days=90)
MAX_RETURN_LENGTH = 2000
PATH = "/.pomerium/enroll/"


def hash_of(token: str) -> str:
    """Return the form in which a link's secret is stored (SHA-256, hex)."""
    return hashlib.sha256(token.encode()).hexdigest()


@writing()
def issue_link(
    *,
    user_id: UUID,
    device_type: str,
    expires_at: datetime,
    return_to: str = "",
    actor: Actor,
    now: datetime,
) -> tuple[EnrollmentLink, str]:
    """Issue a link for a person; return it with its path, which is told only now.

    Raises:
        DeviceTypeNotFoundError
        ValidationFailedError: no such person, or the time makes no sense.
    """
    access.check_can(actor, Permission.DEVICE_APPROVE, get_root().id)
    kind = selectors.find_device_type(device_type)
    if kind is None:
        raise DeviceTypeNotFoundError
    person = directory_selectors.list_people(actor).filter(pk=user_id).first()
    if person is None or not person.is_active:
        raise ValidationFailedError(
            fields={
                "person": [gettext("there is no such person, or they are deactivated")]
            }
        )
    if not now < expires_at <= now + LONGEST:
        raise ValidationFailedError(
            fields={
                "expires_at": [
                    gettext("in the future, at most %(days)s days off")
                    % {"days": LONGEST.days}
                ]
            }
        )
    if len(return_to) > MAX_RETURN_LENGTH or not return_to.isprintable():
        raise ValidationFailedError(
            fields={"return_to": [gettext("this is no address")]}
        )
    token = secrets.token_urlsafe(32)
    link = EnrollmentLink.objects.create(
        user_id=person.pk,
        device_type=kind,
        token_hash=hash_of(token),
        expires_at=expires_at,
        issued_by_id=actor.user_id,
        issued_by_label=actor.label[:255],
        return_to=return_to,
        created_at=now,
        modified_at=now,
    )
    _record("issued", link, actor=actor, now=now)
    return link, f"{PATH}{token}"


def open_link(token: str, *, actor: Actor, now: datetime) -> EnrollmentLink:
    """Return the link of a secret to the person that it is for.

    Raises:
        LinkRefusedError: there is none, or it can't be used, any more or by them.
    """
    link = actor.user_id and selectors.find_usable_link(
        hash_of(token), user_id=actor.user_id, now=now
    )
    if not link:
        raise LinkRefusedError
    return link


@writing()
def withdraw_link(link_id: UUID, *, actor: Actor, now: datetime) -> EnrollmentLink:
    """Take a link back that nobody has used.

    Raises:
        LinkRefusedError: there is no such link.
        ConflictError: it is used, or withdrawn already.
    """
    access.check_can(actor, Permission.DEVICE_APPROVE, get_root().id)
    link = (
        EnrollmentLink.objects.select_related("user", "device_type")
        .filter(pk=link_id)
        .first()
    )
    if link is None:
        raise LinkRefusedError(gettext("there is no such link"))
    if link.used_at or link.withdrawn_at:
        raise ConflictError(gettext("this link is used, or withdrawn already"))
    link.withdrawn_at = now
    link.version += 1
    link.modified_at = now
    link.save()
    _record("withdrawn", link, actor=actor, now=now)
    return link


def use_up(link: EnrollmentLink, *, actor: Actor, now: datetime) -> None:
    """Mark a link as used, under the writers' lock.

    Raises:
        LinkRefusedError: it can't be used, any more or by this person.
    """
    fresh = EnrollmentLink.objects.get(pk=link.pk)
    is_over = fresh.used_at or fresh.withdrawn_at or fresh.expires_at <= now
    if is_over or fresh.user_id != actor.user_id:
        raise LinkRefusedError
    link.used_at = link.modified_at = now
    link.version = fresh.version + 1
    link.save(update_fields=["used_at", "modified_at", "version"])
    _record("used", link, actor=actor, now=now)


def _record(verb: str, link: EnrollmentLink, *, actor: Actor, now: datetime) -> None:
    records.record_thing(
        f"enrollment_link.{verb}",
        "enrollment_link",
        link.pk,
        f"Link for {link.user}",
        before=None,
        after={
            "user_id": link.user_id,
            "device_type": link.device_type.code,
            "expires_at": link.expires_at,
            "used_at": link.used_at,
            "withdrawn_at": link.withdrawn_at,
            "return_to": link.return_to,
        },
        actor=actor,
        now=now,
    )

"""Which identity at the provider a person signs in with, by an admin's word.

Sign-in finds people by their id in the directory. Where that does not fit (an id that
differs, somebody who signed in before the directory was there), an admin says who is
who. An e-mail address never does.
"""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from console.core import destinations
from console.core.actor import Actor
from console.core.exceptions import (
    ConflictError,
    PermissionDeniedError,
    ValidationFailedError,
)
from console.core.transactions import writing
from directory import selectors
from directory.models import OpenIdSession, User
from directory.services.openid import end_sessions
from directory.services.people import record_person

MAX_ISSUER, MAX_SUBJECT = 500, 255


@writing()
def link_identity(
    person_id: UUID | str, *, issuer: str, subject: str, actor: Actor, now: datetime
) -> User:
    """Let a person sign in as the subject of an issuer, from now on.

    Raises:
        NotFoundError: there is no such person, or the actor may not know of them.
        PermissionDeniedError: the actor is no admin of the root, or a machine.
        ConflictError: the person has an identity, or somebody else has this one.
        ValidationFailedError: says what is wrong with each field.
    """
    person = _get(person_id, actor=actor)
    _check(issuer, subject)
    if person.is_local:
        raise ConflictError(
            gettext("local accounts sign in by password, not by a provider")
        )
    if person.subject:
        raise ConflictError(
            gettext("this person has an identity; unlink that one first")
        )
    other = User.objects.filter(issuer=issuer, subject=subject).first()
    if other is not None:
        raise ConflictError(
            gettext("`%(other)s` has this identity; unlink it there first")
            % {"other": other}
        )
    person.issuer, person.subject, person.modified_at = issuer, subject, now
    person.save(update_fields=["issuer", "subject", "modified_at"])
    facts = {"issuer": issuer, "subject": subject}
    record_person(person, "linked", actor=actor, now=now, **facts)
    return person


@writing()
def unlink_identity(person_id: UUID | str, *, actor: Actor, now: datetime) -> User:
    """Take a person's identity away, and end the sessions that began with it.

    Raises:
        NotFoundError: there is no such person, or the actor may not know of them.
        PermissionDeniedError: the actor is no admin of the root, or a machine.
        ConflictError: the person has no identity.
    """
    person = _get(person_id, actor=actor)
    if not person.subject:
        raise ConflictError(gettext("this person has no identity at a provider"))
    facts = {"issuer": person.issuer, "subject": person.subject}
    person.issuer, person.subject, person.modified_at = "", "", now
    person.save(update_fields=["issuer", "subject", "modified_at"])
    record_person(person, "unlinked", actor=actor, now=now, **facts)
    running = OpenIdSession.objects.filter(user=person, ended_at__isnull=True)
    end_sessions(running, verb="signed-out-by-unlinking", actor=actor, now=now)
    return person


def _get(person_id: UUID | str, *, actor: Actor) -> User:
    person = selectors.get_identity(person_id, actor=actor)
    if actor.service_account_id is not None:
        raise PermissionDeniedError(
            gettext("identities are linked by people, not by tokens")
        )
    return person


def _check(issuer: str, subject: str) -> None:
    problems: dict[str, list[str]] = {}
    try:
        destinations.clean_url(issuer)
    except ValidationFailedError as error:
        problems["issuer"] = [error.message]
    if len(issuer) > MAX_ISSUER:
        problems["issuer"] = [f"at most {MAX_ISSUER} characters"]
    is_whole = subject == subject.strip() and subject.isprintable()
    if not 0 < len(subject) <= MAX_SUBJECT or not is_whole:
        problems["subject"] = [f"1 to {MAX_SUBJECT} characters, as in the token"]
    if problems:
        raise ValidationFailedError(fields=problems)

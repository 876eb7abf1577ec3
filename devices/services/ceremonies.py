"""Challenges: given out for one session, person and purpose, and taken back once."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from webauthn.helpers import generate_challenge, options_to_json_dict

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from console.core.transactions import writing
from devices.attestation import RefusedError, challenge_of, check_shape
from devices.exceptions import CeremonyRefusedError, ChallengeRefusedError
from devices.models import DeviceCeremony, DeviceType, EnrollmentLink, Purpose

LIFETIME = timedelta(minutes=5)
MOST_OPEN = 20  # challenges of one person at a time


def person_of(actor: Actor) -> UUID:
    """Return who has the device: a person who signed in.

    Raises:
        NotFoundError: it is a service account, or the console itself.
    """
    if actor.user_id is None:
        raise NotFoundError(gettext("this is for people who signed in"))
    return actor.user_id


def give_challenge(
    purpose: Purpose,
    *,
    session: str,
    device_type: DeviceType | None,
    link: EnrollmentLink | None,
    actor: Actor,
    now: datetime,
) -> bytes:
    """Make a challenge; only its hash is kept. The oldest of too many are dropped."""
    challenge = generate_challenge()
    with writing():
        mine = DeviceCeremony.objects.filter(user_id=person_of(actor))
        DeviceCeremony.objects.filter(expires_at__lte=now).delete()
        kept = list(mine.order_by("-id").values_list("pk", flat=True)[: MOST_OPEN - 1])
        mine.exclude(pk__in=kept).delete()
        DeviceCeremony.objects.create(
            challenge_hash=_hash(challenge),
            session_hash=_hash(session.encode()),
            user_id=person_of(actor),
            purpose=purpose,
            device_type=device_type,
            link=link,
            expires_at=now + LIFETIME,
        )
    return challenge


def take_challenge(
    credential: object,
    purpose: Purpose,
    *,
    session: str,
    actor: Actor,
    now: datetime,
) -> tuple[bytes, DeviceCeremony]:
    """Use up the challenge that a response answers, and return both.

    It is used up for good, in a transaction of its own: what does not hold can't be
    tried again with the same challenge.

    Raises:
        CeremonyRefusedError: the response has no shape.
        ChallengeRefusedError: the challenge was not given out, is too old or used up,
            or was meant for another session, person or purpose.
    """
    kind = "create" if purpose is Purpose.REGISTER else "get"
    try:
        challenge = challenge_of(check_shape(credential, kind))
    except RefusedError as error:
        raise CeremonyRefusedError(str(error)) from error
    with writing():
        ceremony = (
            DeviceCeremony.objects.select_related("device_type", "link__device_type")
            .select_related("link__user")
            .filter(challenge_hash=_hash(challenge), user_id=person_of(actor))
            .first()
        )
        if ceremony is None:
            raise ChallengeRefusedError
        DeviceCeremony.objects.filter(pk=ceremony.pk).delete()
    if (
        ceremony.session_hash != _hash(session.encode())
        or ceremony.purpose != purpose
        or ceremony.expires_at <= now
    ):
        raise ChallengeRefusedError
    return challenge, ceremony


def _hash(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def plain_options(options: Any) -> dict[str, Any]:
    """Return options as the JSON that browsers read."""
    return dict(options_to_json_dict(options))

"""What people do with devices in the tests: enroll them, prove to have them."""

from base64 import urlsafe_b64decode
from datetime import datetime
from typing import Any

from console.core.actor import Actor
from devices import services
from devices.attestation import RelyingParty
from devices.models import DeviceCredential, DeviceEnrollment
from directory.models import User
from tests.devices.authenticator import ORIGIN, Authenticator, Said
from tests.factories import NOW
from tests.people import actor_of

PARTY = RelyingParty(id="localhost", origin=ORIGIN)
SESSION = "session of the test"


def challenge_in(options: dict[str, Any]) -> bytes:
    text = options["challenge"]
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def asked(
    owner: User | Actor, *, session: str = SESSION, now: datetime = NOW, **more: Any
) -> Said:
    """Ask for a challenge to enroll; return what an honest answer says."""
    actor = owner if isinstance(owner, Actor) else actor_of(owner)
    if "link_token" not in more:
        more.setdefault("device_type", "any")
    options = services.begin_registration(
        party=PARTY, session=session, actor=actor, now=now, **more
    )
    return Said(challenge_in(options))


def finish(
    owner: User | Actor,
    credential: object,
    *,
    session: str = SESSION,
    now: datetime = NOW,
    label: str = "phone",
) -> DeviceEnrollment:
    """Send an answer."""
    return services.finish_registration(
        credential,
        party=PARTY,
        session=session,
        label=label,
        user_agent="Test",
        actor=owner if isinstance(owner, Actor) else actor_of(owner),
        now=now,
    )


def enroll(
    owner: User,
    device: Authenticator | None = None,
    *,
    now: datetime = NOW,
    label: str = "phone",
    **more: Any,
) -> DeviceEnrollment:
    """Enroll a device from the challenge to the record."""
    said = asked(owner, now=now, **more)
    made = (device or Authenticator()).make(said)
    return finish(owner, made, now=now, label=label)


def decide(
    enrollment: DeviceEnrollment,
    action: str,
    by: User | Actor,
    *,
    reason: str = "because",
    now: datetime = NOW,
) -> DeviceEnrollment:
    """Decide about a device as it is now."""
    enrollment.refresh_from_db()
    return services.change_device(
        services.seen_of(enrollment),
        action=action,
        reason=reason,
        actor=by if isinstance(by, Actor) else actor_of(by),
        now=now,
    )


def proof_asked(owner: User, *, session: str = SESSION, now: datetime = NOW) -> Said:
    """Ask for a challenge to prove a device; return what an honest answer says."""
    options = services.begin_proof(
        party=PARTY, session=session, actor=actor_of(owner), now=now
    )
    return Said(challenge_in(options))


def prove(
    owner: User, credential: object, *, session: str = SESSION, now: datetime = NOW
) -> DeviceCredential:
    """Send a proof."""
    return services.finish_proof(
        credential, party=PARTY, session=session, actor=actor_of(owner), now=now
    )

"""Proving to have a device: a session counts as used with it from then on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from webauthn import generate_authentication_options
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)

from console.core.actor import Actor, system
from console.core.exceptions import NotFoundError
from console.core.transactions import writing
from devices import selectors
from devices.attestation import (
    Asserted,
    RefusedError,
    RelyingParty,
    verify_assertion,
)
from devices.exceptions import CeremonyRefusedError, CopiedKeyError
from devices.models import (
    DeviceCredential,
    DeviceEnrollment,
    Purpose,
    Status,
    UserVerification,
)
from devices.services import ceremonies, records
from devices.services.enrolling import TIMEOUT_MS


def begin_proof(
    *, party: RelyingParty, session: str, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Return what the browser is to ask a device for; the challenge is in it.

    Raises:
        NotFoundError: the person has no device that could answer.
    """
    known = list(selectors.list_provable(ceremonies.person_of(actor)))
    if not known:
        raise NotFoundError(
            gettext("you have no device that could answer; enroll one first")
        )
    challenge = ceremonies.give_challenge(
        Purpose.PROVE,
        session=session,
        device_type=None,
        link=None,
        actor=actor,
        now=now,
    )
    verifies = any(
        one.device_type.user_verification == UserVerification.REQUIRED for one in known
    )
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=[
            PublicKeyCredentialDescriptor(
                id=base64url_to_bytes(one.external_id),
                transports=_transports(one),
            )
            for one in known
        ],
        user_verification=(
            UserVerificationRequirement.REQUIRED
            if verifies
            else UserVerificationRequirement.PREFERRED
        ),
    )
    return ceremonies.plain_options(options)


def _transports(one: DeviceCredential) -> list[AuthenticatorTransport] | None:
    known = {each.value for each in AuthenticatorTransport}
    return [
        AuthenticatorTransport(name) for name in one.transports if name in known
    ] or None


def finish_proof(
    credential: object,
    *,
    party: RelyingParty,
    session: str,
    actor: Actor,
    now: datetime,
) -> DeviceCredential:
    """Return the person's device that answered, and note that it was seen.

    A counter that does not go up suspends the device: there may be a copy of the key.

    Raises:
        ChallengeRefusedError, CeremonyRefusedError: the answer does not hold.
        CopiedKeyError: it holds, and the device is suspended for its counter.
    """
    challenge, _ = ceremonies.take_challenge(
        credential, Purpose.PROVE, session=session, actor=actor, now=now
    )
    user_id = ceremonies.person_of(actor)
    known = _find(credential, user_id)
    with writing():
        # Read under the lock: two proofs at a time see each other's counter.
        known = _find(credential, user_id)
        found = _verify(credential, known, challenge, party, user_id)
        if not found.is_suspicious:
            known.sign_count = found.sign_count
            known.backed_up = found.backed_up
            known.last_used_at = now
            known.save(update_fields=["sign_count", "backed_up", "last_used_at"])
            return known
        _suspend(known.enrollment, now=now)
    raise CopiedKeyError


def _find(credential: object, user_id: UUID) -> DeviceCredential:
    external_id = credential["id"] if isinstance(credential, dict) else ""
    known = selectors.list_provable(user_id).filter(external_id=external_id).first()
    if known is None:
        raise CeremonyRefusedError(gettext("this key is not one of your devices"))
    return known


def _verify(
    credential: object,
    known: DeviceCredential,
    challenge: bytes,
    party: RelyingParty,
    user_id: UUID,
) -> Asserted:
    kind = known.device_type
    try:
        return verify_assertion(
            credential,
            challenge=challenge,
            party=party,
            public_key=bytes(known.public_key),
            sign_count=known.sign_count,
            user_handle=user_id.bytes,
            backup_eligible=known.backup_eligible,
            user_verification=kind.user_verification == UserVerification.REQUIRED,
        )
    except RefusedError as error:
        raise CeremonyRefusedError(str(error)) from error


def _suspend(enrollment: DeviceEnrollment, *, now: datetime) -> None:
    before = records.state_of(enrollment)
    enrollment.status = Status.SUSPENDED
    enrollment.reason = "The counter of its key did not go up: there may be a copy."
    enrollment.decided_at = enrollment.modified_at = now
    enrollment.decided_by_label = "Postern"
    enrollment.version += 1
    enrollment.save()
    records.record_device(
        "copied", enrollment, before=before, actor=system("device check"), now=now
    )

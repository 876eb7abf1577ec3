"""The answer to "prove that you have the key": WebAuthn 7.2, step by step."""

from dataclasses import dataclass

from django.utils.translation import gettext
from webauthn import verify_authentication_response
from webauthn.helpers.structs import CredentialDeviceType

from devices.attestation.inputs import (
    RefusedError,
    check_shape,
    check_top_level,
    client_data,
    decode,
)
from devices.attestation.parties import RelyingParty


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """A proof that holds. `is_suspicious`: the counter did not go up, as of a copy."""

    sign_count: int
    user_verified: bool
    backed_up: bool
    is_suspicious: bool


def verify_assertion(
    credential: object,
    *,
    challenge: bytes,
    party: RelyingParty,
    public_key: bytes,
    sign_count: int,
    user_handle: bytes,
    backup_eligible: bool,
    user_verification: bool = False,
) -> Asserted:
    """Return what a proof says, if all of it holds.

    Raises:
        RefusedError: a step of WebAuthn 7.2 is not met.
    """
    checked = check_shape(credential, "get")
    check_top_level(client_data(checked))
    said = checked["response"].get("userHandle")
    if said and decode(said) != user_handle:
        raise RefusedError(gettext("this key belongs to somebody else"))
    try:
        verified = verify_authentication_response(
            credential=dict(checked),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            # Counters are compared below: one that does not go up must be told from
            # a proof that does not hold.
            credential_current_sign_count=0,
            require_user_verification=user_verification,
        )
    except Exception as error:
        raise RefusedError(gettext("the proof of the device does not hold")) from error
    is_eligible = verified.credential_device_type == CredentialDeviceType.MULTI_DEVICE
    if is_eligible != backup_eligible:
        raise RefusedError(gettext("the key was, or was not, made for being copied"))
    new = verified.new_sign_count
    return Asserted(
        sign_count=new,
        user_verified=verified.user_verified,
        backed_up=verified.credential_backed_up,
        is_suspicious=bool(new or sign_count) and new <= sign_count,
    )

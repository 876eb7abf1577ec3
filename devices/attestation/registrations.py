"""The answer to "make a key": WebAuthn 7.1, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from django.utils.translation import gettext
from webauthn import verify_registration_response
from webauthn.helpers import (
    decoded_public_key_to_cryptography,
    parse_attestation_object,
)
from webauthn.helpers.cose import COSECRV
from webauthn.helpers.decode_credential_public_key import (
    DecodedEC2PublicKey,
    DecodedOKPPublicKey,
    decode_credential_public_key,
)
from webauthn.helpers.structs import AttestationFormat, CredentialDeviceType
from webauthn.registration.verify_registration_response import VerifiedRegistration

from devices.attestation import certificates
from devices.attestation.inputs import (
    RefusedError,
    check_shape,
    check_top_level,
    client_data,
    decode,
    encode,
)
from devices.attestation.makers import NO_AAGUID, model_name
from devices.attestation.metadata import Model
from devices.attestation.parties import ALGORITHMS, FORMATS, Demands, RelyingParty

ATTACHMENTS = frozenset({"platform", "cross-platform"})
TRANSPORTS = frozenset(
    {"ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"}
)
# Formats whose manufacturer is always checked, against roots of its own.
ALWAYS_TRUSTED = frozenset({"apple", "android-key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A key that was made, and what is known of where it lives.

    Attributes:
        trust: "none" (nobody vouches), "self" (the key for itself), "unknown" (a
            manufacturer that is not trusted) or "trusted".
        subject, issuer: of the attestation certificate.
    """

    credential_id: str
    public_key: bytes
    sign_count: int
    aaguid: str
    model: str
    format: str
    trust: str
    subject: str
    issuer: str
    attachment: str
    transports: tuple[str, ...]
    user_verified: bool
    backup_eligible: bool
    backed_up: bool
    attestation_object: bytes


def verify_registration(
    credential: object,
    *,
    challenge: bytes,
    party: RelyingParty,
    demands: Demands,
) -> Registered:
    """Return what a device registered, if all of it holds.

    Raises:
        RefusedError: a step of WebAuthn 7.1, or a demand of the type, is not met.
    """
    checked = check_shape(credential, "create")
    check_top_level(client_data(checked))
    try:
        found = _verify(checked, challenge=challenge, party=party, demands=demands)
    except RefusedError:
        raise
    except Exception as error:
        raise RefusedError(
            gettext("the response of the device does not hold")
        ) from error
    _check_demands(found, demands)
    return found


def _verify(
    credential: Mapping[str, Any],
    *,
    challenge: bytes,
    party: RelyingParty,
    demands: Demands,
) -> Registered:
    raw = decode(credential["response"]["attestationObject"])
    parsed = parse_attestation_object(raw)
    if parsed.fmt not in FORMATS:
        raise RefusedError(gettext("this format of attestation is not accepted"))
    verified = _verify_response(credential, challenge, party, demands)
    attested = parsed.auth_data.attested_credential_data
    if attested is None or encode(attested.credential_id) != credential["id"]:
        raise RefusedError(gettext("the device made another key than the browser says"))
    _check_key(verified.credential_public_key)
    x5c = list(parsed.att_stmt.x5c or [])
    leaf = x509.load_der_x509_certificate(x5c[0]) if x5c else None
    if leaf is not None:
        certificates.check_aaguid(leaf, attested.aaguid)
        if parsed.fmt == "packed":
            certificates.check_packed(leaf)
    aaguid = str(verified.aaguid)
    listed = demands.find_listed(aaguid, leaf) if demands.find_listed else None
    return Registered(
        credential_id=credential["id"],
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        aaguid=aaguid,
        model=model_name(aaguid, certificates.common_name(leaf) if leaf else ""),
        format=str(parsed.fmt),
        trust=_trust(str(parsed.fmt), x5c, demands, listed),
        subject=leaf.subject.rfc4514_string() if leaf else "",
        issuer=leaf.issuer.rfc4514_string() if leaf else "",
        attachment=_attachment(credential),
        transports=_transports(credential),
        user_verified=verified.user_verified,
        backup_eligible=(
            verified.credential_device_type == CredentialDeviceType.MULTI_DEVICE
        ),
        backed_up=verified.credential_backed_up,
        attestation_object=raw,
    )


def _verify_response(
    credential: Mapping[str, Any],
    challenge: bytes,
    party: RelyingParty,
    demands: Demands,
) -> VerifiedRegistration:
    return verify_registration_response(
        credential=dict(credential),
        expected_challenge=challenge,
        expected_rp_id=party.id,
        expected_origin=party.origin,
        require_user_verification=demands.user_verification,
        supported_pub_key_algs=list(ALGORITHMS),
        pem_root_certs_bytes_by_fmt={
            AttestationFormat(name): list(demands.roots) for name in ALWAYS_TRUSTED
        },
    )


def _check_key(public_key: bytes) -> None:
    """Refuse a key on another curve than its algorithm is for, or on none.

    Making the key itself finds points that are not on the curve.
    """
    key = decode_credential_public_key(public_key)
    if isinstance(key, DecodedEC2PublicKey):
        is_wrong = key.crv != COSECRV.P256
    else:
        is_wrong = isinstance(key, DecodedOKPPublicKey) and key.crv != COSECRV.ED25519
    if is_wrong:
        raise RefusedError(gettext("the key is on a curve that is not accepted"))
    decoded_public_key_to_cryptography(key)


def _trust(name: str, x5c: list[bytes], demands: Demands, listed: Model | None) -> str:
    if name == "none":
        return "none"
    if not x5c:
        return "self"
    if listed is not None and listed.problem:
        # Whoever may have the maker's key can sign such a statement.
        return "unknown"
    listed_roots = certificates.readable(listed.roots) if listed is not None else ()
    roots = (*demands.roots, *listed_roots)
    if name in ALWAYS_TRUSTED or certificates.is_trusted(x5c, roots):
        return "trusted"
    return "unknown"


def _attachment(credential: Mapping[str, Any]) -> str:
    said = credential.get("authenticatorAttachment")
    return said if isinstance(said, str) and said in ATTACHMENTS else ""


def _transports(credential: Mapping[str, Any]) -> tuple[str, ...]:
    said = credential["response"].get("transports")
    if not isinstance(said, list):
        return ()
    return tuple(sorted({one for one in said if isinstance(one, str)} & TRANSPORTS))


def _check_demands(found: Registered, demands: Demands) -> None:
    """Hold a device against what its type asks for.

    Where the authenticator sits is only what the browser says; a type that must be
    sure asks for attestation as well.
    """
    if demands.attachment and found.attachment != demands.attachment:
        place = {
            "platform": "one that is built into the device",
            "cross-platform": "a separate key",
        }[demands.attachment]
        raise RefusedError(
            gettext("this type of device needs %(place)s") % {"place": place}
        )
    if demands.attestation and found.trust != "trusted":
        raise RefusedError(
            gettext(
                "this type of device needs a manufacturer that vouches for it "
                "and is trusted here"
            )
        )
    if demands.models and (
        found.aaguid == NO_AAGUID or found.aaguid not in demands.models
    ):
        raise RefusedError(
            gettext("this model is not among those that the type allows")
        )

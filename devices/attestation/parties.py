"""Who asks a device, and what it asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

from webauthn.helpers.cose import COSEAlgorithmIdentifier

ALGORITHMS = (
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
)
FORMATS = frozenset({"none", "packed", "tpm", "apple", "android-key", "fido-u2f"})


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This console, as devices know it: the host of its address, and the address."""

    id: str
    origin: str
    name: str = "Postern"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What a device type asks of a device.

    Attributes:
        attachment: "platform", "cross-platform", or "" for either.
        user_verification: the authenticator must have recognized its owner.
        attestation: the manufacturer must vouch, and be trusted.
        models: AAGUIDs; none lets in every model.
        roots: certificates in PEM that are trusted besides the built-in ones.
    """

    attachment: str = ""
    user_verification: bool = False
    attestation: bool = False
    models: Sequence[str] = ()
    roots: Sequence[bytes] = ()

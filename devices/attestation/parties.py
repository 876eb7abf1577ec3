"""Who asks a device, and what it asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography import x509
from webauthn.helpers.cose import COSEAlgorithmIdentifier

from devices.attestation.metadata import Model

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
        find_listed: finds a model, by AAGUID and attestation certificate, in a list
            whose roots are trusted for that model; None trusts no list.
    """

    attachment: str = ""
    user_verification: bool = False
    attestation: bool = False
    models: Sequence[str] = ()
    roots: Sequence[bytes] = ()
    find_listed: Callable[[str, x509.Certificate | None], Model | None] | None = None

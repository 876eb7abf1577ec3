"""Whether an SSH certificate carries the signature of the authority that it names.

Every kind of key that Core accepts is, old DSA keys among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from .ssh_keys import (
    SECURITY_KEY_PREFIX,
    SshCertificate,
    SshKeyError,
    Wire,
    read_point,
)

_FLAGS_AND_COUNTER: Final = 5
_DSA_BLOB_SIZE: Final = 40
_OLD_HASH: Final[type[hashes.HashAlgorithm]] = hashes.SHA1
_RSA_HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "ssh-rsa": _OLD_HASH,
    "rsa-sha2-256": hashes.SHA256,
    "rsa-sha2-512": hashes.SHA512,
}
_CURVE_HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "nistp256": hashes.SHA256,
    "nistp384": hashes.SHA384,
    "nistp521": hashes.SHA512,
}


@dataclass(frozen=True, slots=True)
class _Signature:
    """A signature; `rest` is what the key itself added (flags and a counter)."""

    scheme: str
    blob: bytes
    rest: bytes


def is_signed_by_authority(certificate: SshCertificate) -> bool:
    """Return whether the signature is that of the authority named."""
    try:
        reader = Wire(certificate.signature)
        signature = _Signature(reader.text(), reader.string(), reader.rest())
        key = Wire(certificate.authority)
        kind = key.text()
        if kind == "ssh-rsa":
            _verify_rsa(key, certificate.signed, signature)
        elif signature.scheme != kind:
            return False
        elif kind.startswith(SECURITY_KEY_PREFIX):
            _verify_security_key(key, kind, certificate.signed, signature)
        else:
            _verify_plain(key, kind, certificate.signed, signature)
    except (SshKeyError, InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _verify_rsa(key: Wire, signed: bytes, signature: _Signature) -> None:
    if signature.scheme not in _RSA_HASHES or signature.rest:
        raise SshKeyError("another scheme")
    exponent, modulus = key.integer(), key.integer()
    public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    # Some signers leave out leading zeros.
    blob = signature.blob.rjust((modulus.bit_length() + 7) // 8, b"\0")
    digest = _RSA_HASHES[signature.scheme]()
    public.verify(blob, signed, padding.PKCS1v15(), digest)


def _verify_plain(key: Wire, kind: str, signed: bytes, signature: _Signature) -> None:
    if signature.rest:
        raise SshKeyError("trailing data")
    if kind == "ssh-ed25519":
        _verify_ed25519(key.string(), signed, signature.blob)
    elif kind.startswith("ecdsa-"):
        curve = key.text()
        public = read_point(curve, key.string())
        _verify_ecdsa(public, _CURVE_HASHES[curve](), signed, signature.blob)
    else:
        _verify_dsa(key, signed, signature.blob)


def _verify_dsa(key: Wire, signed: bytes, blob: bytes) -> None:
    if len(blob) != _DSA_BLOB_SIZE:
        raise SshKeyError("wrong size")
    prime, subgroup, generator, public = (key.integer() for _ in range(4))
    parameters = dsa.DSAParameterNumbers(prime, subgroup, generator)
    half = _DSA_BLOB_SIZE // 2
    r, s = int.from_bytes(blob[:half], "big"), int.from_bytes(blob[half:], "big")
    key_of_authority = dsa.DSAPublicNumbers(public, parameters).public_key()
    key_of_authority.verify(encode_dss_signature(r, s), signed, _OLD_HASH())


def _verify_security_key(
    key: Wire, kind: str, signed: bytes, signature: _Signature
) -> None:
    """Verify what a FIDO key signed: application, flags and counter, message."""
    if len(signature.rest) != _FLAGS_AND_COUNTER:
        raise SshKeyError("no counter")
    curve = "" if "ed25519" in kind else key.text()
    public = key.string()
    message = _sha256(key.string()) + signature.rest + _sha256(signed)
    if curve:
        point = read_point(curve, public)
        _verify_ecdsa(point, hashes.SHA256(), message, signature.blob)
    else:
        _verify_ed25519(public, message, signature.blob)


def _verify_ed25519(public: bytes, message: bytes, blob: bytes) -> None:
    ed25519.Ed25519PublicKey.from_public_bytes(public).verify(blob, message)


def _verify_ecdsa(
    public: ec.EllipticCurvePublicKey,
    digest: hashes.HashAlgorithm,
    signed: bytes,
    blob: bytes,
) -> None:
    reader = Wire(blob)
    r, s = reader.integer(), reader.integer()
    reader.finish()
    if r <= 0 or s <= 0:
        raise SshKeyError("wrong signature")
    public.verify(encode_dss_signature(r, s), signed, ec.ECDSA(digest))


def _sha256(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize()

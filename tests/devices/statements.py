"""Attestation statements of each format, as they should be or broken on purpose.

A fault is named in FAULTS; each breaks one thing that WebAuthn asks for, and signs the
rest again, so that nothing else is wrong.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.devices.authorities import (
    PACKED_SUBJECT,
    Authority,
    aaguid_extension,
    key_description,
    new_key,
    raw_extension,
    tpm_extensions,
)

ES256 = -7
FAULTS: dict[str, tuple[str, ...]] = {
    "none": ("not empty",),
    "packed": (
        "signature",
        "other data",
        "other model",
        "critical model",
        "no unit",
        "no country",
        "authority",
        "no signature",
        "no algorithm",
        "not a certificate",
    ),
    "packed-self": ("signature", "algorithm"),
    "fido-u2f": ("signature", "two certificates", "other curve", "no certificate"),
    "tpm": (
        "signature",
        "version",
        "magic",
        "type",
        "extra data",
        "name",
        "other key",
        "subject",
        "no usage",
        "unknown maker",
        "authority",
        "other model",
    ),
    "apple": ("nonce", "other key", "no extension", "no certificate"),
    "android-key": (
        "signature",
        "challenge",
        "other key",
        "all applications",
        "origin",
        "purpose",
        "no extension",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a statement speaks of."""

    authority: Authority
    key: ec.EllipticCurvePrivateKey
    key_id: bytes
    aaguid: bytes
    host: str
    data: bytes
    client_hash: bytes

    @property
    def signed(self) -> bytes:
        return self.data + self.client_hash

    @property
    def point(self) -> tuple[bytes, bytes]:
        numbers = self.key.public_key().public_numbers()
        return numbers.x.to_bytes(32), numbers.y.to_bytes(32)


def sign(key: ec.EllipticCurvePrivateKey, data: bytes, broken: str) -> bytes:
    signed = key.sign(data, ec.ECDSA(hashes.SHA256()))
    if broken != "signature":
        return signed
    return new_key().sign(data, ec.ECDSA(hashes.SHA256()))


def make_none(facts: Facts, broken: str) -> dict[str, Any]:
    return {"sig": b"x"} if broken else {}


def make_packed(facts: Facts, broken: str) -> dict[str, Any]:
    key = new_key()
    model = bytes(15) + b"\x01" if broken == "other model" else facts.aaguid
    extension, _ = aaguid_extension(model)
    subject = {
        part: value
        for part, value in PACKED_SUBJECT.items()
        if (part, broken) not in {("OU", "no unit"), ("C", "no country")}
    }
    leaf = facts.authority.leaf(
        key.public_key(),
        subject=subject,
        extensions=[(extension, broken == "critical model")],
        is_ca=broken == "authority",
    )
    data = facts.signed + (b"x" if broken == "other data" else b"")
    statement: dict[str, Any] = {
        "alg": ES256,
        "sig": sign(key, data, broken),
        "x5c": [b"\x30\x03nop" if broken == "not a certificate" else leaf],
    }
    if broken == "no signature":
        del statement["sig"]
    if broken == "no algorithm":
        del statement["alg"]
    return statement


def make_packed_self(facts: Facts, broken: str) -> dict[str, Any]:
    alg = -257 if broken == "algorithm" else ES256
    return {"alg": alg, "sig": sign(facts.key, facts.signed, broken)}


def make_u2f(facts: Facts, broken: str) -> dict[str, Any]:
    key: Any = ec.generate_private_key(ec.SECP384R1())
    if broken != "other curve":
        key = new_key()
    leaf = facts.authority.leaf(key.public_key(), subject={"CN": "Older key"})
    x, y = facts.point
    host_hash = hashlib.sha256(facts.host.encode()).digest()
    data = b"\0" + host_hash + facts.client_hash + facts.key_id + b"\x04" + x + y
    leaves = [leaf, facts.authority.der] if broken == "two certificates" else [leaf]
    return {
        "sig": sign(key, data, broken),
        "x5c": [] if broken == "no certificate" else leaves,
    }


def make_apple(facts: Facts, broken: str) -> dict[str, Any]:
    nonce = hashlib.sha256(facts.signed + (b"x" if broken == "nonce" else b"")).digest()
    key = new_key() if broken == "other key" else facts.key
    extensions = [
        raw_extension("1.2.840.113635.100.8.2", b"\x30\x24\xa1\x22\x04\x20" + nonce)
    ]
    leaf = facts.authority.leaf(
        key.public_key(),
        subject={"CN": "Apple-like"},
        extensions=[] if broken == "no extension" else extensions,
    )
    return {"x5c": [] if broken == "no certificate" else [leaf]}


def make_android(facts: Facts, broken: str) -> dict[str, Any]:
    description = key_description(
        bytes(32) if broken == "challenge" else facts.client_hash,
        origin=2 if broken == "origin" else 0,
        purposes=(2, 3) if broken == "purpose" else (2,),
        all_applications=broken == "all applications",
    )
    key = new_key() if broken == "other key" else facts.key
    extensions = [raw_extension("1.3.6.1.4.1.11129.2.1.17", description)]
    leaf = facts.authority.leaf(
        key.public_key(),
        subject={"CN": "Android-like"},
        extensions=[] if broken == "no extension" else extensions,
    )
    return {
        "alg": ES256,
        "sig": sign(key, facts.signed, broken),
        "x5c": [leaf, facts.authority.der],
    }


def _sized(content: bytes) -> bytes:
    return len(content).to_bytes(2) + content


def public_area(point: tuple[bytes, bytes]) -> bytes:
    """Return a TPMT_PUBLIC of a signing key on P-256."""
    parameters = bytes.fromhex("0010001000030010")
    x, y = point
    return (bytes.fromhex("0023000b00060472") + _sized(b"") + parameters) + (
        _sized(x) + _sized(y)
    )


def certify_info(area: bytes, extra: bytes, broken: str) -> bytes:
    """Return a TPMS_ATTEST that certifies a public area."""
    magic = b"\xff\x54\x43\x48" if broken == "magic" else b"\xff\x54\x43\x47"
    kind = b"\x80\x18" if broken == "type" else b"\x80\x17"
    name = b"\x00\x0b" + hashlib.sha256(area).digest()
    if broken == "name":
        name = b"\x00\x0b" + bytes(32)
    clock, firmware = bytes(17), bytes(8)
    return (
        magic
        + kind
        + _sized(b"\x00\x0b" + bytes(32))
        + _sized(bytes(32) if broken == "extra data" else extra)
        + clock
        + firmware
        + _sized(name)
        + _sized(b"\x00\x0b" + bytes(32))
    )


def make_tpm(facts: Facts, broken: str) -> dict[str, Any]:
    key = new_key()
    other = new_key().public_key().public_numbers()
    point = facts.point
    if broken == "other key":
        point = other.x.to_bytes(32), other.y.to_bytes(32)
    area = public_area(point)
    info = certify_info(area, hashlib.sha256(facts.signed).digest(), broken)
    maker = {
        "2.23.133.2.1": "id:00000000",
        "2.23.133.2.2": "Model One",
        "2.23.133.2.3": "id:0001",
    }
    extensions = tpm_extensions(maker if broken == "unknown maker" else None)
    if broken == "no usage":
        del extensions[1]
    if broken == "other model":
        extensions.append(aaguid_extension(bytes(15) + b"\x01"))
    leaf = facts.authority.leaf(
        key.public_key(),
        subject={"CN": "x"} if broken == "subject" else {},
        extensions=extensions,
        is_ca=broken == "authority",
    )
    return {
        "ver": "1.2" if broken == "version" else "2.0",
        "alg": ES256,
        "x5c": [leaf],
        "sig": sign(key, info, broken),
        "certInfo": info,
        "pubArea": area,
    }


MAKERS: dict[str, Callable[[Facts, str], dict[str, Any]]] = {
    "none": make_none,
    "packed": make_packed,
    "packed-self": make_packed_self,
    "fido-u2f": make_u2f,
    "apple": make_apple,
    "android-key": make_android,
    "tpm": make_tpm,
}

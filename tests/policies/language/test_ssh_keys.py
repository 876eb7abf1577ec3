"""SSH keys are read strictly from the wire."""

from __future__ import annotations

import hashlib
import struct

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from policies.language.ssh_keys import (
    SshCertificate,
    SshKeyError,
    check_key,
    read_certificate,
)
from policies.language.ssh_signatures import is_signed_by_authority

from .keys import ssh_certificate, wire

ED25519 = ed25519.Ed25519PrivateKey.generate()
P256 = ec.generate_private_key(ec.SECP256R1())


def packed(*parts: bytes | str) -> bytes:
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(struct.pack(">I", len(part)) + part for part in encoded)


def number(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def dsa_key(p: int = 2**1023 + 1, q: int = 2**159 + 1, g: int = 2, y: int = 3) -> bytes:
    return packed("ssh-dss", number(p), number(q), number(g), number(y))


ED_POINT = ED25519.public_key().public_bytes_raw()
EC_POINT = wire(P256)[-65:]
SK_ED25519 = packed("sk-ssh-ed25519@openssh.com", ED_POINT, "ssh:")
SK_P256 = packed("sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", EC_POINT, "ssh:")


@pytest.mark.parametrize(
    "key",
    [
        wire(ED25519),
        wire(P256),
        packed("ssh-rsa", number(65537), number(2**2047 + 1)),
        dsa_key(),
        SK_ED25519,
        SK_P256,
        ssh_certificate(ED25519),
    ],
)
def test_known_kinds_of_keys_are_accepted(key: bytes) -> None:
    assert check_key(key)


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"\x00\x00\x00\xff",
        packed("ssh-unknown", b"x"),
        packed("rsa-sha2-256", number(65537), number(2**2047 + 1)),
        packed("ssh-ed25519", b"short"),
        wire(ED25519) + b"\x00",
        packed("ssh-rsa", number(1), number(2**2047 + 1)),
        packed("ssh-rsa", number(65536), number(2**2047 + 1)),
        packed("ssh-rsa", number(2**24 + 1), number(2**2047 + 1)),
        packed("ssh-rsa", number(65537), number(2**16384)),
        dsa_key(p=2**1022),
        dsa_key(q=2**158),
        dsa_key(g=0),
        dsa_key(y=2**1023 + 1),
        packed("ecdsa-sha2-nistp256", "nistp384", EC_POINT),
        packed("ecdsa-sha2-nistp256", "nistp256", b"\x04" + b"\x01" * 64),
        packed("ecdsa-sha2-nistp256", "nistp256", b"\x02" + EC_POINT[1:33]),
        packed("sk-ssh-ed25519@openssh.com", ED_POINT),
        packed("ssh-unknown-cert-v01@openssh.com", b"x"),
    ],
)
def test_anything_else_is_refused(key: bytes) -> None:
    with pytest.raises(SshKeyError):
        check_key(key)


@pytest.mark.parametrize("cut", range(1, 400, 7))
def test_a_truncated_certificate_is_refused(cut: int) -> None:
    certificate = ssh_certificate(ED25519)

    with pytest.raises(SshKeyError):
        read_certificate(certificate[:-cut])


def test_a_certificate_of_a_security_key_is_read() -> None:
    kind = "sk-ssh-ed25519-cert-v01@openssh.com"
    plain = certificate_with()
    head = packed("ssh-ed25519-cert-v01@openssh.com", b"nonce", ED_POINT)

    key = packed(kind, b"nonce", ED_POINT, "ssh:") + plain[len(head) :]

    assert check_key(key) == kind


def certificate_with(
    *, critical: bytes = b"", authority: bytes = wire(ED25519), rest: bytes = b""
) -> bytes:
    return (
        packed("ssh-ed25519-cert-v01@openssh.com", b"nonce", ED_POINT)
        + struct.pack(">QI", 1, 1)
        + packed(b"id", b"")
        + struct.pack(">QQ", 0, 2**64 - 1)
        + packed(critical, b"", b"", authority, packed("ssh-ed25519", b"x"))
        + rest
    )


@pytest.mark.parametrize(
    "certificate",
    [
        certificate_with(critical=packed("b", b"", "a", b"")),
        certificate_with(critical=packed("a", b"", "a", b"")),
        certificate_with(critical=packed("a", b"x")),
        certificate_with(critical=packed("a", packed("x") + b"y")),
        certificate_with(authority=ssh_certificate(ED25519)),
        certificate_with(rest=b"x"),
    ],
)
def test_a_disorderly_certificate_is_refused(certificate: bytes) -> None:
    with pytest.raises(SshKeyError):
        read_certificate(certificate)


def test_an_orderly_certificate_is_read() -> None:
    critical = packed("force-command", packed("ls"), "source-address", b"")

    found = read_certificate(certificate_with(critical=critical))

    assert found.critical_options == ("force-command", "source-address")
    assert not is_signed_by_authority(found)


def signed_by(authority: bytes, signature: bytes) -> SshCertificate:
    return SshCertificate(
        kind=1,
        principals=(),
        valid_after=0,
        valid_before=2**64 - 1,
        critical_options=(),
        authority=authority,
        signed=b"message",
        signature=signature,
    )


FLAGS = b"\x01\x00\x00\x00\x07"
SK_MESSAGE = (
    hashlib.sha256(b"ssh:").digest() + FLAGS + hashlib.sha256(b"message").digest()
)


def ecdsa_blob(data: bytes) -> bytes:
    r, s = decode_dss_signature(P256.sign(data, ec.ECDSA(hashes.SHA256())))
    return packed(number(r), number(s))


@pytest.mark.parametrize(
    ("authority", "signature", "valid"),
    [
        (
            SK_ED25519,
            packed("sk-ssh-ed25519@openssh.com", ED25519.sign(SK_MESSAGE)) + FLAGS,
            True,
        ),
        (
            SK_ED25519,
            packed("sk-ssh-ed25519@openssh.com", ED25519.sign(SK_MESSAGE)),
            False,
        ),
        (
            SK_P256,
            packed("sk-ecdsa-sha2-nistp256@openssh.com", ecdsa_blob(SK_MESSAGE))
            + FLAGS,
            True,
        ),
        (
            wire(P256),
            packed("ecdsa-sha2-nistp256", ecdsa_blob(b"message")),
            True,
        ),
        (
            wire(P256),
            packed("ecdsa-sha2-nistp256", packed(b"\x00", b"\x01")),
            False,
        ),
        (wire(P256), packed("ssh-ed25519", ecdsa_blob(b"message")), False),
        (wire(ED25519), packed("ssh-ed25519", ED25519.sign(b"message")), True),
        (wire(ED25519), packed("ssh-ed25519", ED25519.sign(b"message")) + b"x", False),
        (dsa_key(), packed("ssh-dss", b"\x01" * 40), False),
        (dsa_key(), packed("ssh-dss", b"\x01" * 39), False),
        (
            packed("ssh-rsa", number(65537), number(2**2047 + 1)),
            packed("ssh-dss", b"x"),
            False,
        ),
    ],
)
def test_only_the_right_signature_counts(
    authority: bytes, signature: bytes, valid: bool
) -> None:
    assert is_signed_by_authority(signed_by(authority, signature)) is valid

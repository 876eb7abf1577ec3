"""Keys and certificates made for tests."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import ssh

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def authorized_key(key: PrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        .decode()
    )


def wire(key: PrivateKey) -> bytes:
    return base64.b64decode(authorized_key(key).split()[1])


def ssh_certificate(
    authority: PrivateKey,
    *,
    principals: tuple[str, ...] = ("ada",),
    after: int = 0,
    before: int = 2**64 - 1,
    kind: ssh.SSHCertificateType = ssh.SSHCertificateType.USER,
    critical: tuple[tuple[bytes, bytes], ...] = (),
) -> bytes:
    """Return the wire form of a certificate for a new key."""
    builder = (
        ssh.SSHCertificateBuilder()
        .public_key(ed25519.Ed25519PrivateKey.generate().public_key())
        .type(kind)
        .valid_after(after)
        .valid_before(before)
        .key_id(b"test")
    )
    if principals:
        builder = builder.valid_principals([name.encode() for name in principals])
    else:
        builder = builder.valid_for_all_principals()  # type: ignore[no-untyped-call]
    for name, value in critical:
        builder = builder.add_critical_option(name, value)
    certificate = builder.add_extension(b"permit-pty", b"").sign(authority)
    return base64.b64decode(certificate.public_bytes().split()[1])


def client_certificate(
    *,
    dns: tuple[str, ...] = (),
    email: tuple[str, ...] = (),
    uri: tuple[str, ...] = (),
) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    names: list[x509.GeneralName] = [
        *(x509.DNSName(one) for one in dns),
        *(x509.RFC822Name(one) for one in email),
        *(x509.UniformResourceIdentifier(one) for one in uri),
        x509.DirectoryName(name),
    ]
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key, hashes.SHA256())


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()

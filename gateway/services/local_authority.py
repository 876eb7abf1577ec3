"""A certificate authority of this machine, for trying things out without one.

It issues what the embedded Envoy shows where no certificate was uploaded. Its key lies
in the data folder; people who trust its certificate trust whoever can read that.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from routes.validation.hosts import parse_address

CERTIFICATE = "ca.pem"
KEY = "ca-key.pem"
NAME = "Postern local authority"
AUTHORITY_DAYS = 3650
LEAF_DAYS = 365
RENEW_DAYS = 60
EARLIER = timedelta(hours=1)  # clocks differ
MAX_COMMON_NAME = 64


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its key, both in PEM."""

    chain: str
    key: str


@dataclass(frozen=True, slots=True)
class LocalAuthority:
    """The authority of one data folder."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        """Return the certificate that people may trust."""
        return _pem(self.certificate)

    def issue(
        self, hosts: Sequence[str], *, now: datetime, for_clients: bool = False
    ) -> Issued:
        """Return a certificate for hosts, or for a client of that name."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = ExtendedKeyUsageOID.SERVER_AUTH
        if for_clients:
            usage = ExtendedKeyUsageOID.CLIENT_AUTH
        names = x509.SubjectAlternativeName([_general_name(one) for one in hosts])
        built = (
            _builder(hosts[0][:MAX_COMMON_NAME], self.certificate.subject, key, now)
            .not_valid_after(now + timedelta(days=LEAF_DAYS))
            .add_extension(names, critical=False)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self.key.public_key()
                ),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )
        return Issued(_pem(built), _key_pem(key))


def open_authority(folder: Path, *, now: datetime) -> LocalAuthority:
    """Return the authority of a folder, which is made if there is none."""
    try:
        return LocalAuthority(
            x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes()),
            _loaded((folder / KEY).read_bytes()),
        )
    except FileNotFoundError:
        authority = make_authority(ec.generate_private_key(ec.SECP256R1()), now=now)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The key first: a certificate without it would be taken for a whole authority.
        _write(folder / KEY, _key_pem(authority.key), mode=0o600)
        _write(folder / CERTIFICATE, authority.pem, mode=0o644)
        return authority


def is_due(chain: str, *, now: datetime) -> bool:
    """Answer whether a certificate of ours should be issued anew."""
    leaf = x509.load_pem_x509_certificate(chain.encode())
    return leaf.not_valid_after_utc - now < timedelta(days=RENEW_DAYS)


def make_authority(key: ec.EllipticCurvePrivateKey, *, now: datetime) -> LocalAuthority:
    """Return an authority with a key, whose certificate it signs itself."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        **dict.fromkeys(
            (
                *("content_commitment", "key_encipherment", "data_encipherment"),
                *("key_agreement", "encipher_only", "decipher_only"),
            ),
            False,
        ),
    )
    certificate = (
        _builder(NAME, subject, key, now)
        .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return LocalAuthority(certificate, key)


def _builder(
    name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
    )


def _general_name(host: str) -> x509.GeneralName:
    address = parse_address(host)
    return x509.IPAddress(address) if address else x509.DNSName(host)


def _loaded(data: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(data, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{KEY} holds another kind of key")
    return key


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _write(path: Path, text: str, *, mode: int) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    temporary.replace(path)

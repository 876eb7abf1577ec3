"""Certificate authorities of makers of devices who exist in the tests only."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

UNIT = "Authenticator Attestation"
PACKED_SUBJECT = {"C": "CH", "O": "Maker", "OU": UNIT, "CN": "Maker Key One"}
OIDS = {
    "C": NameOID.COUNTRY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
}
AIK_USAGE = ObjectIdentifier("2.23.133.8.3")
TPM_FACTS = {
    "2.23.133.2.1": "id:414D4400",
    "2.23.133.2.2": "Model One",
    "2.23.133.2.3": "id:0001",
}


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name_of(parts: dict[str, str]) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(OIDS[key], value) for key, value in parts.items()]
    )


class Authority:
    """Signs certificates for devices; its own certificate is the root."""

    def __init__(self, name: str = "Maker Root") -> None:
        self.key = new_key()
        self.name = name_of({"CN": name})
        self.certificate = self._sign(
            self.name,
            self.key.public_key(),
            [(x509.BasicConstraints(True, None), True)],
        )

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def leaf(
        self,
        key: Any,
        *,
        subject: dict[str, str] | None = None,
        extensions: list[tuple[Any, bool]] | None = None,
        is_ca: bool = False,
    ) -> bytes:
        """Return a certificate for a public key, in DER."""
        basic = (x509.BasicConstraints(is_ca, None), True)
        made = self._sign(
            name_of(PACKED_SUBJECT if subject is None else subject),
            key,
            [basic, *(extensions or [])],
        )
        return made.public_bytes(Encoding.DER)

    def _sign(
        self, subject: x509.Name, key: Any, extensions: list[tuple[Any, bool]]
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
        )
        for extension, is_critical in extensions:
            builder = builder.add_extension(extension, is_critical)
        return builder.sign(self.key, hashes.SHA256())


def raw_extension(
    oid: str, value: bytes, *, critical: bool = False
) -> tuple[Any, bool]:
    return x509.UnrecognizedExtension(ObjectIdentifier(oid), value), critical


def aaguid_extension(aaguid: bytes) -> tuple[Any, bool]:
    return raw_extension("1.3.6.1.4.1.45724.1.1.4", b"\x04\x10" + aaguid)


def tpm_extensions(facts: dict[str, str] | None = None) -> list[tuple[Any, bool]]:
    """Return what the certificate of a TPM's attestation key says of the TPM."""
    said = TPM_FACTS if facts is None else facts
    name = x509.Name(
        [
            x509.NameAttribute(ObjectIdentifier(oid), value)
            for oid, value in said.items()
        ]
    )
    return [
        (x509.SubjectAlternativeName([x509.DirectoryName(name)]), True),
        (x509.ExtendedKeyUsage([AIK_USAGE]), False),
    ]


def der(tag: int, content: bytes) -> bytes:
    """Return one DER value; enough for contents below 64 KiB."""
    size = len(content)
    if size < 0x80:
        length = bytes([size])
    else:
        raw = size.to_bytes(2, "big").lstrip(b"\0")
        length = bytes([0x80 | len(raw)]) + raw
    head = bytes([tag]) if tag < 0x100 else tag.to_bytes((tag.bit_length() + 7) // 8)
    return head + length + content


def key_description(
    challenge: bytes,
    *,
    origin: int = 0,
    purposes: tuple[int, ...] = (2,),
    all_applications: bool = False,
) -> bytes:
    """Return what an Android key store certifies of a key, as its extension."""
    purpose = der(0xA1, der(0x31, b"".join(der(0x02, bytes([p])) for p in purposes)))
    everywhere = der(0xBF8458, der(0x05, b"")) if all_applications else b""
    made = der(0xBF853E, der(0x02, bytes([origin])))
    return der(
        0x30,
        der(0x02, b"\x04")
        + der(0x0A, b"\x01")
        + der(0x02, b"\x04")
        + der(0x0A, b"\x01")
        + der(0x04, challenge)
        + der(0x04, b"")
        + der(0x30, b"")
        + der(0x30, purpose + everywhere + made),
    )

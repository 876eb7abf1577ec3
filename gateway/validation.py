"""What a certificate for proxies must be: pure rules, no database."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.utils.translation import gettext

from policies.texts import worded
from routes.validation import UnusableError
from routes.validation.hosts import canonical_host, check_wildcard

MAX_PEM = 256 * 1024
MAX_HOSTS = 100
MIN_RSA_BITS = 2048
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
KEYS = worded(
    "use RSA of 2048 bits or more, or an elliptic curve P-256, P-384 or P-521"
)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class CertificateError(ValueError):
    """A certificate or key that proxies can't use; `field` is `chain` or `key`."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class ReadCertificate:
    """A certificate with its key, in canonical PEM, and what is in it."""

    chain: str
    key: str
    hosts: tuple[str, ...]
    issuer: str
    fingerprint: str
    starts_at: datetime
    ends_at: datetime


def read_certificate(chain: str, key: str, *, now: datetime) -> ReadCertificate:
    """Read what was uploaded, and refuse what clients would refuse.

    Raises:
        CertificateError: says what is wrong and where.
    """
    certificates = _read_chain(chain)
    leaf = certificates[0]
    private = _read_key(key)
    if _public(leaf.public_key()) != _public(private.public_key()):
        raise CertificateError(
            "key", gettext("the key does not belong to the certificate")
        )
    _check_times(leaf, now)
    _check_purpose(leaf)
    return ReadCertificate(
        chain="".join(
            one.public_bytes(serialization.Encoding.PEM).decode()
            for one in certificates
        ),
        key=_pem(private),
        hosts=_hosts(leaf),
        issuer=leaf.issuer.rfc4514_string()[:255],
        fingerprint=leaf.fingerprint(hashes.SHA256()).hex(),
        starts_at=leaf.not_valid_before_utc,
        ends_at=leaf.not_valid_after_utc,
    )


def _read_chain(text: str) -> list[x509.Certificate]:
    if len(text) > MAX_PEM:
        raise CertificateError(
            "chain", gettext("it is too long for a chain of certificates")
        )
    try:
        found = x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise CertificateError(
            "chain",
            gettext(
                "there is no readable certificate in it; paste PEM, from "
                "`-----BEGIN CERTIFICATE-----` to its end, the host's own first"
            ),
        ) from error
    for place, (one, above) in enumerate(pairwise(found), start=2):
        try:
            one.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise CertificateError(
                "chain",
                gettext(
                    "certificate %(place)s did not issue the one before it; order "
                    "them from the host's own upwards"
                )
                % {"place": place},
            ) from error
    return found


def _read_key(text: str) -> Key:
    if len(text) > MAX_PEM:
        raise CertificateError("key", gettext("it is too long for a private key"))
    try:
        found = serialization.load_pem_private_key(text.encode(), password=None)
    except TypeError as error:
        raise CertificateError(
            "key", gettext("the key has a password; remove it first")
        ) from error
    except ValueError as error:
        raise CertificateError(
            "key", gettext("there is no readable private key in it; paste PEM")
        ) from error
    if isinstance(found, rsa.RSAPrivateKey):
        if found.key_size < MIN_RSA_BITS:
            raise CertificateError(
                "key", gettext("the key is too short; %(keys)s") % {"keys": KEYS}
            )
        return found
    if isinstance(found, ec.EllipticCurvePrivateKey) and isinstance(
        found.curve, CURVES
    ):
        return found
    raise CertificateError(
        "key", gettext("proxies can't use this kind of key; %(keys)s") % {"keys": KEYS}
    )


def _public(key: object) -> bytes:
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return b""
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _pem(key: Key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _check_times(leaf: x509.Certificate, now: datetime) -> None:
    if leaf.not_valid_after_utc <= now:
        ended = f"{leaf.not_valid_after_utc:%Y-%m-%d}"
        raise CertificateError(
            "chain", gettext("the certificate ended on %(ended)s") % {"ended": ended}
        )
    if leaf.not_valid_before_utc > now:
        begins = f"{leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        raise CertificateError(
            "chain",
            gettext("the certificate begins on %(begins)s") % {"begins": begins},
        )


def _check_purpose(leaf: x509.Certificate) -> None:
    """Refuse an authority, and a certificate that is not for servers."""
    try:
        constraints = leaf.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        is_authority = False
    else:
        is_authority = constraints.value.ca
    if is_authority:
        raise CertificateError(
            "chain",
            gettext(
                "the first certificate is an authority's; put the host's own first"
            ),
        )
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return
    allowed = {
        ExtendedKeyUsageOID.SERVER_AUTH,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    }
    if not allowed.intersection(usage.value):
        raise CertificateError(
            "chain", gettext("the certificate is not meant for servers")
        )


def _hosts(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        raise CertificateError(
            "chain",
            gettext("the certificate names no host (no subject alternative names)"),
        ) from None
    given = [
        *names.value.get_values_for_type(x509.DNSName),
        *map(str, names.value.get_values_for_type(x509.IPAddress)),
    ]
    if not 0 < len(given) <= MAX_HOSTS:
        raise CertificateError(
            "chain",
            gettext("the certificate names %(count)s hosts; use 1 to %(max_hosts)s")
            % {"count": len(given), "max_hosts": MAX_HOSTS},
        )
    return tuple(dict.fromkeys(_canonical(one) for one in given))


def _canonical(name: str) -> str:
    try:
        if name.startswith("*"):
            return check_wildcard(name)
        return canonical_host(f"[{name}]" if ":" in name else name)
    except UnusableError as error:
        raise CertificateError(
            "chain",
            gettext("the certificate names `%(name)s`: %(message)s")
            % {"name": name[:100], "message": error.message},
        ) from error

"""What the standard asks of attestation certificates beyond their signatures."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.utils.translation import gettext
from webauthn.helpers import validate_certificate_chain
from webauthn.helpers.exceptions import InvalidCertificateChain

from devices.attestation.inputs import RefusedError

AAGUID_EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
OCTETS_OF_AAGUID = b"\x04\x10"  # an OCTET STRING of 16 bytes


def check_aaguid(leaf: x509.Certificate, aaguid: bytes) -> None:
    """Refuse a certificate that was made for another model.

    Raises:
        RefusedError: its extension names another AAGUID.
    """
    try:
        found = leaf.extensions.get_extension_for_oid(AAGUID_EXTENSION)
    except x509.ExtensionNotFound:
        return
    value = found.value.public_bytes()
    if found.critical or value != OCTETS_OF_AAGUID + aaguid:
        raise RefusedError(gettext("the attestation certificate is of another model"))


def check_packed(leaf: x509.Certificate) -> None:
    """Refuse what is no attestation certificate (WebAuthn 8.2.1).

    Raises:
        RefusedError: version, subject or basic constraints are wrong.
    """
    units = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    named = all(
        leaf.subject.get_attributes_for_oid(oid)
        for oid in (
            NameOID.COUNTRY_NAME,
            NameOID.ORGANIZATION_NAME,
            NameOID.COMMON_NAME,
        )
    )
    is_unit = any(one.value == "Authenticator Attestation" for one in units)
    if leaf.version != x509.Version.v3 or not named or not is_unit:
        raise RefusedError(gettext("the certificate is none for attestations"))
    try:
        basic = leaf.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound as error:
        raise RefusedError(
            gettext("the certificate has no basic constraints")
        ) from error
    if basic.value.ca:
        raise RefusedError(
            gettext("an attestation is not signed by an authority itself")
        )


def is_trusted(x5c: Sequence[bytes], roots: Sequence[bytes]) -> bool:
    """Answer whether a chain leads to one of the roots; without roots none does.

    Instead of an authority, a root may be the first certificate itself.
    """
    if not roots:
        return False
    leaf = x509.load_der_x509_certificate(x5c[0])
    if leaf.public_bytes(Encoding.PEM) in roots:
        return True
    try:
        return bool(
            validate_certificate_chain(x5c=list(x5c), pem_root_certs_bytes=list(roots))
        )
    except InvalidCertificateChain:
        return False


def readable(roots: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return those of the roots, in PEM, that can be read, in one way of writing.

    A few makers listed certificates that are not encoded as the standard asks; nothing
    could be checked against those.
    """
    return tuple(
        one.public_bytes(Encoding.PEM) for one in map(_loaded, roots) if one is not None
    )


def _loaded(pem: bytes) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        return None


def common_name(leaf: x509.Certificate) -> str:
    """Return what a certificate calls its subject, "" if nothing."""
    names = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value)[:200] if names else ""

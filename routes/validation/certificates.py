"""Certificates and keys: PEM as people paste it, base64 of PEM as Core writes it."""

import base64
import binascii

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from policies.texts import worded
from routes.validation.problems import UnusableError

PublicEncoding = serialization.Encoding.DER
PublicFormat = serialization.PublicFormat.SubjectPublicKeyInfo


def encode_certificates(text: str) -> str:
    """Return base64 of PEM for one or more certificates.

    Raises:
        UnusableError: there is no readable certificate.
    """
    pem = _pem(text)
    try:
        x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise UnusableError(
            worded("there is no readable certificate in it"),
            worded("paste PEM, from `-----BEGIN CERTIFICATE-----` to its end"),
        ) from error
    return base64.b64encode(pem).decode()


def encode_private_key(text: str) -> str:
    """Return base64 of PEM for a private key without password.

    Raises:
        UnusableError: there is none.
    """
    pem = _pem(text)
    try:
        serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise UnusableError(
            worded("there is no readable private key in it"),
            worded("paste PEM of a key without password"),
        ) from error
    return base64.b64encode(pem).decode()


def check_pair(certificate: str, key: str) -> None:
    """Refuse a key that does not belong to the first certificate.

    Both are in the form that the functions above return.

    Raises:
        UnusableError: they don't belong together.
    """
    leaf = x509.load_pem_x509_certificates(base64.b64decode(certificate))[0]
    private = serialization.load_pem_private_key(base64.b64decode(key), password=None)
    ours = private.public_key().public_bytes(PublicEncoding, PublicFormat)
    if leaf.public_key().public_bytes(PublicEncoding, PublicFormat) != ours:
        raise UnusableError(
            worded("the key does not belong to the certificate"),
            worded("give the key that the certificate was made for"),
        )


def _pem(text: str) -> bytes:
    stripped = text.strip()
    if stripped.startswith("-----BEGIN"):
        return stripped.replace("\r\n", "\n").encode() + b"\n"
    try:
        return base64.b64decode("".join(stripped.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnusableError(
            worded("it is neither PEM nor base64 of PEM"), worded("paste the PEM text")
        ) from error

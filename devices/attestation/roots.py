"""Certificates of manufacturers, as an admin gives them."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils.translation import gettext

MAX_PEM_LENGTH = 20_000


class RootRefusedError(Exception):
    """A text that is no certificate to trust; says why."""


@dataclass(frozen=True, slots=True)
class Root:
    """A certificate in PEM, with what identifies it."""

    pem: str
    fingerprint: str
    subject: str
    expires_at: datetime


def read_root(text: str) -> Root:
    """Return the one certificate of a PEM text.

    Raises:
        RootRefusedError: there is none, more than one, or it can't be read.
    """
    if len(text) > MAX_PEM_LENGTH:
        raise RootRefusedError(
            gettext("at most %(max_pem_length)s characters")
            % {"max_pem_length": MAX_PEM_LENGTH}
        )
    try:
        found = x509.load_pem_x509_certificates(text.encode())
        if len(found) != 1:
            raise RootRefusedError(gettext("give one certificate at a time"))
        one = found[0]
        return Root(
            pem=one.public_bytes(Encoding.PEM).decode(),
            fingerprint=one.fingerprint(hashes.SHA256()).hex(),
            subject=one.subject.rfc4514_string(),
            expires_at=one.not_valid_after_utc,
        )
    except ValueError as error:
        raise RootRefusedError(
            gettext(
                "this is no certificate in PEM, which begins with `-----BEGIN "
                "CERTIFICATE-----`"
            )
        ) from error

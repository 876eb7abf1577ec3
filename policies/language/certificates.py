"""What a policy may ask of an X.509 certificate: fingerprint, key hash, names.

Read straight from the DER, leniently about dates: some certificates in the field have a
year that libraries refuse. Nothing is verified; trust is established before a policy is
evaluated.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PEM: Final = re.compile(
    r"-----BEGIN CERTIFICATE-----\s(.*?)-----END CERTIFICATE-----", re.DOTALL
)
_MAX_LENGTH: Final = 64 * 1024
_SEQUENCE, _BIT_STRING, _OBJECT_IDENTIFIER = 0x30, 0x03, 0x06
_OCTET_STRING, _BOOLEAN, _VERSION, _EXTENSIONS = 0x04, 0x01, 0xA0, 0xA3
_EMAIL_NAME, _DNS_NAME, _URI_NAME = 0x81, 0x82, 0x86
_SUBJECT_ALT_NAME: Final = bytes.fromhex("551d11")
_LONG_FORM: Final = 0x80
_MAX_LENGTH_BYTES: Final = 4


class CertificateError(ValueError):
    """The text holds no certificate that can be read."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The parts of a certificate that matchers compare.

    `fingerprint` is the SHA-256 of the certificate in lower-case hexadecimal,
    `spki_hash` that of its public key info in base64.
    """

    fingerprint: str
    spki_hash: str
    dns: tuple[str, ...]
    email: tuple[str, ...]
    uri: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Element:
    tag: int
    body: bytes
    raw: bytes


@lru_cache(maxsize=1024)
def read_certificate(text: str) -> Certificate | None:
    """Return the first certificate of a PEM or base64 DER text, None if unreadable."""
    try:
        return _read(_der(text.strip()))
    except (CertificateError, binascii.Error, ValueError):
        return None


def _der(text: str) -> bytes:
    if len(text) > _MAX_LENGTH:
        raise CertificateError("too long")
    if not text.startswith("-----BEGIN"):
        return base64.b64decode(text, validate=True)
    found = _PEM.search(text)
    if found is None:
        raise CertificateError("no certificate in the PEM")
    return base64.b64decode("".join(found.group(1).split()), validate=True)


def _read(der: bytes) -> Certificate:
    outer = next(_elements(der))
    parts = list(_elements(_body(outer, _SEQUENCE)))
    if [part.tag for part in parts] != [_SEQUENCE, _SEQUENCE, _BIT_STRING]:
        raise CertificateError("not a certificate")
    fields = list(_elements(parts[0].body))
    # The version is optional; then come serial number, algorithm, issuer, validity,
    # subject and the public key.
    first = 1 if fields and fields[0].tag == _VERSION else 0
    key = fields[first + 5] if len(fields) > first + 5 else None
    if key is None or key.tag != _SEQUENCE:
        raise CertificateError("no public key")
    names = _names(fields[first + 6 :])
    return Certificate(
        fingerprint=hashlib.sha256(outer.raw).hexdigest(),
        spki_hash=base64.b64encode(hashlib.sha256(key.raw).digest()).decode(),
        dns=tuple(name for tag, name in names if tag == _DNS_NAME),
        email=tuple(name for tag, name in names if tag == _EMAIL_NAME),
        uri=tuple(name for tag, name in names if tag == _URI_NAME),
    )


def _names(fields: list[_Element]) -> list[tuple[int, str]]:
    wanted = {_EMAIL_NAME, _DNS_NAME, _URI_NAME}
    return [
        (name.tag, name.body.decode("ascii"))
        for field in fields
        if field.tag == _EXTENSIONS
        for extension in _elements(_body(_only(field.body), _SEQUENCE))
        for value in _value_of(extension, _SUBJECT_ALT_NAME)
        for name in _elements(_body(_only(value), _SEQUENCE))
        if name.tag in wanted
    ]


def _value_of(extension: _Element, oid: bytes) -> Iterator[bytes]:
    """Yield the value of an extension if it is the one that is looked for."""
    parts = list(_elements(_body(extension, _SEQUENCE)))
    if not parts or parts[0].tag != _OBJECT_IDENTIFIER:
        raise CertificateError("an extension without identifier")
    if parts[0].body == oid:
        yield _body(parts[-1], _OCTET_STRING)


def _body(element: _Element, tag: int) -> bytes:
    if element.tag != tag:
        raise CertificateError("unexpected structure")
    return element.body


def _only(data: bytes) -> _Element:
    elements = list(_elements(data))
    if len(elements) != 1:
        raise CertificateError("unexpected structure")
    return elements[0]


def _elements(data: bytes) -> Iterator[_Element]:
    """Iterate over the DER elements that lie one after another."""
    position = 0
    while True:
        if len(data) < position + 2:
            raise CertificateError("truncated")
        start, tag, length = position, data[position], data[position + 1]
        position += 2
        if length & _LONG_FORM:
            count = length & ~_LONG_FORM
            if not 0 < count <= _MAX_LENGTH_BYTES:
                raise CertificateError("unsupported length")
            length = int.from_bytes(data[position : position + count], "big")
            position += count
        end = position + length
        if end > len(data):
            raise CertificateError("truncated")
        yield _Element(tag, data[position:end], data[start:end])
        position = end
        if position == len(data):
            return

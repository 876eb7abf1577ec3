"""SSH public keys and user certificates, from text and from the wire.

A key is known by its wire form. Certificates are read strictly, since what can't be
understood completely must not let anyone in. Signatures are in `ssh_signatures`, and
what a policy asks of a key in `criteria.ssh`.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

_USER_CERTIFICATE: Final = 1
_FOREVER: Final = 2**64 - 1
_LATEST: Final = 2**63 - 1
_MAX_RSA_BITS: Final = 16384
_MAX_EXPONENT_BITS: Final = 24
_MIN_EXPONENT: Final = 3
_DSA_BITS, _DSA_SUBGROUP_BITS, _ED25519_SIZE = 1024, 160, 32
_CERTIFICATE_SUFFIX: Final = "-cert-v01@openssh.com"
SECURITY_KEY_PREFIX: Final = "sk-"

_CURVES: Final[dict[str, type[ec.EllipticCurve]]] = {
    "nistp256": ec.SECP256R1,
    "nistp384": ec.SECP384R1,
    "nistp521": ec.SECP521R1,
}
_PLAIN_TYPES: Final = {
    "ssh-rsa",
    "ssh-dss",
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
}


class SshKeyError(ValueError):
    """Bytes or text that are no SSH key."""


@dataclass(slots=True)
class Wire:
    """Reads the SSH wire format from the front; raises SshKeyError at its end."""

    data: bytes
    position: int = 0

    def take(self, size: int) -> bytes:
        end = self.position + size
        if end > len(self.data):
            raise SshKeyError("truncated")
        found, self.position = self.data[self.position : end], end
        return found

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def string(self) -> bytes:
        return self.take(self.number(4))

    def integer(self) -> int:
        """Read a multiple-precision integer, which may be negative."""
        return int.from_bytes(self.string(), "big", signed=True)

    def text(self) -> str:
        return self.string().decode("utf-8", "surrogateescape")

    def rest(self) -> bytes:
        return self.take(len(self.data) - self.position)

    @property
    def is_empty(self) -> bool:
        return self.position == len(self.data)

    def finish(self) -> None:
        if not self.is_empty:
            raise SshKeyError("trailing data")


@dataclass(frozen=True, slots=True)
class SshCertificate:
    """A certificate with what decides over its validity."""

    kind: int
    principals: tuple[str, ...]
    valid_after: int
    valid_before: int
    critical_options: tuple[str, ...]
    authority: bytes
    signed: bytes
    signature: bytes

    def admits(self, username: str, *, at: int) -> bool:
        """Return whether it is a user certificate for a name, valid at a Unix time.

        A certificate without principals is for any name. Critical options other than
        `source-address` are not understood, and so refused.
        """
        if self.kind != _USER_CERTIFICATE:
            return False
        if any(option != "source-address" for option in self.critical_options):
            return False
        if self.principals and username not in self.principals:
            return False
        if self.valid_after > _LATEST or at < self.valid_after:
            return False
        return self.valid_before == _FOREVER or at < self.valid_before <= _LATEST


def parse_authorized_key(text: str) -> bytes:
    """Return the wire form of the first usable key of an authorized_keys text.

    Comments, options and lines without a key are skipped.

    Raises:
        SshKeyError: no line holds a key.
    """
    for line in text.split("\n"):
        stripped = line.partition("\r")[0].strip()
        if not stripped or stripped.startswith("#"):
            continue
        for candidate in (stripped, _after_options(stripped)):
            key = _key_of_line(candidate)
            if key is not None:
                return key
    raise SshKeyError("no key found")


def _key_of_line(line: str) -> bytes | None:
    """Return the key of a line `type base64 comment`, None if it has none."""
    kind, *others = line.split(None, 2)
    if not others:
        return None
    try:
        wire = base64.b64decode(others[0], validate=True)
        declared = check_key(wire)
    except (binascii.Error, ValueError):
        return None
    return wire if declared == kind else None


def _after_options(line: str) -> str:
    """Return what follows the first space outside of quotes."""
    in_quotes = False
    for index, char in enumerate(line):
        if char in " \t" and not in_quotes:
            return line[index:].strip() or line
        if char == '"' and (index == 0 or line[index - 1] != "\\"):
            in_quotes = not in_quotes
    return line


def check_key(wire: bytes) -> str:
    """Return the type of a key or certificate after checking that it is whole.

    Raises:
        SshKeyError: the bytes are no key, or one of an unknown type.
    """
    reader = Wire(wire)
    kind = reader.text()
    if kind.removesuffix(_CERTIFICATE_SUFFIX) != kind:
        read_certificate(wire)
        return kind
    if kind not in _PLAIN_TYPES:
        raise SshKeyError("unknown type of key")
    _read_key_body(reader, kind)
    reader.finish()
    return kind


def _read_key_body(reader: Wire, kind: str) -> None:
    if kind == "ssh-rsa":
        _check_rsa(reader.integer(), reader.integer())
    elif kind == "ssh-dss":
        _check_dsa(*(reader.integer() for _ in range(4)))
    elif "ed25519" in kind:
        if len(reader.string()) != _ED25519_SIZE:
            raise SshKeyError("wrong size")
    else:
        curve = reader.text()
        if not kind.removesuffix("@openssh.com").endswith(curve):
            raise SshKeyError("wrong curve")
        read_point(curve, reader.string())
    if kind.startswith(SECURITY_KEY_PREFIX):
        reader.string()


def _check_rsa(exponent: int, modulus: int) -> None:
    fits = exponent.bit_length() <= _MAX_EXPONENT_BITS
    if not fits or exponent < _MIN_EXPONENT or exponent % 2 == 0:
        raise SshKeyError("wrong exponent")
    if modulus.bit_length() > _MAX_RSA_BITS:
        raise SshKeyError("modulus too large")


def _check_dsa(prime: int, subgroup: int, generator: int, public: int) -> None:
    if (
        prime.bit_length() != _DSA_BITS
        or subgroup.bit_length() != _DSA_SUBGROUP_BITS
        or not 0 < generator < prime
        or not 0 < public < prime
    ):
        raise SshKeyError("wrong parameters")


def read_point(curve: str, data: bytes) -> ec.EllipticCurvePublicKey:
    """Return the public key of an uncompressed point.

    Raises:
        SshKeyError: the curve is unknown, or the point is not on it.
    """
    if curve not in _CURVES or data[:1] != b"\x04":
        raise SshKeyError("wrong curve or form")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[curve](), data)
    except ValueError as error:
        raise SshKeyError("not on the curve") from error


@lru_cache(maxsize=1024)
def read_certificate(wire: bytes) -> SshCertificate:
    """Return the certificate of a wire form.

    Raises:
        SshKeyError: it is a plain key, or not a whole certificate.
    """
    reader = Wire(wire)
    kind = reader.text()
    plain = kind.removesuffix(_CERTIFICATE_SUFFIX)
    if plain.startswith(SECURITY_KEY_PREFIX):
        plain += "@openssh.com"
    if plain == kind or plain not in _PLAIN_TYPES:
        raise SshKeyError("not a certificate")
    reader.string()
    _read_key_body(reader, plain)
    reader.number(8)
    certificate_kind = reader.number(4)
    reader.string()
    principals = _texts(reader.string())
    valid_after, valid_before = reader.number(8), reader.number(8)
    critical = _options(reader.string())
    _options(reader.string())
    reader.string()
    authority = reader.string()
    if Wire(authority).text() not in _PLAIN_TYPES:
        raise SshKeyError("the authority must be a plain key")
    check_key(authority)
    signed = wire[: reader.position]
    signature = reader.string()
    reader.finish()
    return SshCertificate(
        kind=certificate_kind,
        principals=principals,
        valid_after=valid_after,
        valid_before=valid_before,
        critical_options=critical,
        authority=authority,
        signed=signed,
        signature=signature,
    )


def _texts(data: bytes) -> tuple[str, ...]:
    reader = Wire(data)
    found = []
    while not reader.is_empty:
        found.append(reader.text())
    return tuple(found)


def _options(data: bytes) -> tuple[str, ...]:
    """Return the names of options, which must be in order, each with one value."""
    reader = Wire(data)
    names: list[str] = []
    while not reader.is_empty:
        name = reader.text()
        if names and name <= names[-1]:
            raise SshKeyError("options out of order")
        names.append(name)
        value = Wire(reader.string())
        if not value.is_empty:
            value.string()
            value.finish()
    return tuple(names)

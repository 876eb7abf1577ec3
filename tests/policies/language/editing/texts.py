"""The policy that tests edit, places in it, and how a change is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from policies.language.editing import Place
from policies.language.grammar import Operator

POLICY = """\
# Who may come in.
allow:
  or:
    # the owner
    - email: 'ada@example.com'  # Ada
    - claim/team: {has: red, exclude: blue}

    # office hours
    - time_of_day:
        timezone: Europe/Vienna  # HQ
        after: 9:00
        before: 17:00
  and:
    - domain: example.com
"""
EMAIL = Place(0, Operator.OR, 0)
CLAIM = Place(0, Operator.OR, 1)
HOURS = Place(0, Operator.OR, 2)
DOMAIN = Place(0, Operator.AND, 0)


def changes(text: str, new: str) -> tuple[list[str], list[str]]:
    """Return the lines that differ: those that are gone, and those that came."""
    old_lines, new_lines = text.splitlines(), new.splitlines()
    while old_lines and new_lines and old_lines[0] == new_lines[0]:
        del old_lines[0], new_lines[0]
    while old_lines and new_lines and old_lines[-1] == new_lines[-1]:
        del old_lines[-1], new_lines[-1]
    return old_lines, new_lines


def make_pem() -> str:
    """Make a certificate that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "laptop")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=9))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()

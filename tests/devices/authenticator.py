"""An authenticator in software, which answers as browsers hand answers over.

It can do what real ones can't: leave steps out, and say what is not so.
"""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.devices import statements
from tests.devices.authorities import Authority, new_key

ORIGIN = "http://localhost:8000"
HOST = "localhost"
MODEL = bytes.fromhex("a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4")
MODEL_TEXT = "a1b2c3d4-a1b2-c3d4-a1b2-c3d4a1b2c3d4"
UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Said:
    """What an answer says of itself; a test changes one thing."""

    challenge: bytes
    origin: str = ORIGIN
    host: str = HOST
    type: str = ""
    flags: int = UP | UV
    more_client_data: dict[str, Any] = field(default_factory=dict)


class Authenticator:
    """One device with one key.

    `form` is the format of its attestation, `authority` the maker who signs it.
    """

    def __init__(
        self,
        form: str = "none",
        *,
        authority: Authority | None = None,
        aaguid: bytes | None = None,
        attachment: str = "platform",
    ) -> None:
        self.form = form
        self.authority = authority or Authority()
        self.aaguid = MODEL if aaguid is None else aaguid
        if form == "fido-u2f":
            self.aaguid = bytes(16)
        self.attachment = attachment
        self.key = new_key()
        self.id = os.urandom(32)
        self.counter = 0

    @property
    def cose(self) -> dict[int, Any]:
        numbers = self.key.public_key().public_numbers()
        return {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32),
            -3: numbers.y.to_bytes(32),
        }

    def make(self, said: Said, *, broken: str = "", **changes: Any) -> dict[str, Any]:
        """Answer `navigator.credentials.create()`.

        `broken` names a fault of the statement (see `statements`); `changes` replace
        `id`, `cose`, `form` or `statement`.
        """
        client = self.client_data(said, "webauthn.create")
        key_id = changes.get("id", self.id)
        data = self.authenticator_data(said, AT)
        data += self.aaguid + len(key_id).to_bytes(2) + key_id
        data += cbor2.dumps(changes.get("cose", self.cose))
        data += changes.get("extra", b"")
        facts = statements.Facts(
            authority=self.authority,
            key=self.key,
            key_id=key_id,
            aaguid=self.aaguid,
            host=said.host,
            data=data,
            client_hash=hashlib.sha256(client).digest(),
        )
        statement = changes.get("statement")
        if statement is None:
            statement = statements.MAKERS[self.form](facts, broken)
        whole = {
            "fmt": changes.get("form", self.form),
            "attStmt": statement,
            "authData": data,
        }
        return self.answer(
            key_id,
            {
                "clientDataJSON": encode(client),
                "attestationObject": encode(cbor2.dumps(whole)),
                "transports": ["internal"],
            },
        )

    def prove(
        self, said: Said, *, user: bytes | None = None, counts: bool = True
    ) -> dict[str, Any]:
        """Answer `navigator.credentials.get()`."""
        if counts:
            self.counter += 1
        client = self.client_data(said, "webauthn.get")
        data = self.authenticator_data(said, 0)
        signature = self.key.sign(
            data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256())
        )
        response = {
            "clientDataJSON": encode(client),
            "authenticatorData": encode(data),
            "signature": encode(signature),
        }
        if user is not None:
            response["userHandle"] = encode(user)
        return self.answer(self.id, response)

    def client_data(self, said: Said, kind: str) -> bytes:
        return json.dumps(
            {
                "type": said.type or kind,
                "challenge": encode(said.challenge),
                "origin": said.origin,
                "crossOrigin": False,
                **said.more_client_data,
            }
        ).encode()

    def authenticator_data(self, said: Said, flags: int) -> bytes:
        return (
            hashlib.sha256(said.host.encode()).digest()
            + bytes([said.flags | flags])
            + self.counter.to_bytes(4)
        )

    def answer(self, key_id: bytes, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": encode(key_id),
            "rawId": encode(key_id),
            "type": "public-key",
            "authenticatorAttachment": self.attachment,
            "clientExtensionResults": {},
            "response": response,
        }

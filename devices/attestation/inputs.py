"""What browsers send, before anything is believed: sizes, shapes, the client's data."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

MAX_CREDENTIAL_BYTES = 64 * 1024
MAX_ID_BYTES = 1023  # of a credential id, as the standard has it
NEEDED = {
    "create": ("clientDataJSON", "attestationObject"),
    "get": ("clientDataJSON", "authenticatorData", "signature"),
}
_ALPHABET = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)


class RefusedError(Exception):
    """A response of a device that is not accepted; the text says why."""


def check_shape(credential: object, kind: str) -> Mapping[str, Any]:
    """Return a credential's JSON if it has the shape of a response of this kind.

    `kind` is create or get.

    Raises:
        RefusedError: it is too large, or something is missing or no base64url.
    """
    if not isinstance(credential, Mapping):
        raise RefusedError(gettext("the response of the device is no object"))
    response = credential.get("response")
    if not isinstance(response, Mapping):
        raise RefusedError(gettext("`response` is missing"))
    texts = [("id", credential.get("id")), ("rawId", credential.get("rawId"))]
    texts += [(name, response.get(name)) for name in NEEDED[kind]]
    if response.get("userHandle") not in (None, ""):
        texts.append(("userHandle", response["userHandle"]))
    size = 0
    for name, text in texts:
        if not isinstance(text, str) or not text or not _ALPHABET.issuperset(text):
            raise RefusedError(
                gettext("`%(name)s` is missing, or no base64url") % {"name": name}
            )
        size += len(text)
    if size > MAX_CREDENTIAL_BYTES:
        raise RefusedError(gettext("the response of the device is too large"))
    if credential["id"] != credential["rawId"]:
        raise RefusedError(gettext("`id` and `rawId` differ"))
    if len(decode(credential["id"])) > MAX_ID_BYTES:
        raise RefusedError(
            gettext("a credential id has at most %(max_id_bytes)s bytes")
            % {"max_id_bytes": MAX_ID_BYTES}
        )
    return credential


def decode(text: str) -> bytes:
    """Return the bytes of base64url without padding.

    Raises:
        RefusedError: it is none.
    """
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise RefusedError(gettext("this is no base64url")) from error


def encode(data: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def client_data(credential: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the browser says that it was asked.

    Raises:
        RefusedError: it is no JSON object.
    """
    try:
        data = json.loads(decode(credential["response"]["clientDataJSON"]))
    except (ValueError, RecursionError) as error:
        raise RefusedError(gettext("`clientDataJSON` is no JSON")) from error
    if not isinstance(data, Mapping):
        raise RefusedError(gettext("`clientDataJSON` is no object"))
    return data


def challenge_of(credential: Mapping[str, Any]) -> bytes:
    """Return the challenge that a response says it answers.

    Raises:
        RefusedError: there is none.
    """
    challenge = client_data(credential).get("challenge")
    if not isinstance(challenge, str) or not _ALPHABET.issuperset(challenge):
        raise RefusedError(gettext("the response answers no challenge"))
    return decode(challenge)


def check_top_level(data: Mapping[str, Any]) -> None:
    """Refuse what was asked for inside another site's page.

    Raises:
        RefusedError: it was.
    """
    if data.get("crossOrigin", False) is not False or "topOrigin" in data:
        raise RefusedError(gettext("this was asked for inside a page of another site"))

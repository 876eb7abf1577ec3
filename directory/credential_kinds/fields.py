"""What a kind of service account is made of, and how its fields are read."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from console.core import destinations
from console.core.exceptions import ValidationFailedError

MAX_TEXT = 500
MAX_SECRET = 16_000
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+: ?[^\r\n\0]+")
DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def line(text: str) -> str:
    """Read a line of text."""
    if len(text) > MAX_TEXT or not text.isprintable():
        raise ValidationFailedError(
            gettext("at most %(max_text)s characters in one line")
            % {"max_text": MAX_TEXT}
        )
    return text


def domain(text: str) -> str:
    """Read a domain name, with a port if need be."""
    text = text.lower()
    if not DOMAIN.fullmatch(text):
        raise ValidationFailedError(
            gettext("write a domain name, such as `acme.eu.auth0.com`")
        )
    destinations.check_host(text.partition(":")[0])
    return text


def region(text: str) -> str:
    """Read the name of a cloud region."""
    if not REGION.fullmatch(text):
        raise ValidationFailedError(gettext("write a region, such as `eu-central-1`"))
    return text


def path_part(text: str) -> str:
    """Read what becomes one part of a path."""
    if not re.fullmatch(r"[A-Za-z0-9._~-]{1,200}", text) or text in {".", ".."}:
        raise ValidationFailedError(
            gettext("letters, digits, `.`, `_`, `~` and `-` only")
        )
    return text


def switch(text: str) -> str:
    """Read a yes or no."""
    if text not in {"yes", "no"}:
        raise ValidationFailedError(gettext("yes or no"))
    return text


def certificate(text: str) -> str:
    """Read certificates in PEM."""
    if "-----BEGIN CERTIFICATE-----" not in text or len(text) > MAX_SECRET:
        raise ValidationFailedError(gettext("give certificates in PEM"))
    return text


def token(text: str) -> str:
    """Read a secret of one line."""
    if not text.isprintable() or len(text) > MAX_SECRET:
        raise ValidationFailedError(gettext("one line without control characters"))
    return text


def private_key(text: str) -> str:
    """Read a private key in PEM."""
    if "PRIVATE KEY-----" not in text or len(text) > MAX_SECRET:
        raise ValidationFailedError(gettext("give a private key in PEM"))
    return text


def google_key(text: str) -> str:
    """Read the JSON file of a Google service account."""
    try:
        key = json.loads(text)
        is_key = isinstance(key, dict) and key.get("type") == "service_account"
    except ValueError:
        is_key = False
    if not is_key or not {"client_email", "private_key"} <= set(key):
        raise ValidationFailedError(
            gettext("give the whole JSON file of the key, as Google Cloud made it")
        )
    return text


def headers(text: str) -> str:
    """Read HTTP headers, one in a line."""
    lines = [line for line in text.splitlines() if line.strip()]
    for number, line in enumerate(lines, 1):
        if not HEADER.fullmatch(line.strip()):
            raise ValidationFailedError(
                gettext("line %(number)s: write `Name: value`") % {"number": number}
            )
    return "\n".join(line.strip() for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting or one secret of a kind.

    Attributes:
        clean: returns the form that is stored, or raises ValidationFailedError.
        destination: it decides where the secrets go, or who can read them there.
        default: counts when nothing is given.
        long: several lines.
    """

    name: str
    label: str
    clean: Callable[[str], str] = line
    help: str = ""
    required: bool = True
    destination: bool = False
    default: str = ""
    long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of provider, and what it takes to read it."""

    code: str
    name: str
    settings: tuple[Field, ...]
    secrets: tuple[Field, ...]
    scope_help: str = ""

    def clean_settings(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return all settings in the form that is stored.

        Raises:
            ValidationFailedError: says what is wrong with each.
        """
        return _clean(self.settings, given, prefix="settings")

    def clean_secrets(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the secrets that were given, in the form that is sealed.

        Raises:
            ValidationFailedError: says what is wrong with each; never its text.
        """
        return _clean(self.secrets, given, prefix="secrets", partial=True)

    def destinations(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Return the settings that decide where the secrets go."""
        return {
            field.name: settings.get(field.name, field.default)
            for field in self.settings
            if field.destination
        }


def _clean(
    fields: tuple[Field, ...],
    given: Mapping[str, str],
    *,
    prefix: str,
    partial: bool = False,
) -> dict[str, str]:
    problems: dict[str, list[str]] = {
        f"{prefix}.{name}"[:100]: [gettext("there is no such field")]
        for name in sorted(set(given) - {field.name for field in fields})[:20]
    }
    cleaned = {}
    for field in fields:
        text = str(given.get(field.name) or "").strip() or field.default
        if not text:
            if field.required and not partial:
                problems[f"{prefix}.{field.name}"] = [gettext("this is needed")]
            continue
        try:
            cleaned[field.name] = field.clean(text)
        except ValidationFailedError as error:
            problems[f"{prefix}.{field.name}"] = [error.message]
    if problems:
        raise ValidationFailedError(fields=problems)
    return cleaned

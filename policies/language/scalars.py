"""What a plain YAML scalar stands for, in the dialect that Core reads.

Core decodes with yaml.v3, which differs from PyYAML's default: `yes` and `17:00` are
text, `017` and `0o17` are both 15, dates become RFC 3339 text. Only single scalars are
dealt with here; trees are in `source`.
"""

from __future__ import annotations

import base64
import binascii
import calendar
import re
from typing import Final

from policies.texts import worded

type_prefix: Final = "tag:yaml.org,2002:"

STR: Final = "!!str"
INT: Final = "!!int"
FLOAT: Final = "!!float"
BOOL: Final = "!!bool"
NULL: Final = "!!null"
TIMESTAMP: Final = "!!timestamp"
BINARY: Final = "!!binary"
MERGE: Final = "!!merge"
_RESOLVABLE = {STR, INT, FLOAT, BOOL, NULL, TIMESTAMP}

JsonScalar = str | int | float | bool | None

_WORDS: dict[str, tuple[str, JsonScalar]] = {
    **dict.fromkeys(("true", "True", "TRUE"), (BOOL, True)),
    **dict.fromkeys(("false", "False", "FALSE"), (BOOL, False)),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), (NULL, None)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), (FLOAT, float("nan"))),
    **dict.fromkeys(
        (".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), (FLOAT, float("inf"))
    ),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), (FLOAT, float("-inf"))),
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INTEGER = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))"
)
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:([Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,]([0-9]+))?"
    r"(Z|[-+][0-9]{2}:[0-9]{2})?)?"
)
_MAX_INTEGER_DIGITS = 70
_MONTHS: Final = 12
HOURS: Final = 24
SIXTIETHS: Final = 60
_INT64_MIN, _UINT64_MAX = -(2**63), 2**64 - 1


class ScalarError(ValueError):
    """A scalar whose explicit tag does not fit its text."""


def resolve_scalar(text: str, tag: str | None) -> tuple[str, JsonScalar]:
    """Return the short tag and the value of a scalar.

    `tag` is None for a plain scalar, `!!str` for a quoted one, or the explicit tag.
    Unknown tags are ignored and leave text. Infinities and NaN are returned as such:
    only the caller knows where they stand.

    Raises:
        ScalarError: the text can't be read as what its explicit tag promises.
    """
    if tag is None:
        return _resolve_plain(text, timestamps=True)
    short = shorten_tag(tag)
    if short == STR:
        return STR, text
    if short == BINARY:
        return BINARY, _decode_binary(text)
    if short not in _RESOLVABLE:
        return short, text
    found, value = _resolve_plain(text, timestamps=short == TIMESTAMP)
    if found == short:
        return found, value
    if short == FLOAT and isinstance(value, int) and found == INT:
        return FLOAT, float(value)
    raise ScalarError(worded("cannot read it as %(short)s", short=short))


def shorten_tag(tag: str) -> str:
    """Return `!!name` for a tag of the YAML core, any other tag as it is."""
    if tag.startswith(type_prefix):
        return "!!" + tag[len(type_prefix) :]
    return tag


def _resolve_plain(text: str, *, timestamps: bool) -> tuple[str, JsonScalar]:
    if text in _WORDS:
        return _WORDS[text]
    head = text[0]
    if head == "." and _FLOAT.fullmatch(text):
        return _float(text)
    if not (head in "+-" or (head.isascii() and head.isdigit())):
        return STR, text
    if timestamps and (moment := _timestamp(text)) is not None:
        return TIMESTAMP, moment
    return _number(text)


def _number(text: str) -> tuple[str, JsonScalar]:
    digits = text.replace("_", "")
    if len(digits) <= _MAX_INTEGER_DIGITS:
        value = _integer(digits)
        if value is not None:
            return INT, value
    if _FLOAT.fullmatch(digits):
        tag, number = _float(digits)
        return (tag, number) if tag == FLOAT else (STR, text)
    return STR, text


def _integer(digits: str) -> int | None:
    found = _INTEGER.fullmatch(digits)
    if found is None:
        return None
    sign, hexadecimal, binary, octal, decimal = found.groups()
    if hexadecimal is not None:
        value = int(hexadecimal, 16)
    elif binary is not None:
        value = int(binary, 2)
    elif octal is not None:
        value = int(octal, 8)
    else:
        value = int(decimal)
    if sign == "-":
        value = -value
    # A sign rules out the unsigned range, as it does for the parser that Core uses.
    highest = _UINT64_MAX if not sign else _UINT64_MAX // 2
    return value if _INT64_MIN <= value <= highest else None


def _float(text: str) -> tuple[str, JsonScalar]:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return STR, text
    # JSON has one kind of number: 1.0 is 1.
    if value.is_integer() and abs(value) < 2**53:
        return FLOAT, int(value)
    return FLOAT, value


def _timestamp(text: str) -> str | None:
    """Return RFC 3339 text for the four forms of date that the dialect knows."""
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return None
    year, month, day, separator, hour, minute, second, fraction, zone = found.groups()
    if not 1 <= int(month) <= _MONTHS:
        return None
    # The year 0 exists here; its leap day is that of 400.
    last = calendar.monthrange(int(year) % 400 + 400, int(month))[1]
    if not 1 <= int(day) <= last:
        return None
    date = f"{year}-{int(month):02}-{int(day):02}"
    if separator is None:
        return f"{date}T00:00:00Z"
    if (separator == " ") is (zone is not None):
        return None
    clock = _clock(int(hour), int(minute), int(second), fraction)
    offset = _offset(zone)
    return None if clock is None or offset is None else f"{date}T{clock}{offset}"


def _clock(hour: int, minute: int, second: int, fraction: str | None) -> str | None:
    if hour >= HOURS or minute >= SIXTIETHS or second >= SIXTIETHS:
        return None
    clock = f"{hour:02}:{minute:02}:{second:02}"
    nanoseconds = (fraction or "")[:9].rstrip("0")
    return f"{clock}.{nanoseconds}" if nanoseconds else clock


def _offset(zone: str | None) -> str | None:
    if zone is None or zone == "Z":
        return "Z"
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours >= HOURS or minutes >= SIXTIETHS:
        return None
    return "Z" if hours == minutes == 0 else zone


def _decode_binary(text: str) -> str:
    packed = text.replace("\r", "").replace("\n", "")
    try:
        return base64.b64decode(packed, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError) as error:
        raise ScalarError(worded("it is not base64")) from error

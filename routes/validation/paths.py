"""Path conditions and regular expressions. Users' expressions run in RE2 only."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import re2

from policies.texts import counted, worded
from routes.validation.problems import UnusableError, shown

MATCH_KEYS = ("prefix", "path", "regex")
EVERYTHING = frozenset({".*", "/.*", "^.*", ".*$", "^.*$", "^/.*", "/.*$", "^/.*$"})


@lru_cache(maxsize=4096)
def compile_regex(pattern: str) -> Any:
    """Compile an expression as RE2 does, in linear time for whatever input.

    Raises:
        UnusableError: RE2 does not accept it.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0]
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
        raise UnusableError(
            worded("the expression is not valid: %(text)s", text=text),
            worded(
                "write it in RE2's syntax,"
                " which has no look-around and no back references"
            ),
        ) from error


def check_substitution(pattern: str, substitution: str) -> None:
    """Refuse a replacement that speaks of groups which the expression lacks.

    Raises:
        UnusableError: names the group.
    """
    groups = compile_regex(pattern).groups
    position = 0
    while (position := substitution.find("\\", position)) >= 0:
        following = substitution[position + 1 : position + 2]
        if following.isascii() and following.isdigit():
            if int(following) > groups:
                raise UnusableError(
                    worded(
                        "`\\%(following)s` stands for a group"
                        " that the expression lacks",
                        following=following,
                    ),
                    counted(
                        "the expression has %(count)s group",
                        "the expression has %(count)s groups",
                        count=groups,
                    ),
                )
        elif following != "\\":
            raise UnusableError(
                worded(
                    "%(substitution)s means nothing here",
                    substitution=shown(substitution[position : position + 2]),
                ),
                worded("write `\\\\` for a backslash"),
            )
        position += 2


def match_of(settings: Mapping[str, Any]) -> str:
    """Return the path condition of valid settings in one text, or "" for all paths."""
    for key in MATCH_KEYS:
        if settings.get(key):
            return f"{key}:{settings[key]}"
    return ""


def settings_of_match(match: str) -> dict[str, str]:
    """Return the setting that a match text stands for; the inverse of `match_of`."""
    key, colon, value = match.partition(":")
    return {key: value} if colon else {}


def covers(match: str, other: str) -> bool:
    """Answer whether every path that `other` accepts is surely accepted by `match`."""
    key, _, value = match.partition(":")
    other_key, _, other_value = other.partition(":")
    if not key or match == other:
        return True
    if key == "prefix":
        if value == "/":
            return True
        return other_key in {"prefix", "path"} and other_value.startswith(value)
    if key == "regex":
        return value in EVERYTHING or (
            other_key == "path" and accepts(match, other_value)
        )
    return False


def meets(match: str, other: str) -> bool:
    """Answer whether some path may be accepted by both.

    Two expressions, or an expression and a prefix, are taken to meet: to know
    would mean to solve them.
    """
    key, _, value = match.partition(":")
    other_key, _, other_value = other.partition(":")
    if not key or not other_key:
        return True
    if key == "path":
        return accepts(other, value)
    if other_key == "path":
        return accepts(match, other_value)
    if key == other_key == "prefix":
        return value.startswith(other_value) or other_value.startswith(value)
    return True


def accepts(match: str, path: str) -> bool:
    """Answer whether a path fulfils the condition, as the proxy does."""
    key, _, value = match.partition(":")
    if key == "path":
        return path == value
    if key == "prefix":
        return path.startswith(value)
    if key == "regex":
        return compile_regex(value).fullmatch(path) is not None
    return True

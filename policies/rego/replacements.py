"""Built-ins that the engine answers otherwise than OPA, written anew. In the worker.

Whatever raises is undefined, as a built-in that fails is in OPA; but where OPA has an
answer that can't be given here, the whole evaluation ends (`OtherwiseError`).
"""

from __future__ import annotations

import base64
import json
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, quote_plus, unquote_plus

import regorus

from .ordering import in_order
from .patterns import PatternError, translate

_UNDEFINED: Final = "<undefined>"
_ENGINES: dict[tuple[str, int], Any] = {}
_MOST_COUNTED: Final = 2**63 - 1
_LEAST: Final = -(2**63)  # beyond these two, the engine rounds
_MOST: Final = 2**64 - 1
_MOST_SHIFTED: Final = 64
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_VERB: Final = re.compile(r"%([-+# 0]*)(\d*)(?:\.(\d+))?(.)", re.DOTALL)
_UNITS: Final = re.compile(r'"?[-+]?[\d.]+([eE][-+]?\d+)?([kKmMgGtTpPeE]i?)?"?')
_PATCHES: Final = frozenset({"add", "remove", "replace", "move", "copy", "test"})


class OtherwiseError(Exception):
    """OPA has an answer to this, and the engine would give another."""


def attempt(name: Any, arguments: Any) -> list[Any]:
    """Return the result of a built-in in a list, an empty one if it fails."""
    key = (str(name), len(arguments))
    if key[0] in REPLACED:
        try:
            return [REPLACED[key[0]][1](*arguments)]
        except (ValueError, TypeError, LookupError, ArithmeticError):
            return []
    return _builtin(key, arguments)


def _builtin(key: tuple[str, int], arguments: Any) -> list[Any]:
    engine = _ENGINES.get(key)
    if engine is None:
        given = ", ".join(f"input[{index}]" for index in range(len(arguments)))
        engine = _ENGINES[key] = regorus.Engine()
        engine.set_rego_v0(True)
        engine.add_policy("attempt.rego", f"package attempt\nr = {key[0]}({given})")
    try:
        engine.set_input(list(arguments))
        found = engine.eval_rule("data.attempt.r")
    except RuntimeError:
        return []
    except TypeError as error:
        raise OtherwiseError("a set that holds lists can't be handed on") from error
    return [] if found == _UNDEFINED else [found]


class _Through:
    """The engine's own built-in, once its arguments are such as OPA takes."""

    def __init__(self, name: str, is_good: Callable[..., bool] | None = None) -> None:
        self.name = name
        self.is_good = is_good

    def __call__(self, *arguments: Any) -> Any:
        if self.is_good is not None and not self.is_good(*arguments):
            raise ValueError("not for these arguments")
        found = _builtin((self.name, len(arguments)), arguments)[0]
        if found is None:
            raise ValueError("nothing came of it")
        return found


class _Judge:
    """A built-in that says of a text whether it is valid; nothing else is."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, value: Any) -> bool:
        return isinstance(value, str) and _builtin((self.name, 1), [value]) == [True]


class _Patterned:
    """The engine's own built-in, once its pattern is written as the engine reads it."""

    def __init__(
        self, name: str, place: int = 0, is_good: Callable[..., bool] | None = None
    ) -> None:
        self.through = _Through(name, is_good)
        self.place = place

    def __call__(self, *arguments: Any) -> Any:
        given = list(arguments)
        given[self.place] = _known(given[self.place])
        return self.through(*given)


def _known(pattern: Any) -> str:
    """Return a pattern in the engine's words; ends the evaluation if it has none."""
    if not isinstance(pattern, str):
        raise TypeError("no pattern")
    written = translate(pattern)
    if _builtin(("regex.is_valid", 1), [written]) != [True]:
        raise OtherwiseError("this pattern can't be read here")
    return written


def is_pattern(text: Any) -> bool:
    """Answer whether Go takes a pattern."""
    try:
        _known(text)
    except (PatternError, TypeError):
        return False
    return True


def decode_url(text: str) -> str:
    """Decode base64url with its padding or without."""
    if not re.fullmatch(r"[\w-]*={0,2}", text, re.ASCII):
        raise ValueError("no base64url")
    decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    try:
        return decoded.decode()
    except ValueError as error:
        raise OtherwiseError("what was decoded is no text") from error


def unescape(text: str) -> str:
    """Decode what stands in a query."""
    if _BAD_ESCAPE.search(text):
        raise ValueError("no escape")
    return unquote_plus(text, errors="strict")


def unescape_all(text: str) -> dict[str, list[str]]:
    """Decode a query into lists of values by name."""
    if _BAD_ESCAPE.search(text) or ";" in text:
        raise ValueError("no query")
    return parse_qs(text, keep_blank_values=True, errors="strict")


def escape(text: str) -> str:
    """Encode a text for a query."""
    return quote_plus(text, safe="")


def escape_all(values: Mapping[str, Any]) -> str:
    """Encode texts, or lists of them, by name."""
    if not isinstance(values, Mapping):
        raise TypeError("no object")
    if not all(isinstance(name, str) for name in values):
        raise OtherwiseError("names in `urlquery.encode_object` are texts here")
    pairs = []
    for name, value in sorted(values.items()):
        listed = in_order(value) if isinstance(value, set | frozenset) else value
        if isinstance(value, str):
            listed = [value]
        elif isinstance(value, Mapping):
            raise TypeError("neither a text nor a list of them")
        pairs += [f"{escape(name)}={escape(one)}" for one in listed]
    return "&".join(pairs)


def count(text: str, part: str) -> int:
    """Count how often a part stands in a text."""
    if not isinstance(text, str):
        raise TypeError("no text")
    return text.count(part)


def find(text: str, part: str) -> int:
    """Return where a part first stands in a text, -1 if nowhere."""
    if not part:
        raise ValueError("nothing to look for")
    return text.find(part)


def cut(text: str, start: Any, length: Any) -> str:
    """Return a part of a text; a negative length takes all that is left."""
    if not _is_counted(text, start, start) or not _is_counted(text, start, length):
        raise ValueError("no number of 64 bits")
    if start < 0:
        raise ValueError("no place in a text")
    return text[start:] if length < 0 else text[start : start + length]


def print_into(form: str, values: Any) -> str:
    """Return a text with values put in where verbs stand, as Go does it."""
    if not isinstance(values, list):
        raise TypeError("no array")
    left = list(values)
    written = []
    at = 0
    for found in _VERB.finditer(form):
        written.append(form[at : found.start()])
        at = found.end()
        if found[4] == "%":
            written.append("%")
        elif found[4] in "[*":
            raise OtherwiseError("no places of arguments and no `*` in `sprintf` here")
        elif not left:
            written.append(f"%!{found[4]}(MISSING)")
        else:
            written.append(_printed(found, left.pop(0)))
    rest = form[at:]
    if "%" in rest:
        rest = rest.replace("%", "%!(NOVERB)")
    written.append(rest)
    if left:
        said = ", ".join(f"{_kind_of(one)}={_plain(one)}" for one in left)
        written.append(f"%!(EXTRA {said})")
    return "".join(written)


def _printed(found: re.Match[str], value: Any) -> str:
    flags, width, precision, verb = found[1], found[2], found[3], found[4]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    shape, given = "s", _plain(value)
    if number and verb in ("dxXo" if isinstance(value, int) else "feEgG"):
        shape, given = verb, value
    elif verb == "x" and not number:
        given = given.encode().hex()
    elif verb == "q" and not number:
        given = json.dumps(given, ensure_ascii=False)
    elif not (verb == "v" and precision is None) and (verb not in "sv" or number):
        return f"%!{verb}({_kind_of(value)}={given})"
    point = "" if precision is None else f".{precision}"
    text: str = f"%{flags}{width}{point}{shape}" % given
    return text


def _kind_of(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "int64" if isinstance(value, int) else "float64"
    return "string"


def _plain(value: Any) -> str:
    """Return a value as Rego writes it; a text as it is."""
    if isinstance(value, str):
        return value
    return _written(value)


def _written(value: Any) -> str:
    if isinstance(value, set | frozenset):
        items = ", ".join(map(_written, in_order(value)))
        return f"{{{items}}}" if items else "set()"
    if isinstance(value, Mapping):
        pairs = (f"{_written(key)}: {_written(value[key])}" for key in in_order(value))
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _is_counted(_text: Any, _pattern: Any, most: Any) -> bool:
    return _are_counted(most)


def _are_counted(*numbers: Any) -> bool:
    return all(isinstance(one, int) and abs(one) <= _MOST_COUNTED for one in numbers)


def _bits(work: Callable[..., int]) -> Callable[..., int]:
    """Return what works on bits, for whole numbers as wide as the engine has them."""

    def call(*numbers: Any) -> int:
        if not all(type(one) is int for one in numbers):
            raise TypeError("no whole number")
        found = work(*numbers)
        if not _LEAST <= found <= _MOST:
            raise OtherwiseError("the number is too large for this engine")
        return found

    return call


def _shifted_left(number: int, places: int) -> int:
    if places < 0:
        raise ValueError("no number of places")
    if number and places > _MOST_SHIFTED:
        raise OtherwiseError("the number is too large for this engine")
    return number << places if number else 0


def _shifted_right(number: int, places: int) -> int:
    if places < 0:
        raise ValueError("no number of places")
    return number >> min(places, _MOST_SHIFTED)


def split(pattern: Any, text: Any) -> Any:
    """Split a text; a pattern that matches nothing at all splits otherwise in Go."""
    written = _known(pattern)
    if _builtin(("regex.match", 2), [f"^(?:{written})$", ""]) == [True]:
        raise OtherwiseError("the pattern matches nothing at all")
    return _SPLIT(written, text)


_SPLIT: Final = _Through("regex.split")


def _are_comparable(over: Any, under: Any) -> bool:
    kinds = [
        next(name for kind, name in _KINDS if isinstance(value, kind))
        for value in (over, under)
    ]
    return kinds[0] == kinds[1] != "" or kinds == ["array", "set"]


_KINDS: Final = (
    (Mapping, "object"),
    ((set, frozenset), "set"),
    ((list, tuple), "array"),
    (object, ""),
)


def _has_part(_text: Any, part: Any) -> bool:
    return isinstance(part, str) and bool(part)


def _is_patch(_value: Any, patches: Any) -> bool:
    return all(
        isinstance(one, Mapping) and one.get("op") in _PATCHES and "path" in one
        for one in patches
    )


def _is_unit(text: Any) -> bool:
    return isinstance(text, str) and _UNITS.fullmatch(text) is not None


REPLACED: Final[dict[str, tuple[int, Callable[..., Any]]]] = {
    "base64url.decode": (1, decode_url),
    "bits.and": (2, _bits(operator.and_)),
    "bits.lsh": (2, _bits(_shifted_left)),
    "bits.negate": (1, _bits(operator.invert)),
    "bits.or": (2, _bits(operator.or_)),
    "bits.rsh": (2, _bits(_shifted_right)),
    "bits.xor": (2, _bits(operator.xor)),
    "base64.is_valid": (1, _Judge("base64.is_valid")),
    "indexof": (2, find),
    "indexof_n": (2, _Through("indexof_n", _has_part)),
    "json.is_valid": (1, _Judge("json.is_valid")),
    "net.cidr_is_valid": (1, _Judge("net.cidr_is_valid")),
    "semver.is_valid": (1, _Judge("semver.is_valid")),
    "yaml.is_valid": (1, _Judge("yaml.is_valid")),
    "json.patch": (2, _Through("json.patch", _is_patch)),
    "object.subset": (2, _Through("object.subset", _are_comparable)),
    "regex.find_all_string_submatch_n": (
        3,
        _Patterned("regex.find_all_string_submatch_n", is_good=_is_counted),
    ),
    "regex.find_n": (3, _Patterned("regex.find_n", is_good=_is_counted)),
    "regex.is_valid": (1, is_pattern),
    "regex.match": (2, _Patterned("regex.match")),
    "regex.replace": (3, _Patterned("regex.replace", 1)),
    "regex.split": (2, split),
    "sprintf": (2, print_into),
    "strings.count": (2, count),
    "substring": (3, cut),
    "units.parse": (1, _Through("units.parse", _is_unit)),
    "urlquery.decode": (1, unescape),
    "urlquery.decode_object": (1, unescape_all),
    "urlquery.encode": (1, escape),
    "urlquery.encode_object": (1, escape_all),
    "uuid.parse": (1, _Through("uuid.parse")),
}

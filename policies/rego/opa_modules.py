"""A text in Rego as a module for a server of OPA, and what is sent along with requests.

The text gets a package of its own. What Core adds to Rego, and what must stand still
during a request, becomes a function of a small library over what is sent along.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from policies.texts import worded

from . import inputs
from .evaluation import Request, key_of, nanoseconds
from .fetching import FETCHED, addresses_in, response_of

if TYPE_CHECKING:
    from collections.abc import Mapping

MOCKS_INPUT: Final = worded("`with input as` leaves a server nothing of the request")
EXTERNAL: Final = worded(
    "records of external data can't be asked for on a server of OPA"
)
WORKED_OUT: Final = worded(
    "on a server of OPA, the type of a record has to be written out"
)
LIBRARY: Final = """package postern.lib

get_databroker_record(kind, key) = record {
	record := input["postern.records"][kind][key]
} else = null { true }

fetched(request) = answer {
	answer := input["postern.fetched"][request.url][decoded(request)]
}

decoded(request) = "decoded" {
	request.force_json_decode == true
} else = "plain" { true }

chance(key) = crypto.sha256(sprintf("%v %v", [input["postern.seed"], key]))

digit(text, place) = indexof("0123456789abcdef", substring(text, place, 1))

intn(key, most) = 0 { most == 0 } else = drawn {
	text := chance(key)
	size := abs(most)
	powers := [65536, 4096, 256, 16, 1]
	drawn := sum([product([digit(text, i), powers[i]]) | powers[i]]) % size
}

uuid(key) = name {
	text := chance(key)
	name := sprintf("%s-%s-4%s-a%s-%s", [
		substring(text, 0, 8), substring(text, 8, 4), substring(text, 12, 3),
		substring(text, 15, 3), substring(text, 18, 12),
	])
}
"""
_PACKAGE: Final = re.compile(
    r"\A((?:\s|#[^\n]*\n)*package\s+)(?P<name>[^\s#;]+)", re.MULTILINE
)
# Texts and comments stay as they are; the rest is found outside of them.
_TOKEN: Final = re.compile(
    r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*'
    r"|(?P<call>\b(?:get_databroker_record|http\.send|rand\.intn|uuid\.rfc4122))\s*\("
    r"|(?P<clock>\btime\.now_ns\s*\(\s*\))"
    r"|(?P<mock>\bwith\s+input\s+as\b)"
    r"|(?P<own>\bdata\.pomerium\.policy\b)"
)
_WRITTEN: Final = re.compile(r'\s*(?:"([^"\\\n]*)"|`([^`]*)`)\s*,')
_CALLS: Final = {
    "get_databroker_record": "get_databroker_record",
    "http.send": "fetched",
    "rand.intn": "intn",
    "uuid.rfc4122": "uuid",
}


def name_of(source: str) -> str:
    """Return the name under which a server keeps a text."""
    return f"m{key_of(source)[:32]}"


def added_lines(source: str) -> int:
    """Return by how many lines the module is longer than the text."""
    return 0 if _PACKAGE.match(source) else 1


def has_our_package(source: str) -> bool:
    """Return whether a text is of the package that counts, or names none."""
    found = _PACKAGE.match(source)
    return found is None or found["name"] == "pomerium.policy"


def mocks_input(source: str) -> bool:
    """Return whether a text puts something else in the place of the whole input."""
    return any(found["mock"] for found in _TOKEN.finditer(source))


def module_of(source: str) -> str:
    """Return the module for a server."""
    package = f"postern.{name_of(source)}"

    def replaced(found: re.Match[str]) -> str:
        if found["call"]:
            return f"data.postern.lib.{_CALLS[found['call']]}("
        if found["clock"]:
            return 'input["postern.now"]'
        return f"data.{package}" if found["own"] else found[0]

    text = source if _PACKAGE.match(source) else f"package pomerium.policy\n{source}"
    head = _PACKAGE.match(text)
    rest = text[head.end() :] if head else text
    start = head[1] if head else ""
    return f"{start}{package}{_TOKEN.sub(replaced, rest)}"


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes to a server with a request.

    `refused` are types of records that there is nothing of; `problem` is why the
    server can't be asked.
    """

    given: dict[str, Any]
    refused: tuple[str, ...] = ()
    problem: str = ""


def sent_with(source: str, request: Request) -> Sent:
    """Return the input for a server, with all that it can't ask for itself."""
    records, refused, problem = _records(source, request)
    fetched, missing = _answers(source, request)
    if missing:
        problem = worded(
            "`%(missing)s` has not been fetched, or too long ago", missing=missing
        )
    given = {
        **request.input,
        "postern.records": records,
        "postern.fetched": fetched,
        "postern.now": nanoseconds(request.now),
        "postern.seed": request.seed,
    }
    return Sent(given, tuple(sorted(refused)), problem)


def _records(source: str, request: Request) -> tuple[Mapping[str, Any], set[str], str]:
    """Return the records to send, types that there are none of, and a problem.

    To be asked for a type is also how records learn that it counts, and is missing.
    """
    bundle = getattr(request.records, "bundle", None)
    records = getattr(request.records, "records", {}) if bundle is None else bundle()[0]
    refused: set[str] = set()
    for kind in record_types_in(source):
        if kind is None:
            if bundle is not None:
                return {}, refused, WORKED_OUT
            continue
        if kind in records:
            continue
        is_known, _ = request.records.find(kind, "")
        if not is_known:
            refused.add(kind)
        elif bundle is not None and kind not in inputs.RECORD_TYPES:
            return {}, refused, EXTERNAL
    return records, refused, ""


def record_types_in(source: str) -> list[str | None]:
    """Return the types of records that a text asks for, None for one worked out."""
    found: list[str | None] = []
    for token in _TOKEN.finditer(source):
        if token["call"] == "get_databroker_record":
            kind = _WRITTEN.match(source, token.end())
            found.append(None if kind is None else kind[1] or kind[2])
    return found


def _answers(source: str, request: Request) -> tuple[Mapping[str, Any], str]:
    """Return the answers of all addresses in a text, and one that there is none of."""
    found: dict[str, Any] = {}
    for url in addresses_in(source):
        given = request.fetched.get(url)
        if given is not None:
            found[url] = {"plain": given, "decoded": given}
            continue
        _, record = request.records.find(FETCHED, url)
        if not record:
            return {}, url
        found[url] = {"plain": response_of(record, {})}
        with contextlib.suppress(ValueError):
            decoded = response_of(record, {"force_json_decode": True})
            found[url]["decoded"] = decoded
    return found, ""

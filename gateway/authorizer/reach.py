"""What somebody can reach: every route, asked in memory as a request would ask it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .requests import LiveRequest

if TYPE_CHECKING:
    from gateway.snapshot import RouteDocument

    from .callers import Known
    from .engine import Engine

MAX_ASKED: Final = 3000
MAX_SHOWN: Final = 300
PORT: Final = re.compile(r":\d{1,5}")
FORWARDED: Final = (
    b"x-postern-client-ip",
    b"x-postern-client-cert",
    b"x-postern-client-cert-chain",
)


@dataclass(frozen=True, slots=True)
class Reachable:
    """A route that lets somebody in; `url` is "" where no single one leads there."""

    name: str
    url: str


def list_reachable(
    engine: Engine, known: Known, request: LiveRequest
) -> tuple[list[Reachable], bool]:
    """Return the routes that let somebody in now, and whether all were asked.

    Routes with policies in Rego are left out: asking so many takes too long.
    """
    table = engine.check_ready()
    now = engine.now()
    kept = {name: request.raw(name) for name in FORWARDED if request.raw(name)}
    # Other hosts are at the port by which this one was reached.
    port = request.host.removeprefix(request.hostname)
    found: list[Reachable] = []
    is_complete = len(table.snapshot.routes) <= MAX_ASKED
    for route_id in list(table.snapshot.routes)[:MAX_ASKED]:
        entry = table.find(route_id)
        if entry is None or entry.needs_body:
            continue
        if entry.foreign:
            is_complete = False
            continue
        document = entry.document
        asked = LiveRequest(
            method="GET",
            raw_path=_path_of(document).encode("utf-8", "replace"),
            headers={b"host": document.host.encode(), **kept},
        )
        facts = engine.facts_for(entry, known, asked, now)
        if entry.compiled.decide(known.caller, facts).is_allowed:
            found.append(Reachable(document.name, _url_of(document, port)))
    found.sort(key=lambda one: (one.name.casefold(), one.url))
    return found[:MAX_SHOWN], is_complete and len(found) <= MAX_SHOWN


def _path_of(document: RouteDocument) -> str:
    kind, _, value = document.match.partition(":")
    return value if kind in {"prefix", "path"} and value.startswith("/") else "/"


def _url_of(document: RouteDocument, port: str) -> str:
    if "*" in document.host or not document.from_url.startswith(("https:", "http:")):
        return ""
    if document.match.startswith("regex:"):
        return ""
    origin = document.from_url.rstrip("/")
    if not PORT.fullmatch(port) or ":" in origin.partition("://")[2]:
        port = ""
    return f"{origin}{port}{_path_of(document)}"

"""Bytes of a configuration file to a tree with positions, in bounded time and memory.

Whatever is no text, is too large, or stands for more than it shows is refused here
with a place and a remedy. What the tree means is up to `outline`.
"""

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from policies.language import decoding
from policies.language import source as language_source
from policies.language.decoding import Bounds
from policies.language.errors import Problem, Report
from policies.language.nodes import Node
from policies.texts import worded
from routes.imports.findings import Findings, Place

MEBIBYTE = 1024 * 1024
FILE = Bounds(
    noun="the file",
    verb="imported",
    max_bytes=32 * MEBIBYTE,
    max_depth=64,
    max_nodes=1_000_000,
    # Anchors and merge keys are common in configuration files. What Core would pass
    # over in silence, or what stands for something elsewhere, is refused.
    refused=frozenset({"directive", "further-document", "tag"}),
)

ANCHOR_ALLOWANCE = 20_000

SIGNATURES = (
    (b"\x89PNG", worded("a PNG image")),
    (b"\xff\xd8\xff", worded("a JPEG image")),
    (b"GIF8", worded("a GIF image")),
    (b"%PDF", worded("a PDF document")),
    (b"PK\x03\x04", worded("a ZIP archive")),
    (b"\x1f\x8b", worded("a gzip archive")),
    (b"\x7fELF", worded("a program")),
    (b"SQLite format 3", worded("a database")),
)
UTF_16 = (b"\xff\xfe", b"\xfe\xff")

REMEDIES: Mapping[str, str] = {
    "alias": worded("write the value out"),
    "bad-merge": worded("let `<<` point at an anchor of a mapping"),
    "bad-tag": worded("remove the tag, or correct the value"),
    "control-character": worded("remove the character, or save the file as text"),
    "duplicate-key": worded("keep one of them"),
    "empty-document": worded("choose a file that has `routes:`"),
    "not-json": worded("write a plain number, or quote it"),
    "not-utf-8": worded("save the file as UTF-8"),
    "recursive-anchor": worded("write the values out"),
    "too-deep": worded("configuration files are a few levels deep; check the brackets"),
    "too-large": worded("split the file, or leave out what is not a route"),
    "too-many-values": worded("split the file, and write out what anchors repeat"),
    "unknown-anchor": worded("quote the value if it is meant to begin with `*`"),
    "yaml-version": worded("remove the `%YAML` line"),
}
SYNTAX_REMEDIES = (
    (
        "alphabetic or numeric character",
        worded("quote values that begin with `*` or `&`"),
    ),
    (
        "cannot start any token",
        worded("indent with spaces, not tabs; quote `@`, `%` and `` ` ``"),
    ),
    (
        "mapping values are not allowed",
        worded("check the indentation; quote text that has `: `"),
    ),
    (
        "could not find expected ':'",
        worded("write `key: value`, and check the indentation"),
    ),
    ("expected key", worded("indent this line like the keys that it belongs to")),
    ("expected '-' indicator", worded("indent this line like the items of its list")),
    (
        "expected ',' or",
        worded("close the bracket, or put a comma between the entries"),
    ),
    ("unexpected end of stream", worded("close the quote, or the bracket")),
    ("escape", worded("double the backslash, or use single quotes")),
    ("block scalar", worded("check what follows `|` or `>`")),
)
TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<%.*?%>")
TEMPLATE_REMEDY = worded("this is a template: render it first, and import the result")


@dataclass(frozen=True, slots=True)
class Readable:
    """A file's text and its tree. Each line ends in a line feed.

    A browser sends pasted text with CRLF, and so do files of some systems; our own
    marks and the seals in them are about the text without.
    """

    text: str
    root: Node


def read(
    content: bytes | str, findings_of: type[Findings] = Findings
) -> tuple[Readable | None, Findings]:
    """Return the file's tree, or None, and what there is to say about it.

    The findings know the text, so that later stages can add to them.
    """
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    findings = findings_of()
    if not _looks_like_text(content, findings):
        return None, findings
    report = Report()
    text = decoding.decode(content, report, bounds=FILE)
    findings = findings_of(text or content.decode("utf-8", "replace"))
    if text is None:
        _take_over(report, findings)
        return None, findings
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # No file holds more values than characters, unless its anchors multiply them.
    bounds = replace(FILE, max_nodes=min(FILE.max_nodes, len(text) + ANCHOR_ALLOWANCE))
    with _collector_paused():
        root = language_source.compose(text, report, bounds=bounds)
    _take_over(report, findings)
    if root is None or findings.problems:
        return None, findings
    return Readable(text, root), findings


def _looks_like_text(content: bytes, findings: Findings) -> bool:
    if len(content) > FILE.max_bytes:
        findings.problem(
            "too_large",
            worded(
                "the file has %(size)s MiB, more than %(most)s",
                size=f"{len(content) / MEBIBYTE:.1f}",
                most=FILE.max_bytes // MEBIBYTE,
            ),
            Place(),
            remedy=REMEDIES["too-large"],
        )
        return False
    kind = next((kind for sign, kind in SIGNATURES if content.startswith(sign)), "")
    if kind:
        findings.problem(
            "not_text",
            worded("the file is %(kind)s, whatever its name says", kind=kind),
            Place(),
            remedy=worded("choose the configuration file of Pomerium, in YAML or JSON"),
        )
        return False
    if content.startswith(UTF_16):
        findings.problem(
            "not_utf_8",
            worded("the file is UTF-16"),
            Place(),
            remedy=REMEDIES["not-utf-8"],
        )
        return False
    return True


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from walking a growing tree again and again.

    The tree has no cycles. Reading a large file takes half the time without it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _take_over(report: Report, findings: Findings) -> None:
    for problem in sorted(report.problems, key=lambda problem: problem.span):
        findings.problem(
            problem.code.replace("-", "_"),
            problem.message,
            Place.at(problem.span),
            remedy=_remedy(problem, findings),
        )


def _remedy(problem: Problem, findings: Findings) -> str:
    if TEMPLATE.search(findings.line(problem.span.line)):
        return TEMPLATE_REMEDY
    if problem.code == "yaml-syntax":
        return next(
            (remedy for part, remedy in SYNTAX_REMEDIES if part in problem.message),
            worded(
                "check the indentation and the quotes of this line and the one above"
            ),
        )
    return problem.suggestion or REMEDIES.get(problem.code, "")

"""From the bytes of an answer to rows: JSON, CSV, or a zip of such files.

A file is taken whole or not at all: one that is broken or cut off has no rows.
"""

import csv
import fnmatch
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from directory.external.archives import open_archive
from directory.external.problems import DataRefusedError

JSON, CSV, ZIP, AUTO = "json", "csv", "zip", "auto"
FORMATS = (
    (AUTO, "By what comes"),
    (JSON, "JSON"),
    (CSV, "CSV"),
    (ZIP, "Zip of JSON or CSV"),
)
MAX_RECORDS = 200_000
MAX_FIELDS = 500
MAX_CELL = 64 * 1024
SUFFIXES = ((".json", JSON), (".csv", CSV), (".tsv", CSV), (".zip", ZIP))
DELIMITERS = ",;\t|"
# As numbers are written for people, so that "007" and "1e5" stay what they are.
NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,15})?")
BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How an answer is read.

    Attributes:
        format: a code of `FORMATS`.
        items: path with dots to the list in a JSON object, "" where the file is it.
        files: pattern of the names in an archive, "" for every JSON or CSV file.
    """

    format: str = AUTO
    items: str = ""
    files: str = ""


@dataclass(slots=True)
class Rows:
    """The rows of an answer in order, and what could not be taken as one."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def add(self, number: int, name: str, row: Any) -> None:
        """Take a row, if it is one."""
        if not isinstance(row, dict):
            self.problems.append((f"{name}{number:,}", "this is no object with fields"))
        elif len(row) > MAX_FIELDS:
            self.problems.append((f"{name}{number:,}", "it has too many fields"))
        else:
            self.rows.append(row)
        if len(self.rows) + len(self.problems) > MAX_RECORDS:
            raise DataRefusedError(
                f"there are more than {MAX_RECORDS:,} records",
                remedy="Ask for less, or split the data among several sources.",
            )


def read_rows(
    content: bytes, shape: Shape, *, kind: str = "", path: str = "", is_framed: bool
) -> Rows:
    """Return the rows of an answer.

    `kind` is its content type and `path` that of the address, for guessing the format.
    `is_framed` says that it can't be cut off; JSON and zip show that by themselves.

    Raises:
        DataRefusedError: it is not what it should be, or is broken.
    """
    if not content.strip():
        raise DataRefusedError(
            "the answer is empty",
            remedy="A source without records answers with `[]`, or with a header line.",
        )
    format = _format_of(content, shape.format, kind, path)
    found = Rows()
    if format == ZIP:
        _read_archive(content, shape, found)
        return found
    if format == CSV and not is_framed:
        raise DataRefusedError(
            "the server does not tell how long the CSV is, so it may be cut off",
            remedy="Have it answer with Content-Length or in chunks, or with JSON.",
        )
    _read_file(content, format, shape, found, name="")
    return found


def _format_of(content: bytes, wanted: str, kind: str, path: str) -> str:
    if wanted != AUTO:
        return wanted
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ZIP
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        raise DataRefusedError(
            "the answer is a web page, not data",
            remedy="Often it is a page to sign in at: look at the account's headers.",
        )
    if "json" in kind or start in {b"[", b"{"}:
        return JSON
    if "csv" in kind:
        return CSV
    return next((one for end, one in SUFFIXES if path.lower().endswith(end)), CSV)


def _read_archive(content: bytes, shape: Shape, found: Rows) -> None:
    wanted = shape.files or "*"
    taken = 0
    for name, data in open_archive(content):
        format = dict(SUFFIXES).get(f".{name.lower().rpartition('.')[2]}")
        if format not in {JSON, CSV} or not fnmatch.fnmatchcase(name, wanted):
            continue
        taken += 1
        _read_file(data, format, shape, found, name=f"{name}: ")
    if not taken:
        raise DataRefusedError(
            f"no JSON or CSV file in the archive matches `{wanted}`",
            remedy="Look at the names of the files in the archive, folders included.",
        )


def _read_file(
    data: bytes, format: str, shape: Shape, found: Rows, *, name: str
) -> None:
    try:
        text = data.decode("utf-8-sig")
    except ValueError as error:
        raise DataRefusedError(
            f"{name}the text is not in UTF-8", remedy="Have it exported in UTF-8."
        ) from error
    read = _json_rows(text, shape.items, name) if format == JSON else _csv(text, name)
    start = len(found.rows)
    for number, row in enumerate(read, 1):
        if isinstance(row, str):
            found.problems.append((f"{name}{number:,}", row))
        else:
            found.add(number, name, row)
    if format == CSV:
        _type_columns(found.rows[start:])


def _json_rows(text: str, items: str, name: str) -> Sequence[Any]:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise _broken(f"{name}the JSON is too deep") from error
    except ValueError as error:
        what = str(error)[:200]
        raise _broken(f"{name}the JSON is broken or cut off: {what}") from error
    for part in items.split(".") if items else ():
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, list):
        return value
    place = f"under `{items}`" if items else "at its top"
    raise DataRefusedError(
        f"{name}the JSON has no list {place}",
        remedy="Say where the list of records is, such as `data.items`.",
    )


def _broken(message: str) -> DataRefusedError:
    return DataRefusedError(
        message, remedy="Fetch the file by hand, and have it mended where it is made."
    )


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _csv(text: str, name: str) -> Iterator[dict[str, Any] | str]:
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = (row for row in reader if row)
        header = [cell.strip() for cell in next(rows)]
        _check_header(header, name)
        for row in rows:
            if len(row) == len(header):
                yield {key: cell for key, cell in zip(header, row, strict=True) if cell}
            else:
                yield f"it has {len(row)} cells, and the header {len(header)}"
    except csv.Error as error:
        raise _broken(
            f"{name}the CSV is broken or cut off in line {reader.line_num}: {error}"
        ) from error


def _check_header(header: list[str], name: str) -> None:
    twice = sorted({one for one in header if header.count(one) > 1})
    if twice or "" in header or len(header) > MAX_FIELDS:
        what = f"has `{twice[0]}` twice" if twice else "has a column without a name"
        raise DataRefusedError(
            f"{name}the first line {what}",
            remedy="The first line holds the names of the columns, each once.",
        )


def _type_columns(rows: list[dict[str, Any]]) -> None:
    """Turn columns of which every cell is a number, or a truth value, into those."""
    columns: dict[str, list[str]] = {}
    for row in rows:
        for key, cell in row.items():
            columns.setdefault(key, []).append(cell)
    for key, cells in columns.items():
        if all(NUMBER.fullmatch(cell) for cell in cells):
            read: Any = _number
        elif all(cell.lower() in BOOLEANS for cell in cells):
            read = _boolean
        else:
            continue
        for row in rows:
            if key in row:
                row[key] = read(row[key])


def _number(cell: str) -> int | float:
    return float(cell) if "." in cell else int(cell)


def _boolean(cell: str) -> bool:
    return BOOLEANS[cell.lower()]

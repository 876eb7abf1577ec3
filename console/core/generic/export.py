"""Lists as CSV, made so that a spreadsheet takes no cell for a formula."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from console.core.generic.listing import Listing

FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - spreadsheets take them
CHUNK = 500


class _Echo:
    """A file that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def neutralize(value: object) -> str:
    """Return a cell's text. One that a spreadsheet would run gets a quote in front.

    Leading white space does not hide a formula; numbers are no text and stay.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    text = str(value)
    if isinstance(value, bool | int | float):
        return text
    start = text.lstrip(" ")[:1]
    return f"'{text}" if start in FORMULA_STARTS and start else text


def csv_lines(header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Give the lines of a CSV file, one by one."""
    writer = csv.writer(_Echo())
    yield writer.writerow([neutralize(cell) for cell in header])
    for row in rows:
        yield writer.writerow([neutralize(cell) for cell in row])


def csv_response(listing: Listing[Any], rows: QuerySet[Any]) -> StreamingHttpResponse:
    """Answer with the rows as a file, while they are read."""
    columns = listing.columns
    cells = (
        [column.value(row) for column in columns]
        for row in rows.iterator(chunk_size=CHUNK)
    )
    return file_response(
        csv_lines((column.label for column in columns), cells),
        name=f"{listing.name}.csv",
        content_type="text/csv; charset=utf-8",
    )


def file_response(
    lines: Iterable[str], *, name: str, content_type: str
) -> StreamingHttpResponse:
    """Answer with lines as a file to be saved, never to be shown in place."""
    response = StreamingHttpResponse(lines, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

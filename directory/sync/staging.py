"""Temporary tables: many rows at once, for statements about whole sets.

On PostgreSQL filled by COPY, on SQLite one row after the other. They belong to the
connection, and nobody else sees them.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import connection

PREFIX = "sync_"
BATCH = 1_000


def stage(name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> str:
    """Fill a temporary table with rows; return its name, to be written into SQL.

    `columns` are the types by name. An older one of the name is dropped.
    """
    table = PREFIX + name
    typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({typed})")
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(f"ANALYZE {table}")
        else:
            marks = ", ".join(["%s"] * len(columns))
            statement = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608 - names of ours
            remaining = iter(rows)
            # In parts, because Django keeps the rows of each call until its end.
            while some := list(islice(remaining, BATCH)):
                cursor.executemany(statement, some)
    return table


def drop(table: str) -> None:
    """Drop a temporary table that was staged."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")


def execute(statement: str, parameters: Sequence[Any]) -> int:
    """Execute one statement; return how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)

"""How the database itself counts the rows that live in each namespace.

Triggers keep the counts, so that no way of writing can go past them: bulk inserts,
moves, imports, restored deletions. What reads them is in `selectors`.

SQLite loses the triggers of a table that a migration makes anew (`AlterField` does);
such a migration ends with `count_rows` again. A test notices when one does not.
"""

from typing import Any

from django.db.migrations import RunPython

TALLIES = "namespaces_tally"
ADD = (
    "ON CONFLICT (namespace_id, kind) DO UPDATE SET count = {tallies}.count + "
    "excluded.count"
)
FILL = (
    "INSERT INTO {tallies} (namespace_id, kind, count) "
    "SELECT namespace_id, '{kind}', COUNT(*) FROM {table} GROUP BY namespace_id"
)
ONE_MORE = (
    "INSERT INTO {tallies} (namespace_id, kind, count) "
    "VALUES (NEW.namespace_id, '{kind}', 1) {add}"
)
ONE_LESS = (
    "UPDATE {tallies} SET count = {tallies}.count - 1 "
    "WHERE namespace_id = OLD.namespace_id AND kind = '{kind}'"
)
SQLITE = (
    "CREATE TRIGGER tally_{kind}_added AFTER INSERT ON {table} BEGIN {one_more}; END",
    "CREATE TRIGGER tally_{kind}_removed AFTER DELETE ON {table} BEGIN {one_less}; END",
    (
        "CREATE TRIGGER tally_{kind}_moved AFTER UPDATE OF namespace_id ON {table} "
        "WHEN OLD.namespace_id <> NEW.namespace_id "
        "BEGIN {one_less}; {one_more}; END"
    ),
)
# Once for each statement, however many rows it writes.
POSTGRESQL = (
    (
        "CREATE FUNCTION tally_{kind}_added() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN INSERT INTO {tallies} (namespace_id, kind, count) "
        "SELECT namespace_id, '{kind}', COUNT(*) FROM added GROUP BY namespace_id "
        "{add}; "
        "RETURN NULL; END $$"
    ),
    (
        "CREATE TRIGGER tally_{kind}_added AFTER INSERT ON {table} "
        "REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION tally_{kind}_added()"
    ),
    (
        "CREATE FUNCTION tally_{kind}_removed() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN UPDATE {tallies} SET count = {tallies}.count - gone.number FROM "
        "(SELECT namespace_id, COUNT(*) AS number FROM removed GROUP BY namespace_id) "
        "gone "
        "WHERE {tallies}.namespace_id = gone.namespace_id AND kind = '{kind}'; "
        "RETURN NULL; END $$"
    ),
    (
        "CREATE TRIGGER tally_{kind}_removed AFTER DELETE ON {table} "
        "REFERENCING OLD TABLE AS removed "
        "FOR EACH STATEMENT EXECUTE FUNCTION tally_{kind}_removed()"
    ),
    (
        "CREATE FUNCTION tally_{kind}_moved() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN {one_less}; {one_more}; RETURN NULL; END $$"
    ),
    (
        "CREATE TRIGGER tally_{kind}_moved AFTER UPDATE OF namespace_id ON {table} "
        "FOR EACH ROW WHEN (OLD.namespace_id IS DISTINCT FROM NEW.namespace_id) "
        "EXECUTE FUNCTION tally_{kind}_moved()"
    ),
)
UNDO_SQLITE = tuple(
    f"DROP TRIGGER IF EXISTS tally_{{kind}}_{verb}"
    for verb in ("added", "removed", "moved")
)
UNDO_POSTGRESQL = tuple(
    f"DROP FUNCTION IF EXISTS tally_{{kind}}_{verb}() CASCADE"
    for verb in ("added", "removed", "moved")
)
FORGET = ("DELETE FROM {tallies} WHERE kind = '{kind}'",)


def count_rows(table: str, *, kind: str) -> RunPython:
    """Return the migration that counts the rows of a table from now on.

    The table has a column `namespace_id`. It may be applied again: it begins anew.
    """

    def install(_: Any, editor: Any) -> None:
        is_sqlite = editor.connection.vendor == "sqlite"
        _run(editor, UNDO_SQLITE if is_sqlite else UNDO_POSTGRESQL, table, kind)
        _run(editor, (*FORGET, FILL), table, kind)
        _run(editor, SQLITE if is_sqlite else POSTGRESQL, table, kind)

    def remove(_: Any, editor: Any) -> None:
        is_sqlite = editor.connection.vendor == "sqlite"
        _run(editor, UNDO_SQLITE if is_sqlite else UNDO_POSTGRESQL, table, kind)
        _run(editor, FORGET, table, kind)

    return RunPython(install, remove)


def _run(editor: Any, statements: tuple[str, ...], table: str, kind: str) -> None:
    """Run statements whose names come from migrations, never from people."""
    names = {"table": table, "kind": kind, "tallies": TALLIES}
    names |= {"add": ADD.format(**names)}
    names |= {
        "one_more": ONE_MORE.format(**names),
        "one_less": ONE_LESS.format(**names),
    }
    with editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.format(**names))

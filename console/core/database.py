"""The database itself: brought up to date, and who may do what in it.

With `DATABASE_URL` the operator migrates, once for all processes (docs/deploy.md), and
may let the processes use a role that can only append to the audit log.
"""

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from psycopg import sql

from console.core.exceptions import ConflictError, NotFoundError
from console.core.models import AuditCheckpoint, AuditEvent

APPEND_ONLY = (AuditEvent, AuditCheckpoint)


def bring_up_to_date() -> None:
    """Migrate the embedded database; leave an operator's own alone."""
    if settings.EMBEDDED:
        call_command("migrate", verbosity=0, interactive=False)


def grant_to_application(role: str) -> None:
    """Let a role of PostgreSQL run the console, but never change the audit log.

    It may read and write every table of the console, and read and append to those of
    the audit log. What it had beyond that on these tables is taken away.

    Raises:
        ConflictError: this is not PostgreSQL, or privileges don't bind the role: it is
            a superuser, or it owns the audit log.
        NotFoundError: there is no such role.
    """
    if connection.vendor != "postgresql":
        raise ConflictError("only PostgreSQL has roles; this is the embedded database")
    _check_is_bound(role)
    tables = [
        sql.Identifier(model._meta.db_table)  # noqa: SLF001 - Django's API
        for model in apps.get_models(include_auto_created=True)
    ]
    tables.append(sql.Identifier("django_migrations"))
    kept = [sql.Identifier(model._meta.db_table) for model in APPEND_ONLY]  # noqa: SLF001
    names = {"role": sql.Identifier(role)}
    statements = [
        sql.SQL("GRANT USAGE ON SCHEMA public TO {role}").format(**names),
        sql.SQL(
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
        ).format(**names),
        sql.SQL("REVOKE ALL ON {tables} FROM {role}").format(
            tables=sql.SQL(", ").join(tables), **names
        ),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {role}").format(
            tables=sql.SQL(", ").join(tables), **names
        ),
        sql.SQL("REVOKE UPDATE, DELETE ON {tables} FROM {role}").format(
            tables=sql.SQL(", ").join(kept), **names
        ),
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _check_is_bound(role: str) -> None:
    table = AuditEvent._meta.db_table  # noqa: SLF001 - Django's API
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
        row = cursor.fetchone()
        if row is None:
            raise NotFoundError(f"there is no role `{role}` in this database")
        cursor.execute(
            "SELECT pg_has_role(%s, relowner, 'MEMBER') FROM pg_class "
            "WHERE oid = %s::regclass",
            [role, table],
        )
        owns = cursor.fetchone()[0]
    if row[0] or owns:
        raise ConflictError(
            f"privileges don't bind `{role}`: it is a superuser, or owns the audit "
            "log; make the tables with another role"
        )

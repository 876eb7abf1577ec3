"""Hostile case 101: the role of the application can't change the audit log."""

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from console.core import audit
from console.core.models import AuditCheckpoint, AuditEvent
from routes import services
from tests.factories import NOW
from tests.people import Cast, actor_of

ROLE = "postern_application"
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no roles"
)


@pytest.fixture
def as_application(cast: Cast) -> Iterator[None]:
    """Go on as the role; its making is rolled back with the test."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        call_command("databaserole", ROLE)
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        yield
        cursor.execute("RESET ROLE")


@on_postgresql
@pytest.mark.postgresql
class TestTheRole:
    @pytest.mark.parametrize("model", [AuditEvent, AuditCheckpoint])
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE {} SET hash = 'x'",
            "DELETE FROM {}",
            "TRUNCATE {}",
            "ALTER TABLE {} DISABLE TRIGGER ALL",
            "DROP TABLE {}",
        ],
    )
    def test_changes_nothing_that_was_written(
        self, as_application: None, model: type[AuditEvent], statement: str
    ) -> None:
        before = AuditEvent.objects.count()

        with (
            pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(model._meta.db_table))

        assert AuditEvent.objects.count() == before

    def test_runs_the_console(self, as_application: None, cast: Cast) -> None:
        route = services.create_route(
            namespace_id=cast.web.pk,
            name="App",
            settings={"from": "https://app.corp.com", "to": "http://app.internal"},
            actor=actor_of(cast.mia),
            now=NOW,
        )
        services.delete_route(route.pk, version=1, actor=actor_of(cast.mia), now=NOW)
        call_command("auditcheckpoint")

        call_command("verifyaudit")
        assert audit.count_events(action="route.deleted", since=NOW) == 1

    def test_loses_what_it_was_given_before(self, cast: Cast) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {ROLE}")
            cursor.execute(f"GRANT ALL ON console_auditevent TO {ROLE}")
            call_command("databaserole", ROLE)
            cursor.execute(
                "SELECT string_agg(privilege_type, ' ' ORDER BY privilege_type) "
                "FROM information_schema.table_privileges "
                "WHERE grantee = %s AND table_name = 'console_auditevent'",
                [ROLE],
            )

            assert cursor.fetchone() == ("INSERT SELECT",)

    @pytest.mark.parametrize(
        ("made", "message"),
        [("", "there is no role"), (f"CREATE ROLE {ROLE} SUPERUSER", "don't bind")],
    )
    @pytest.mark.django_db
    def test_is_not_one_that_privileges_do_not_bind(
        self, made: str, message: str
    ) -> None:
        if made:
            with connection.cursor() as cursor:
                cursor.execute(made)

        with pytest.raises(CommandError, match=message):
            call_command("databaserole", ROLE)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="there are roles")
def test_the_embedded_database_has_no_roles() -> None:
    with pytest.raises(CommandError, match="only PostgreSQL"):
        call_command("databaserole", ROLE)

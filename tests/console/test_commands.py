"""Commands for whoever holds the host: roles, recovery, and the audit log."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from console.core import audit
from console.core.models import AuditEvent, AuditHead
from namespaces import access
from namespaces.permissions import Permission
from tests.factories import make_user
from tests.people import Cast, actor_of


class TestGrantRole:
    def test_gives_a_person_a_role_and_records_who_did(self, cast: Cast) -> None:
        call_command("grantrole", "cyd@example.com", "manager", "Global/Engineering")

        assert access.can(actor_of(cast.cyd), Permission.ROUTE_EDIT, cast.web)
        event = AuditEvent.objects.first()
        assert event is not None
        assert event.actor_label == "command grantrole"

    def test_gives_a_group_a_role(self, cast: Cast) -> None:
        call_command(
            "grantrole", cast.web_group.external_id, "viewer", "Global", group=True
        )

        assert access.can(actor_of(cast.ben), Permission.ROUTE_VIEW, cast.finance)

    @pytest.mark.parametrize(
        ("subject", "namespace", "message"),
        [
            ("nobody@example.com", "Global", "there is no one person"),
            ("cyd@example.com", "Global/Nowhere", "there is no namespace"),
        ],
    )
    def test_says_who_or_what_is_not_there(
        self, subject: str, namespace: str, message: str, cast: Cast
    ) -> None:
        with pytest.raises(CommandError, match=message):
            call_command("grantrole", subject, "viewer", namespace)


@pytest.mark.django_db
class TestRecoveryToken:
    def test_prints_what_signs_a_person_in_once(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        make_user("olga")

        call_command("recoverytoken", "olga@example.com")

        token = capsys.readouterr().out.strip()
        first = Client().post("/sign-in/recovery", {"token": token})
        second = Client().post("/sign-in/recovery", {"token": token})
        assert first.status_code == 302
        assert second.status_code != 302

    def test_lives_a_quarter_of_an_hour_at_most(self) -> None:
        make_user("olga")

        with pytest.raises(CommandError, match="1 to 15 minutes"):
            call_command("recoverytoken", "olga@example.com", minutes=16)


class TestVerifyAudit:
    def test_counts_the_events_of_a_whole_chain(
        self, cast: Cast, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("verifyaudit")

        count = AuditEvent.objects.count()
        assert count > 3
        assert f"{count} events" in capsys.readouterr().out

    def test_names_the_event_that_was_changed(self, cast: Cast) -> None:
        AuditEvent.objects.filter(sequence=2).update(target_label="somebody else")

        with pytest.raises(CommandError, match="event 2 "):
            call_command("verifyaudit")

    def test_misses_the_event_that_was_cut_off_the_end(self, cast: Cast) -> None:
        last = AuditHead.objects.get().sequence
        AuditEvent.objects.filter(sequence=last).delete()

        assert audit.verify() == (last, last)

    def test_notices_a_head_that_was_put_back(self, cast: Cast) -> None:
        AuditHead.objects.all().delete()

        assert audit.verify()[1] is not None

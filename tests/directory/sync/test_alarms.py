"""Whoever does not look at the console learns by e-mail that a directory needs them."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import Client

from console.core.models import AuditEvent
from directory import services
from directory.models import AlarmMail, Directory, DirectoryAlarm, RunState, SyncRun
from namespaces.selectors import get_root
from tests.console.running import free_port
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.scim.pushing import make_pusher
from tests.directory.sync.running import TEST, Clock, connect, run
from tests.directory.sync.test_running import EMPTY, MANY
from tests.factories import NOW, grant, make_directory, make_group, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class Inbox:
    """Takes what a mail server is handed, or refuses it."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Any]] = []
        self.refuses = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuses:
            return "451 try again later"
        self.mails.append(
            (
                list(envelope.rcpt_tos),
                message_from_bytes(envelope.content, policy=policy.default),
            )
        )
        return "250 OK"

    def told(self) -> list[tuple[str, str]]:
        """Return to whom what was said, and forget it."""
        found = [(to[0], str(mail["subject"])) for to, mail in self.mails]
        self.mails.clear()
        return sorted(found)


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    """A mail server, which the console is told of."""
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = server.port
        settings.EMAIL_USE_TLS = False
        settings.PUBLIC_URL = "https://console.example.com"
        yield inbox
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def _admins(db: None) -> None:
    """Two admins of the root, one by a group, and people who are none or are gone."""
    grant("admin", get_root(), user=make_user("ada"))
    grant("admin", get_root(), user=make_user("gone", is_active=False))
    grant("admin", get_root(), user=make_user("local", email="admin@localhost"))
    grant("manager", get_root(), user=make_user("mia"))
    admins = make_group("admins", make_user("ben"))
    grant("admin", get_root(), group=admins)


@pytest.fixture
def directory() -> Directory:
    """A directory that was read at NOW, and is read each hour."""
    return make_directory(name="Acme", next_run_at=NOW)


def watch(hours: float) -> int:
    return services.watch_directories(now=NOW + hours * HOUR)


class TestAlarms:
    def test_tell_each_admin_once_when_it_begins_and_once_when_it_is_over(
        self, inbox: Inbox, directory: Directory
    ) -> None:
        assert watch(11) == 0

        assert [watch(hours) for hours in (13, 14, 20, 30)] == [2, 0, 0, 0]
        body = str(inbox.mails[0][1].get_payload())
        begun = inbox.told()
        directory.complete_at = NOW + 31 * HOUR
        directory.save()
        assert [watch(hours) for hours in (31, 32)] == [2, 0]
        over = inbox.told()

        text = "[Postern] the directory Acme needs you: what is known of it grows old"
        assert begun == [("ada@example.com", text), ("ben@example.com", text)]
        assert "refuse from 2026-03-05 12:00 UTC on" in body
        assert f"https://console.example.com/directories/{directory.pk}/" in body
        text = "[Postern] the directory Acme is in order again"
        assert over == [("ada@example.com", text), ("ben@example.com", text)]
        events = AuditEvent.objects.filter(action__startswith="directory.alarm")
        assert [(one.action, one.after) for one in events.order_by("sequence")] == [
            (
                f"directory.alarm-{verb}",
                {"trouble": "what is known of it grows old", "told by e-mail": 2},
            )
            for verb in ("raised", "over")
        ]

    def test_begin_anew_when_it_happens_again(
        self, inbox: Inbox, directory: Directory
    ) -> None:
        watch(13)
        directory.complete_at = NOW + 14 * HOUR
        directory.save()
        watch(15)

        assert watch(28) == 2
        assert DirectoryAlarm.objects.count() == 2

    def test_are_raised_at_once_for_a_held_run_and_end_with_the_decision(
        self, inbox: Inbox
    ) -> None:
        clock = Clock()
        with FakeOkta(MANY) as fake:
            directory = connect(fake, brake_percent=20)
            run(directory, clock)
            fake.company = type(MANY)(people={}, groups=MANY.groups, members=EMPTY)
            held = run(directory, clock)
        assert held.state == RunState.HELD

        assert watch(0.1) == 2
        assert "a run is held" in str(inbox.told())
        services.discard_run(held.pk, actor=TEST, now=NOW + HOUR)
        assert watch(1) == 2
        assert "in order again" in str(inbox.told())

    def test_wait_when_a_run_fails_until_the_data_grow_old_and_quote_nobody(
        self, inbox: Inbox, directory: Directory
    ) -> None:
        SyncRun.objects.create(
            directory=directory,
            state=RunState.FAILED,
            failure="members of Secret project: the provider answered 500",
            created_at=NOW,
            modified_at=NOW,
        )

        assert watch(2) == 0
        assert watch(13) == 2
        assert all("Secret project" not in mail.as_string() for _, mail in inbox.mails)

    def test_are_raised_for_a_provider_that_fell_silent(self, inbox: Inbox) -> None:
        directory = make_pusher().directory
        directory.complete_at = NOW + 8 * 24 * HOUR
        directory.save()

        watch(8 * 24)

        body = str(inbox.mails[0][1].get_payload())
        assert "nothing has been pushed to it for 8 days" in body
        assert "refuse" not in body  # what was pushed does not grow old

    def test_are_not_raised_for_a_directory_that_nobody_reads(
        self, inbox: Inbox
    ) -> None:
        make_directory()

        assert watch(100) == 0
        assert DirectoryAlarm.objects.count() == 0


class TestMails:
    def test_that_a_server_does_not_take_are_sent_later(
        self, inbox: Inbox, directory: Directory
    ) -> None:
        inbox.refuses = True
        refused = watch(13)
        errors = set(AlarmMail.objects.values_list("error", flat=True))
        inbox.refuses = False
        at_once = watch(13.001)
        later = watch(13.1)

        assert (refused, at_once, later) == (0, 0, 2)
        assert "try again later" in str(errors)
        assert len(inbox.told()) == 2

    def test_are_given_up_after_six_attempts(
        self, inbox: Inbox, directory: Directory
    ) -> None:
        inbox.refuses = True
        for hours in range(13, 60):
            watch(hours)

        assert set(AlarmMail.objects.values_list("attempts", flat=True)) == {6}

    def test_say_that_it_is_over_only_to_who_heard_of_it(
        self, inbox: Inbox, directory: Directory
    ) -> None:
        inbox.refuses = True
        watch(13)
        directory.complete_at = NOW + 14 * HOUR
        directory.save()
        inbox.refuses = False

        assert watch(15) == 0
        assert inbox.told() == []

    def test_go_to_the_addresses_that_are_set(
        self, inbox: Inbox, directory: Directory, settings: Any
    ) -> None:
        settings.DIRECTORY_ALERT_EMAILS = ["pager@example.com", "pager@example.com"]

        watch(13)

        assert [to for to, _ in inbox.told()] == ["pager@example.com"]

    @pytest.mark.parametrize(
        ("name", "value"), [("DIRECTORY_ALERTS", False), ("EMAIL_HOST", "")]
    )
    def test_are_not_written_when_switched_off(
        self, inbox: Inbox, directory: Directory, settings: Any, name: str, value: Any
    ) -> None:
        setattr(settings, name, value)

        assert watch(13) == 0
        assert AlarmMail.objects.count() == 0
        assert AuditEvent.objects.filter(action="directory.alarm-raised").exists()

    def test_have_no_headers_of_a_name_that_has_lines(
        self, inbox: Inbox, directory: Directory
    ) -> None:
        directory.name = "Acme\r\nBcc: all@example.com"
        directory.save()

        watch(13)

        to, mail = inbox.mails[0]
        assert to == ["ada@example.com"]
        assert mail["bcc"] is None


def test_monitoring_is_told_how_many_there_are(directory: Directory) -> None:
    watch(13)

    answer = Client().get("/readyz").json()

    assert answer["directories"] == {"alarms": 1}

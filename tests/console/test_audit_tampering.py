"""Hostile case 101: what was done to the audit log is found, and where."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from console.core import audit, checkpoints, checks
from console.core.actor import system
from console.core.audit import Change
from console.core.models import AuditCheckpoint, AuditEvent, AuditHead
from tests.console.tampering import WAYS, head_of
from tests.factories import NOW

EVENTS = 40
ANOTHER = "bm90IHRoZSBrZXkgbm90IHRoZSBrZXkgbm90IHRoZSE="


def write_events(count: int, *, label: str = "one") -> None:
    changes = [
        Change(
            action="thing.changed",
            target_type="thing",
            target_id=str(number),
            target_label=f"{label} {number}",
            namespace_id=None,
            before={"number": number - 1},
            after={"number": number},
        )
        for number in range(count)
    ]
    with transaction.atomic():
        audit.record_all(changes, actor=system("test"), now=NOW)


@pytest.fixture
def log(db: None) -> list[AuditEvent]:
    """A log with a signed checkpoint at its end."""
    AuditEvent.objects.all().delete()
    AuditHead.objects.all().delete()
    write_events(EVENTS)
    return list(AuditEvent.objects.order_by("sequence"))


@pytest.mark.parametrize(
    "rounds", [1_000, pytest.param(100_000, marks=pytest.mark.nightly)]
)
def test_every_mutation_is_found_at_the_first_event_that_it_makes_wrong(
    log: list[AuditEvent], rounds: int
) -> None:
    chance = random.Random(101)
    promised = {EVENTS: log[-1].hash}
    assert audit.first_broken(log, head_of(log), promised) is None

    for _ in range(rounds):
        way = chance.choice(WAYS)
        rows, head, expected = way(log, chance)

        found = audit.first_broken(rows, head, promised)

        assert found == expected, way.__name__


class TestVerifyAudit:
    """The command, with checkpoints that were kept elsewhere."""

    @pytest.fixture
    def kept(self, log: list[AuditEvent], tmp_path: Path) -> Path:
        """A file with a checkpoint of the whole log."""
        path = tmp_path / "checkpoints.jsonl"
        call_command("auditcheckpoint", out=path)
        return path

    def test_is_content_with_what_was_written_since(self, kept: Path) -> None:
        write_events(3, label="later")

        call_command("verifyaudit", checkpoints=kept)

    def test_a_tail_that_was_cut_with_every_trace_in_the_database(
        self, kept: Path
    ) -> None:
        self.cut(EVENTS - 7)

        call_command("verifyaudit")  # the database alone can't know
        with pytest.raises(CommandError, match=f"event {EVENTS - 6} is missing"):
            call_command("verifyaudit", checkpoints=kept)

    def test_an_older_table_that_was_swapped_in_and_written_on(
        self, kept: Path
    ) -> None:
        self.cut(EVENTS - 7)
        write_events(20, label="since")

        with pytest.raises(CommandError, match="event 1 is missing, or not what"):
            call_command("verifyaudit", checkpoints=kept)

    def test_narrows_what_was_written_anew_by_the_checkpoint_before(
        self, log: list[AuditEvent], tmp_path: Path
    ) -> None:
        path = tmp_path / "checkpoints.jsonl"
        call_command("auditcheckpoint", out=path)
        write_events(10, label="later")
        call_command("auditcheckpoint", out=path)
        self.cut(EVENTS + 4)
        write_events(6, label="forged")

        with pytest.raises(CommandError, match=f"event {EVENTS + 1} is missing, or"):
            call_command("verifyaudit", checkpoints=path)

    def test_believes_no_checkpoint_that_another_key_signed(
        self, kept: Path, settings: Any
    ) -> None:
        key = checkpoints.public_keys()[0]
        settings.AUDIT_KEYS = [ANOTHER]

        with pytest.raises(CommandError, match="no key that is trusted"):
            call_command("verifyaudit", checkpoints=kept)
        call_command("verifyaudit", checkpoints=kept, key=[key])

    def test_believes_no_checkpoint_that_was_changed(self, kept: Path) -> None:
        text = kept.read_text().replace(f'"sequence": {EVENTS}', '"sequence": 2')
        kept.write_text(text)

        with pytest.raises(CommandError, match="line 1: the signature"):
            call_command("verifyaudit", checkpoints=kept)

    @pytest.mark.parametrize("line", ["no json", "{}", '{"message": "x"}', "[1]"])
    def test_says_which_line_is_no_checkpoint(self, kept: Path, line: str) -> None:
        with kept.open("a") as file:
            file.write(line)

        with pytest.raises(CommandError, match="line 2 is no checkpoint"):
            call_command("verifyaudit", checkpoints=kept)

    def test_reads_checkpoints_out_of_the_consoles_log(
        self, log: list[AuditEvent], tmp_path: Path
    ) -> None:
        signed = checkpoints.sign(head_of(log), now=NOW).to_line()
        escaped = signed.replace('"', '\\"')
        path = tmp_path / "console.log"
        path.write_text(
            f'{{"level": "INFO", "message": "audit checkpoint {escaped}"}}\n'
            f"12:00:00 INFO audit checkpoint {signed}\n"
        )

        call_command("verifyaudit", checkpoints=path)

    def cut(self, left: int) -> None:
        AuditEvent.objects.filter(sequence__gt=left).delete()
        AuditCheckpoint.objects.all().delete()
        last = AuditEvent.objects.get(sequence=left)
        AuditHead.objects.update(sequence=left, hash=last.hash)


class TestKeys:
    """What signs, and what is believed, while keys are renewed."""

    def kept(self, path: Path) -> Path:
        with path.open("a") as file:
            call_command("auditcheckpoint", stdout=file)
        return path

    def test_the_first_signs_and_all_are_believed(
        self, log: list[AuditEvent], tmp_path: Path, settings: Any
    ) -> None:
        path = self.kept(tmp_path / "checkpoints.jsonl")
        former = checkpoints.public_keys()[0]
        settings.AUDIT_KEYS = [ANOTHER, *settings.AUDIT_KEYS]
        write_events(1, label="later")
        self.kept(path)

        call_command("verifyaudit", checkpoints=path)

        signers = [json.loads(line)["key"] for line in path.read_text().splitlines()]
        assert signers == [former, checkpoints.public_keys()[0]]

    def test_one_that_was_taken_away_is_believed_by_its_public_half(
        self, log: list[AuditEvent], tmp_path: Path, settings: Any
    ) -> None:
        path = self.kept(tmp_path / "checkpoints.jsonl")
        former = checkpoints.public_keys()[0]
        settings.AUDIT_KEYS = [ANOTHER]

        with pytest.raises(CommandError, match=f"table of .* it names {former}"):
            call_command("verifyaudit", checkpoints=path)
        settings.AUDIT_PUBLIC_KEYS = [former]
        call_command("verifyaudit", checkpoints=path)

    def test_whoever_opens_secrets_can_not_sign(
        self, log: list[AuditEvent], tmp_path: Path, settings: Any
    ) -> None:
        own, settings.AUDIT_KEYS = settings.AUDIT_KEYS, []
        path = self.kept(tmp_path / "checkpoints.jsonl")
        AuditCheckpoint.objects.all().delete()
        settings.AUDIT_KEYS = own

        with pytest.raises(CommandError, match="no key that is trusted"):
            call_command("verifyaudit", checkpoints=path)

    def test_are_missed_by_the_check_of_a_deployment(self, settings: Any) -> None:
        assert checks.checkpoints_have_a_key(None) == []

        settings.AUDIT_KEYS = []

        (warning,) = checks.checkpoints_have_a_key(None)
        assert warning.id == "console.W001"

    @pytest.mark.parametrize("setting", ["AUDIT_KEYS", "AUDIT_PUBLIC_KEYS"])
    def test_that_are_none_stop_the_start(self, settings: Any, setting: str) -> None:
        assert checks.checkpoint_keys_can_be_read(None) == []

        setattr(settings, setting, ["too short"])

        (error,) = checks.checkpoint_keys_can_be_read(None)
        assert error.id == "console.E003"
        assert f"POSTERN_{setting}" in error.msg
        assert "too short" not in error.msg


class TestSigning:
    def test_says_each_state_once_in_table_log_and_file(
        self,
        log: list[AuditEvent],
        tmp_path: Path,
        settings: Any,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        path = tmp_path / "checkpoints.jsonl"
        settings.AUDIT_CHECKPOINT_FILE = str(path)

        with django_capture_on_commit_callbacks(execute=True):
            first = checkpoints.sign_checkpoint(now=NOW)
            second = checkpoints.sign_checkpoint(now=NOW)

        assert first is not None
        assert second is None
        assert path.read_text() == f"{first.to_line()}\n"
        assert AuditCheckpoint.objects.get().hash == log[-1].hash

    def test_happens_at_the_latest_every_thousand_events(
        self, log: list[AuditEvent], django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            write_events(998 - EVENTS)
        assert not AuditCheckpoint.objects.exists()

        with django_capture_on_commit_callbacks(execute=True):
            write_events(5)

        assert AuditCheckpoint.objects.get().sequence == 1_003

    def test_nothing_is_said_of_an_empty_log(self, db: None) -> None:
        AuditEvent.objects.all().delete()
        AuditHead.objects.all().delete()

        assert checkpoints.sign_checkpoint(now=NOW) is None
        with pytest.raises(CommandError, match="nothing has been recorded"):
            call_command("auditcheckpoint")

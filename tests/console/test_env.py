"""Environment variables, keys and logs: what is read, and what is refused."""

import json
import logging
import os
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from console import env, keys
from console.core import logs

NAME = "SOME_VARIABLE"


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", True), (" Yes ", True), ("off", False), ("0", False), ("", True)],
)
def test_a_switch_is_read_strictly(
    text: str, value: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, text)

    assert env.env_bool(NAME, default=True) is value


def test_what_is_no_switch_stops_the_start_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(NAME, "maybe")

    with pytest.raises(ImproperlyConfigured, match=f"{NAME} is `maybe`"):
        env.env_bool(NAME, default=True)


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "0"])
def test_what_is_no_number_stops_the_start(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, text)

    with pytest.raises(ImproperlyConfigured, match="at least 1"):
        env.env_int(NAME, default=5, minimum=1)


def test_a_choice_is_one_of_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "xml")

    with pytest.raises(ImproperlyConfigured, match="give json or line"):
        env.env_choice(NAME, default="json", choices=("json", "line"))


def test_a_list_drops_what_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "a, b ,,")

    assert env.env_list(NAME) == ["a", "b"]


class TestSecret:
    def test_may_come_from_a_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "secret").write_text("hidden\n")
        monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))

        assert env.env_secret(NAME) == "hidden"

    def test_is_refused_when_it_comes_twice_or_its_file_is_missing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "missing"))

        with pytest.raises(ImproperlyConfigured, match="can't be read"):
            env.env_secret(NAME)
        monkeypatch.setenv(NAME, "x")
        with pytest.raises(ImproperlyConfigured, match="not both"):
            env.env_secret(NAME)


class TestLocalKey:
    def test_is_made_once_for_its_owner_only(self, tmp_path: Path) -> None:
        path = tmp_path / "data" / "key"

        first = keys.local_key(path, embedded=True, make=keys.fernet)
        second = keys.local_key(path, embedded=True, make=keys.fernet)

        assert first == second
        assert Fernet(first)
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert os.listdir(path.parent) == ["key"]

    def test_is_never_made_beside_a_database_of_its_own(self, tmp_path: Path) -> None:
        with pytest.raises(ImproperlyConfigured, match="POSTERN_SECRET_KEY"):
            keys.local_key(tmp_path / "key", embedded=False)

        assert list(tmp_path.iterdir()) == []


class TestLogs:
    @staticmethod
    def record(**more: object) -> logging.LogRecord:
        record = logging.LogRecord(
            "routes", logging.WARNING, "", 0, "saved %s\nand more", ("x",), None
        )
        record.__dict__ |= more
        return record

    def test_json_is_one_line_with_what_was_added(self) -> None:
        token = logs.request_id.set("r-1")

        text = logs.JsonFormatter().format(self.record(route="r1"))

        logs.request_id.reset(token)
        entry = json.loads(text)
        assert "\n" not in text
        assert entry["message"] == "saved x\nand more"
        assert (entry["level"], entry["route"]) == ("warning", "r1")
        assert entry["request_id"] == "r-1"

    def test_a_line_for_people_tells_level_and_failure(self) -> None:
        record = self.record()
        try:
            int("broken")
        except ValueError:
            record.exc_info = sys.exc_info()

        text = logs.LineFormatter().format(record)

        assert "warning saved x" in text
        assert "ValueError: invalid literal" in text

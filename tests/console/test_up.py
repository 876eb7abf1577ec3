"""`manage.py up`, for real: the processes, the first sign-in, the end of it."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from console.ui import addresses, parent, single_instance
from tests.console.running import (
    START_SECONDS,
    Console,
    free_port,
    ping_of,
    wait_until_enforced,
)
from tests.costs import ROOM

# The promise is 4 seconds, on a machine that has time for us.
STOP_SECONDS = 4 * ROOM


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def console(tmp_path: Path, port: int) -> Iterator[Console]:
    console = Console(tmp_path, port)
    yield console
    if console.process.poll() is None:
        console.stop(signal.SIGTERM)


def status_of(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


class TestUp:
    def test_serves_tells_how_to_sign_in_refuses_a_twin_and_stops_in_time(
        self, console: Console, tmp_path: Path, port: int
    ) -> None:
        console.wait_until_said("Ctrl-C stops everything")
        password = (tmp_path / "bootstrap-password").read_text().strip()
        twin = Console(tmp_path, port)
        twin_code = twin.process.wait(START_SECONDS)

        wait_until_enforced(console, tmp_path)
        assert f"http://localhost:{port}" in console.said
        assert password in console.said
        assert (tmp_path / "bootstrap-password").stat().st_mode & 0o777 == 0o600
        assert status_of(port, "/healthz") == 200
        assert status_of(port, "/readyz") == 200
        assert twin_code == 1
        assert "already runs" in twin.said
        assert console.stop(signal.SIGINT) < STOP_SECONDS
        assert not addresses.answers("127.0.0.1", port)
        assert ping_of(console, tmp_path) == ""

    def test_takes_the_next_port_when_the_wanted_one_is_taken(
        self, tmp_path: Path
    ) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            taken = other.getsockname()[1]
            console = Console(tmp_path, taken, POSTERN_GATEWAY="false")
            console.wait_until_said("Ctrl-C stops everything")

            assert f"port {taken} is taken" in console.said
            assert re.search(r"http://localhost:\d+", console.said)
            assert console.stop(signal.SIGTERM) < STOP_SECONDS


class TestOnlyOne:
    def test_names_who_holds_the_folder(self, tmp_path: Path) -> None:
        with single_instance.only_one(tmp_path) as note:
            note(", http://localhost:1")

            with (
                pytest.raises(single_instance.AlreadyRunningError, match="localhost:1"),
                single_instance.only_one(tmp_path),
            ):
                pass

    def test_frees_the_folder_at_its_end(self, tmp_path: Path) -> None:
        with single_instance.only_one(tmp_path):
            pass

        with single_instance.only_one(tmp_path):
            assert (tmp_path / single_instance.LOCK_NAME).exists()


class TestParentWatch:
    WATCHER = (
        "import sys, time; from console.ui.parent import ParentWatch;"
        "watch = ParentWatch(); print('watching', flush=True);\n"
        "while not watch.is_ending(): time.sleep(0.02)\n"
        "print('ending', flush=True)"
    )

    @pytest.fixture
    def heeds_sigint(self) -> Iterator[None]:
        """Let children be interrupted although the tests run in the background.

        A shell starts background jobs with SIGINT ignored, and that is inherited;
        a signal that has a handler goes back to its default in a child.
        """
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)

    @pytest.mark.usefixtures("heeds_sigint")
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
    def test_notices_that_make_was_signaled(
        self, number: signal.Signals, tmp_path: Path
    ) -> None:
        makefile = tmp_path / "Makefile"
        makefile.write_text(f"run:\n\t@exec {sys.executable} {tmp_path}/watch.py\n")
        (tmp_path / "watch.py").write_text(
            f"import sys; sys.path.insert(0, {str(settings.BASE_DIR)!r})\n"
            + self.WATCHER
        )
        with subprocess.Popen(  # noqa: S603 - our own makefile
            ["make", "-f", makefile, "run"],  # noqa: S607 - the make that runs us
            env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        ) as make:
            assert make.stdout is not None
            assert make.stdout.readline() == "watching\n"

            make.send_signal(number)

            assert make.stdout.readline() == "ending\n"

    def test_sees_nothing_while_the_parent_lives(self) -> None:
        assert not parent.ParentWatch().is_ending()

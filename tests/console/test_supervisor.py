"""The tree of `manage.py up`, with small real processes instead of the console's."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from console.ui import supervisor
from console.ui.processes import Gateway, ProcessSpec, list_processes
from console.ui.supervisor import Supervisor, describe_exit

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = (
    "import signal, subprocess, sys, time;"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(child.pid, flush=True); time.sleep(60)"
)
RUN_ONE = (
    "import sys; from console.ui.processes import ProcessSpec;"
    "from console.ui.supervisor import Supervisor;"
    "spec = ProcessSpec('one', (sys.executable, '-c', sys.argv[1]));"
    "Supervisor([spec], write=lambda name, line: print(line, flush=True))"
    ".run(lambda: False)"
)


def spec(code: str, name: str = "one") -> ProcessSpec:
    return ProcessSpec(name, (sys.executable, "-c", code))


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


class TestSupervisor:
    def test_shows_each_line_under_the_name_of_its_process(self) -> None:
        lines: list[tuple[str, str]] = []
        tree = Supervisor(
            [spec(SLEEPER, "a"), spec(SLEEPER, "b")],
            write=lambda name, line: lines.append((name, line)),
        )

        tree.run(lambda: len(lines) == 2)

        assert sorted(lines) == [("a", "up"), ("b", "up")]

    def test_starts_again_what_ended_and_says_so(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(supervisor, "FIRST_DELAY_SECONDS", 0.05)
        lines: list[tuple[str, str]] = []
        tree = Supervisor(
            [spec("print('hello'); raise SystemExit(3)")],
            write=lambda name, line: lines.append((name, line)),
        )

        tree.run(lambda: lines.count(("one", "hello")) == 2)

        assert ("up", "one ended (exit code 3); starting it again in 0 s") in lines

    @pytest.mark.parametrize("number", supervisor.STOP_SIGNALS)
    def test_a_signal_stops_the_stubborn_and_what_they_started(
        self, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(supervisor, "KILL_AFTER_SECONDS", 0.3)
        grandchildren: list[int] = []
        tree = Supervisor(
            [spec(STUBBORN)], write=lambda _, line: grandchildren.append(int(line))
        )

        def tick() -> bool:
            if grandchildren:
                os.kill(os.getpid(), number)
            return False

        before = signal.getsignal(number)
        reason = tree.run(tick)

        assert reason == number.name
        assert wait_for(lambda: not is_alive(grandchildren[0]))
        assert signal.getsignal(number) == before

    def test_leaves_no_orphan_when_it_is_killed_itself(self) -> None:
        with subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-c", RUN_ONE, STUBBORN],
            stdout=subprocess.PIPE,
            text=True,
        ) as tree:
            assert tree.stdout is not None
            grandchild = int(tree.stdout.readline())

            tree.kill()

            assert wait_for(lambda: not is_alive(grandchild))

    def test_waits_longer_after_each_short_life(self) -> None:
        child = supervisor.Child(spec(SLEEPER))
        child.started_at = time.monotonic()

        delays = [child.schedule_restart() for _ in range(7)]

        assert delays == [1, 2, 4, 8, 16, 30, 30]

    def test_forgets_old_failures_after_a_long_life(self) -> None:
        child = supervisor.Child(spec(SLEEPER))
        child.delay = supervisor.LONGEST_DELAY_SECONDS
        child.started_at = time.monotonic() - supervisor.STEADY_SECONDS - 1

        assert child.schedule_restart() == supervisor.FIRST_DELAY_SECONDS


def test_exits_are_described_by_signal_or_code() -> None:
    assert describe_exit(-9) == "killed by SIGKILL"
    assert describe_exit(2) == "exit code 2"


def test_web_worker_and_beat_run_with_the_port_that_was_chosen() -> None:
    processes = {item.name: item for item in list_processes(address="::1", port=8123)}

    assert set(processes) == {"web", "worker", "beat"}
    assert processes["web"].environment["PORT"] == "8123"
    assert "::1" in processes["web"].command


def test_everybody_is_told_the_port_at_which_routes_are_reached() -> None:
    gateway = Gateway(
        address="::1", port=8444, authorizer_port=8445, console_url="http://console"
    )

    processes = list_processes(address="::1", port=8123, gateway=gateway)

    assert {one.name for one in processes} >= {"web", "authz", "envoy"}
    for one in processes:
        assert one.environment["POSTERN_GATEWAY_PUBLIC_PORT"] == "8444"

"""What an engine beside ours has to do: compile, get ready, answer, be timed.

Policies and people are prepared before the clock starts, as each engine allows it.
"""

import atexit
import importlib
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.decisions.workloads import Route, Workload

# As many questions as keep a round short.
COUNT = 300
_STATM = Path("/proc/self/statm")
_PAGE = 4096


@dataclass(frozen=True)
class Cost:
    """What compiling took; `policies` counts one each time that it is attached."""

    seconds: float
    octets: int
    policies: int


class Peer:
    """One engine with one workload; only the routes that are asked for are made."""

    name: str
    module: str
    count = COUNT
    """How many of the questions are asked: fewer of engines that take long."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload
        self.questions = workload.asked[: self.count]
        self.numbers = sorted({route for route, _, _ in self.questions})

    @classmethod
    def missing(cls) -> str:
        """Return why this engine can't be run, the empty text if it can."""
        try:
            importlib.import_module(cls.module)
        except ImportError:
            return f"{cls.module} is not installed; `make bench` does it"
        return ""

    @property
    def routes(self) -> dict[int, Route]:
        """Return the routes that are asked for, by number."""
        return {number: self.workload.routes[number] for number in self.numbers}

    def start(self) -> Cost:
        """Compile the policies, then load people and questions; return the cost."""
        before, started = resident(), time.process_time()
        self.compile()
        seconds, octets = time.process_time() - started, resident() - before
        self.load()
        return Cost(seconds, octets, self.attached())

    def attached(self) -> int:
        """Return how many policies the routes have, each counted on each route."""
        routes = self.routes.values()
        return sum(len(route.policies) + len(route.enforced) for route in routes)

    def compile(self) -> None:
        """Make what the engine needs for the routes."""
        raise NotImplementedError

    def load(self) -> None:
        """Make what the engine needs for people and questions."""
        raise NotImplementedError

    def answers(self) -> list[bool]:
        """Ask all questions."""
        raise NotImplementedError

    def loop(self) -> float:
        """Return seconds per decision."""
        started = time.process_time()
        self.answers()
        return (time.process_time() - started) / len(self.questions)

    def stop(self) -> None:
        """End what was started."""


def scratch_folder(name: str) -> Path:
    """Return a new folder, which is removed when the benchmark ends."""
    folder = tempfile.mkdtemp(prefix=f"postern-bench-{name}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def resident() -> int:
    """Return the memory of this process in bytes, 0 where it can't be told."""
    if not _STATM.exists():
        return 0
    return int(_STATM.read_text().split()[1]) * _PAGE


def person_of(workload: Workload, number: int) -> dict[str, Any]:
    """Return a person as engines with documents take them."""
    person = workload.people[number]
    return {
        "domain": person.domain,
        "role": person.role,
        "groups": dict.fromkeys(person.groups, True),
    }

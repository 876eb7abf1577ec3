"""Real transactions at the same instant, on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from console.core.exceptions import ConsoleError

ON_POSTGRESQL = [
    pytest.mark.postgresql,
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="threads can't share SQLite in memory"
    ),
]
FEW = 10
ROUNDS = pytest.mark.parametrize(
    "rounds", [FEW, pytest.param(1_000, marks=pytest.mark.nightly)]
)


class Racers:
    """Runs calls at one time, each on a connection that it keeps for all rounds."""

    def __init__(self, count: int = 2) -> None:
        self._pool = ThreadPoolExecutor(count)
        self._barrier = Barrier(count)
        self._count = count

    def together(self, *calls: Callable[[], Any]) -> list[Any]:
        """Return what each call returned, or the error of the domain that it met."""
        return list(self._pool.map(self._run, calls))

    def _run(self, call: Callable[[], Any]) -> Any:
        self._barrier.wait()
        try:
            return call()
        except ConsoleError as error:
            return error

    def close(self) -> None:
        """Let go of the connections."""
        list(self._pool.map(lambda _: self._leave(), range(self._count)))
        self._pool.shutdown()

    def _leave(self) -> None:
        self._barrier.wait()
        connection.close()

"""A server of records, and a source that reads it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from directory import services
from directory.models import DataRun, ExternalDataSource
from tests.directory.external.serving import Served, serve
from tests.directory.sync.running import TEST, Clock
from tests.factories import NOW

Read = Callable[..., DataRun]


@pytest.fixture
def served() -> Iterator[Served]:
    """The server."""
    with serve() as served:
        yield served


@pytest.fixture
def source(db: None, served: Served) -> ExternalDataSource:
    """A source of risk scores by the ids of people."""
    return services.create_data_source(
        record_type="example.com/risk",
        foreign_key="user.id",
        url=served.url,
        actor=TEST,
        now=NOW,
    )


@pytest.fixture
def read(source: ExternalDataSource) -> Read:
    """Reads a source at once; returns the run as it ended."""

    def now(of: ExternalDataSource = source, **more: Any) -> DataRun:
        clock = Clock()
        run = services.start_read(of.pk, actor=TEST, now=clock.now, **more)
        services.run_read(run.pk, clock=clock, sleep=clock.sleep)
        run.refresh_from_db()
        of.refresh_from_db()
        return run

    return now


def records_of(source: ExternalDataSource) -> dict[str, Any]:
    """Return the records that are in force."""
    return dict(source.records.values_list("record_id", "data"))

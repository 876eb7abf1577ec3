"""How long a provider may make us wait."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from directory.exceptions import PageFailedError
from directory.providers.base import Limits
from directory.providers.throttling import MOST, wait_of
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.server import Reply
from tests.directory.providers.reading import read

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("0", 1),
        ("-1", 1),
        ("86400", MOST),
        ("9" * 400, MOST),
        ("soon", 2),
        ("", 2),
        ("١٢", 2),
        (format_datetime(NOW + timedelta(seconds=30), usegmt=True), 30),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 1),
        (format_datetime(NOW + timedelta(days=1), usegmt=True), MOST),
    ],
)
def test_retry_after_is_obeyed_within_limits(value: str, seconds: float) -> None:
    assert wait_of({"retry-after": value}, attempt=1, now=NOW) == seconds


def test_the_moment_of_a_new_quota_is_waited_for() -> None:
    moment = str(int(NOW.timestamp()) + 40)

    assert wait_of({"x-rate-limit-reset": moment}, attempt=1, now=NOW) == 40
    assert wait_of({"ratelimit-reset": "12"}, attempt=1, now=NOW) == 12


def test_waits_grow_up_to_the_limit() -> None:
    waits = [wait_of({}, attempt=attempt, now=NOW) for attempt in (1, 2, 3, 4, 99)]

    assert waits == [2, 4, 8, 16, MOST]


def test_a_provider_that_throttles_for_ever_ends_the_run() -> None:
    waits: list[float] = []
    with FakeOkta() as fake:
        fake.replies = {number: Reply({}, 429) for number in range(1, 99)}
        with pytest.raises(PageFailedError, match="holds us off"):
            read(fake, limits=Limits(throttles=5), sleep=waits.append)

    assert fake.pages == 6
    assert len(waits) == 5
    assert fake.most_in_flight == 1

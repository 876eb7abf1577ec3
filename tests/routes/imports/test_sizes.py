"""Large configurations: completely, and in time."""

import time

import pytest

from console.core.actor import system
from policies.models import Policy
from routes.models import Route
from tests.people import Cast
from tests.routes.exports.exporting import export
from tests.routes.imports.generated import write_configuration
from tests.routes.imports.running import import_all

MINUTE = 60


def import_generated(cast: Cast, *, routes: int, policies: int) -> float:
    text = write_configuration(routes=routes, policies=policies)
    started = time.perf_counter()

    run = import_all(text, cast.engineering, actor=system("test"))

    assert run.total == routes + policies
    assert Route.objects.count() == routes
    assert Policy.objects.count() == policies
    return time.perf_counter() - started


def test_hundreds_of_routes_share_their_policies(cast: Cast) -> None:
    import_generated(cast, routes=400, policies=120)

    again = import_all(
        write_configuration(routes=400, policies=120),
        cast.engineering,
        actor=system("test"),
    )

    assert again.total == 0


@pytest.mark.nightly
def test_ten_thousand_routes_take_less_than_a_minute(cast: Cast) -> None:
    seconds = import_generated(cast, routes=10_000, policies=3_000)

    assert seconds < MINUTE


@pytest.mark.nightly
def test_ten_thousand_routes_come_back_as_they_were(cast: Cast) -> None:
    import_generated(cast, routes=10_000, policies=3_000)
    text = export(cast.engineering)

    again = import_all(text, cast.engineering, actor=system("test"))

    assert again.total == 0
    assert export(cast.engineering) == text

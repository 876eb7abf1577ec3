"""Traffic: figures of the routes that somebody sees, by steps of a period."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from console.core.actor import system
from console.core.exceptions import ValidationFailedError
from gateway import selectors
from gateway.models import Span, TrafficCount
from tests.factories import NOW, make_route
from tests.people import Cast, actor_of

TEST = system("test")


def count(route: Any, start: datetime, requests: int = 1, **values: Any) -> None:
    usual = {
        "span": Span.MINUTE,
        "recorder": "run",
        "outcome": "allow",
        "microseconds": 500 * requests,
        "within_1_ms": requests,
    }
    TrafficCount.objects.create(
        route_id=route.pk,
        namespace_id=route.namespace_id,
        start=start,
        requests=requests,
        **usual | values,
    )


@pytest.fixture
def routes(cast: Cast) -> dict[str, Any]:
    """Requests to a route of Web and to one of Finance, now and before."""
    wiki = make_route("wiki", namespace=cast.web)
    payroll = make_route("payroll", namespace=cast.finance)
    deny = {"outcome": "deny", "reason": "email-unauthorized"}
    count(wiki, NOW, 3)
    count(wiki, NOW - timedelta(minutes=1), 2, **deny)
    hour = {"span": Span.HOUR, "recorder": ""}
    count(wiki, NOW - timedelta(hours=5), 10, **hour)
    count(wiki, NOW - timedelta(days=1, hours=2), 4, **hour)
    count(payroll, NOW, 100, outcome="login", reason="user-unauthenticated")
    return {"wiki": wiki, "payroll": payroll}


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("1h", (3, 2, 0, 60)),
        ("24h", (13, 2, 4, 24)),
        ("7d", (17, 2, 0, 28)),
        ("30d", (17, 2, 0, 30)),
    ],
)
def test_a_period_adds_minutes_and_hours_up(
    cast: Cast, routes: Any, period: str, expected: tuple[int, ...]
) -> None:
    found = selectors.read_traffic(actor_of(cast.ada), now=NOW, period=period)

    told = (found.allowed, found.refused, found.before, len(found.points))
    assert told == expected
    assert sum(found.ranges) == found.requests
    assert found.milliseconds == pytest.approx(0.5)
    assert [one.reason for one in found.reasons] == ["email-unauthorized"]
    assert [(one.name, one.refused) for one in found.routes] == [("wiki", 2)]


def test_the_last_step_is_the_one_under_way(cast: Cast, routes: Any) -> None:
    found = selectors.read_traffic(actor_of(cast.ada), now=NOW, period="1h")

    last, before = found.points[-1], found.points[-2]
    assert (last.start, last.allowed, last.refused) == (NOW, 3, 0)
    assert (before.allowed, before.refused) == (0, 2)


def test_everybody_sees_the_figures_of_their_own_routes(
    cast: Cast, routes: Any
) -> None:
    def requests(**asked: Any) -> int:
        return selectors.read_traffic(**{"now": NOW, **asked}).requests

    assert requests(actor=actor_of(cast.ben)) == 15
    assert requests(actor=actor_of(cast.cyd)) == 0
    assert requests(actor=TEST) == 115
    assert requests(actor=TEST, namespace=str(cast.finance.pk)) == 100
    assert requests(actor=TEST, route_id=routes["wiki"].pk) == 15
    assert requests(actor=actor_of(cast.ben), route_id=routes["payroll"].pk) == 0


def test_a_period_that_is_none_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationFailedError):
        selectors.read_traffic(TEST, now=NOW, period="1y")


def test_page_and_api_show_nothing_of_others(cast: Cast, routes: Any) -> None:
    lately = timezone.now() - timedelta(days=2)
    TrafficCount.objects.filter(span=Span.MINUTE).update(start=lately)
    client = Client()
    client.force_login(cast.ben)

    page = client.get("/traffic/?period=30d").content.decode()
    found = client.get("/api/v1/traffic/?period=30d").json()

    assert "payroll" not in page
    assert "user-unauthenticated" not in page
    assert page.index("email-unauthorized") < page.index("The numbers of the chart")
    assert [one["name"] for one in found["routes"]] == ["wiki"]
    assert (found["allowed"], found["refused"]) == (3, 2)
    assert client.get("/traffic/?period=1y").status_code == 400

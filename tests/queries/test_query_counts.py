"""List pages ask the database as often for many rows as for few.

`query_counts.json` holds how often, with sign-in, rights and the frame around the page.
A change of a figure is made there, on purpose and reviewed, or it is a regression.
"""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.models import User
from tests.factories import (
    make_bare_route,
    make_decision,
    make_group,
    make_namespace,
    make_policy,
    make_user,
)
from tests.people import Cast

PINNED: dict[str, int] = json.loads(
    Path(__file__).with_name("query_counts.json").read_text()
)
MOST = 9
SEVERAL_LISTS = {"/": 18}
FEW, MANY = 2, 20


def fill(cast: Cast, count: int) -> None:
    """Make so many things of each kind, related to each other."""
    for _ in range(count):
        place = make_namespace(parent=cast.web)
        policy = make_policy(namespace=place)
        route = make_bare_route(policy, namespace=place)
        make_decision(route, at=timezone.now(), person_id=make_user().pk)
        make_group("", make_user(), cast.ben)


def count_queries(user: User, url: str) -> int:
    client = Client()
    client.force_login(user)
    client.get(url)  # the first page of a session also notes which rights it found
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(
        [one for one in captured.captured_queries if "SAVEPOINT" not in one["sql"]]
    )


@pytest.mark.parametrize("url", sorted(PINNED))
def test_a_list_asks_as_often_as_it_is_allowed_to(cast: Cast, url: str) -> None:
    fill(cast, FEW)
    few = count_queries(cast.ada, url)
    fill(cast, MANY)
    many = count_queries(cast.ada, url)

    assert few == many, "the number of queries grows with the rows"
    assert many == PINNED[url]
    assert many <= SEVERAL_LISTS.get(url, MOST)

"""Lists show exactly what detail pages would, on random trees with random roles."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from directory.models import User
from namespaces.models import Namespace
from namespaces.selectors import get_root
from policies.models import Policy
from routes.models import Route
from tests.factories import (
    grant,
    make_bare_route,
    make_namespace,
    make_policy,
    make_user,
)

# Each namespace hangs below one that is there already, named by its number.
TREES = st.lists(st.integers(0, 100), min_size=1, max_size=6)
ROLES = st.lists(
    st.tuples(st.sampled_from(["viewer", "manager", "admin"]), st.integers(0, 100)),
    max_size=3,
)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
KINDS: dict[str, tuple[Any, str]] = {
    "namespaces": (Namespace, "/namespaces/"),
    "policies": (Policy, "/policies/"),
    "routes": (Route, ""),
}


def grow(parents: list[int]) -> list[Namespace]:
    places = [get_root()]
    for number, parent in enumerate(parents):
        places.append(make_namespace(f"n{number}", parent=places[parent % len(places)]))
    return places


def listed(client: Client, kind: str, **query: str) -> set[UUID]:
    answer = client.get(f"/api/v1/{kind}/", {"page_size": "500"} | query).json()
    ids = {UUID(row["id"]) for row in answer["results"]}
    assert answer["count"] == len(ids)
    return ids


def opened(client: Client, url: str, rows: list[Any]) -> set[UUID]:
    statuses = {row.pk: client.get(f"{url}{row.pk}/").status_code for row in rows}
    assert set(statuses.values()) <= {200, 404}
    return {pk for pk, status in statuses.items() if status == 200}


class TestLists(TestCase):
    """Each example runs in a transaction of its own."""

    @settings(max_examples=12, suppress_health_check=SLOW)
    @given(parents=TREES, roles=ROLES)
    def test_agree_with_detail_pages_exports_search_and_counts(
        self, parents: list[int], roles: list[tuple[str, int]]
    ) -> None:
        self._check(parents, roles)

    @pytest.mark.nightly
    @settings(max_examples=500, suppress_health_check=SLOW)
    @given(parents=TREES, roles=ROLES)
    def test_agree_on_five_hundred_trees(
        self, parents: list[int], roles: list[tuple[str, int]]
    ) -> None:
        self._check(parents, roles)

    def _check(self, parents: list[int], roles: list[tuple[str, int]]) -> None:
        places = grow(parents)
        grant("admin", places[0], user=make_user("keeper"))
        user = make_user()
        for number, place in enumerate(places):
            policy = make_policy(f"p{number}", namespace=place)
            make_bare_route(policy, namespace=place, name=f"r{number}")
        for at, role in {at % len(places): role for role, at in roles}.items():
            grant(role, places[at], user=user)
        client = self._client(user)

        for kind, (model, page) in KINDS.items():
            rows = list(model.objects.all())
            shown = listed(client, kind)
            assert shown == opened(client, f"/api/v1/{kind}/", rows), kind
            if page:
                assert shown == opened(client, page, rows), kind
        self._agrees_elsewhere(client, places)

    def _agrees_elsewhere(self, client: Client, places: list[Namespace]) -> None:
        policies = listed(client, "policies")
        exported = client.get("/policies/export.csv")
        lines = b"".join(exported.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        assert len(lines) == len(policies) + 1
        tree = client.get("/api/v1/namespaces/tree/").json()
        seen = {UUID(row["id"]) for row in tree if row["visible"]}
        assert seen == listed(client, "namespaces")
        for place in places:
            answer = client.get("/api/v1/routes/", {"namespace": str(place.pk)})
            assert answer.status_code == (200 if place.pk in seen else 404)
        if seen:
            tiles = client.get("/").context["tiles"]
            assert [tile["value"] for tile in tiles[:3]] == [
                len(listed(client, "routes")),
                len(policies),
                len(seen),
            ]

    def _client(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

"""Lists show exactly what detail pages would, on random trees with random roles."""

import csv
import json
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from console.core.models import AuditEvent
from directory.models import User
from namespaces import access
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
Shown = dict[str, set[UUID]]
WORDS = ("even", "odd")
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
KINDS: dict[str, tuple[Any, str]] = {
    "namespaces": (Namespace, "/namespaces/"),
    "policies": (Policy, "/policies/"),
    "routes": (Route, ""),
}


def grow(parents: list[int]) -> list[Namespace]:
    places = [get_root()]
    for number, parent in enumerate(parents):
        name = f"{WORDS[number % 2]} n{number}"
        places.append(make_namespace(name, parent=places[parent % len(places)]))
    return places


def listed(client: Client, kind: str, **query: str) -> set[UUID]:
    answer = client.get(f"/api/v1/{kind}/", {"page_size": "500"} | query).json()
    ids = {UUID(row["id"]) for row in answer["results"]}
    assert answer["count"] == len(ids)
    return ids


def streamed(client: Client, url: str) -> list[str]:
    answer: Any = client.get(url)
    return b"".join(answer.streaming_content).decode().splitlines()


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
        self._check(parents, roles, in_depth=True)

    def _check(
        self,
        parents: list[int],
        roles: list[tuple[str, int]],
        *,
        in_depth: bool = False,
    ) -> None:
        places = grow(parents)
        grant("admin", places[0], user=make_user("keeper"))
        user = make_user()
        for number, place in enumerate(places):
            # A search shows six of a kind at the most.
            word = WORDS[number % 2]
            policy = make_policy(f"{word} p{number}", namespace=place)
            above = Policy.objects.filter(namespace=place.parent_id)
            make_bare_route(policy, *above, namespace=place, name=f"{word} r{number}")
        for at, role in {at % len(places): role for role, at in roles}.items():
            grant(role, places[at], user=user)
        client = self._client(user)

        shown = {kind: listed(client, kind) for kind in KINDS}
        for kind, (model, page) in KINDS.items():
            rows = list(model.objects.all())
            assert shown[kind] == opened(client, f"/api/v1/{kind}/", rows), kind
            if page:
                assert shown[kind] == opened(client, page, rows), kind
        self._agrees_elsewhere(client, places, shown)
        self._files_agree(client, shown)
        if not in_depth:
            return
        self._searches_agree(client, shown)
        self._choices_agree(client, places, shown)
        self._what_rows_name_agrees(client, shown)
        self._events_agree(client, shown)

    def _agrees_elsewhere(
        self, client: Client, places: list[Namespace], shown: Shown
    ) -> None:
        tree = client.get("/api/v1/namespaces/tree/").json()
        seen = {UUID(row["id"]) for row in tree if row["visible"]}
        assert seen == shown["namespaces"]
        for place in places:
            answer = client.get("/api/v1/routes/", {"namespace": str(place.pk)})
            assert answer.status_code == (200 if place.pk in seen else 404)
        if seen:
            tiles = client.get("/").context["tiles"]
            assert [tile["value"] for tile in tiles[:3]] == [
                len(shown["routes"]),
                len(shown["policies"]),
                len(seen),
            ]

    def _files_agree(self, client: Client, shown: Shown) -> None:
        for kind in ("policies", "routes"):
            rows = csv.DictReader(streamed(client, f"/{kind}/export.csv"))
            assert {UUID(row["Id"]) for row in rows} == shown[kind], kind

    def _searches_agree(self, client: Client, shown: Shown) -> None:
        """Search and palette find what is listed, and nothing else by these names."""
        searched: dict[str, set[UUID]] = {kind: set() for kind in KINDS}
        for word in (*WORDS, get_root().name):
            asked = {"q": word}
            hits = client.get("/search", asked).context["hits"]
            urls = {hit.url for found in hits for hit in found.hits}
            groups = client.get("/search/palette", asked).context["groups"]
            choices = {one.url for group in groups for one in group.choices}
            assert urls <= choices
            for url in choices:
                kind, _, rest = url.strip("/").partition("/")
                if kind in KINDS and len(rest) == len(str(get_root().pk)):
                    assert url in urls
                    searched[kind].add(UUID(rest))
        assert searched == shown

    def _choices_agree(
        self, client: Client, places: list[Namespace], shown: Shown
    ) -> None:
        """Where a form lets one choose, it offers what is seen, and of that all."""
        offered = client.get("/namespaces/options").json()["options"]
        assert {UUID(one["id"]) for one in offered} == shown["namespaces"]
        seen = shown["policies"]
        for place in places:
            answer = client.get("/routes/policy-options", {"namespace": str(place.pk)})
            found = {one.policy.pk for one in answer.context["offered"]}
            paths = [*access.ancestor_paths(place.path), place.path]
            living = Policy.objects.filter(namespace__path__in=paths)
            wanted = seen & set(living.values_list("pk", flat=True))
            assert found == (wanted if place.pk in shown["namespaces"] else set())

    def _what_rows_name_agrees(self, client: Client, shown: Shown) -> None:
        """What is named within a row can be opened, and is counted as it is listed."""
        routes = client.get("/api/v1/routes/", {"page_size": "500"}).json()["results"]
        rows = client.get("/api/v1/policies/", {"page_size": "500"}).json()["results"]
        policies = {row["id"]: row for row in rows}
        spaces = set(map(str, shown["namespaces"]))
        used = Counter(one for route in routes for one in route["policy_ids"])
        assert set(used) <= set(policies)
        assert {route["namespace"] for route in routes} <= spaces
        for key, row in policies.items():
            assert row["attached_to"] == {"routes": used[key], "namespaces": 0}

    def _events_agree(self, client: Client, shown: Shown) -> None:
        """The log, as a page and as two files, and each of its events."""
        every = AuditEvent.objects.values_list("sequence", flat=True)
        urls = {one: client.get(f"/audit/{one}/").status_code for one in every}
        opened = {one for one, status in urls.items() if status == 200}
        answer = client.get("/api/v1/audit/", {"page_size": "500"}).json()
        assert {row["id"] for row in answer["results"]} == opened
        assert answer["count"] == len(opened)
        lines = streamed(client, "/audit/export.jsonl")
        assert {json.loads(line)["sequence"] for line in lines} == opened
        assert len(streamed(client, "/audit/export.csv")) == len(opened) + 1

    def _client(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

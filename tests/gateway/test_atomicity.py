"""No snapshot shows a state between two: what is observed was committed as it is.

Random pairs of edits, each pair one transaction, are observed by builds at any moment.
An observation that equals a committed state allows nothing that neither the old nor the
new state allows.
"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection

from console.core.actor import system
from console.core.transactions import writing
from gateway import selectors, services
from gateway.snapshot import Snapshot
from gateway.stream import Chunks, assemble, check_root
from namespaces import services as namespace_services
from namespaces.models import Namespace
from policies import services as policy_services
from policies.models import NamespacePolicy, Policy
from routes import selectors as route_selectors
from routes import services as route_services
from routes.models import Route
from tests.factories import NOW, make_policy, make_route
from tests.gateway.following import follow, snapshot_of
from tests.people import Cast, make_cast
from tests.races import ON_POSTGRESQL

FRAME: dict[str, Any] = {"actor": system("test"), "now": NOW}
TEXT = "allow:\n  and:\n    - domain: d{}.example\n"
Part = tuple[str, ...]
State = frozenset[tuple[str, str, Part, Part, Part]]


class Edits:
    """Makes random edits through the services."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.dice = random.Random(seed)
        self.places = [cast.everything, cast.engineering, cast.web, cast.finance]
        self.policies = [make_policy(f"policy {number}") for number in range(4)]
        self.routes = [
            make_route(f"app {number}", self.dice.choice(self.policies))
            for number in range(4)
        ]

    def pair(self) -> None:
        """Make two edits that belong together."""
        with writing():
            for _ in range(2):
                self.dice.choice(self._kinds())()

    def _kinds(self) -> list[Callable[[], None]]:
        return [
            self._edit_policy,
            self._set_policies,
            self._move_route,
            self._attach,
            self._detach,
            self._switch,
            self._swap_hosts,
        ]

    def _route(self) -> Route:
        return Route.objects.get(pk=self.dice.choice(self.routes).pk)

    def _edit_policy(self) -> None:
        policy = Policy.objects.get(pk=self.dice.choice(self.policies).pk)
        source = TEXT.format(self.dice.randrange(1_000))
        policy_services.update_policy(
            policy.pk, version=policy.version, source=source, **FRAME
        )

    def _set_policies(self) -> None:
        route = self._route()
        chosen = self.dice.sample(self.policies, self.dice.randrange(3))
        route_services.set_route_policies(
            route.pk,
            policy_ids=[one.pk for one in chosen],
            version=route.version,
            **FRAME,
        )

    def _move_route(self) -> None:
        route, place = self._route(), self.dice.choice(self.places)
        if route.namespace_id != place.pk:
            route_services.move_route(
                route.pk, namespace_id=place.pk, version=route.version, **FRAME
            )

    def _attach(self) -> None:
        policy_services.attach_to_namespace(
            self.dice.choice(self.policies).pk,
            namespace_id=self.dice.choice(self.places).pk,
            mode=self.dice.choice(["inherited", "enforced"]),
            **FRAME,
        )

    def _detach(self) -> None:
        rows = list(NamespacePolicy.objects.all())
        if rows:
            row = self.dice.choice(rows)
            policy_services.detach_from_namespace(
                row.policy_id, namespace_id=row.namespace_id, **FRAME
            )

    def _switch(self) -> None:
        place = Namespace.objects.get(pk=self.dice.choice(self.places[1:]).pk)
        namespace_services.update_namespace(
            place.pk,
            version=place.version,
            inherits_policies=not place.inherits_policies,
            **FRAME,
        )

    def _swap_hosts(self) -> None:
        one, other = self.dice.sample(self.routes, 2)
        first, second = (Route.objects.get(pk=row.pk) for row in (one, other))
        if first.namespace_id != second.namespace_id:
            return
        parked = f"https://parked-{self.dice.randrange(10**9)}.example.com"
        for row, address in (
            (first, parked),
            (second, first.from_url),
            (first, second.from_url),
        ):
            version = Route.objects.get(pk=row.pk).version
            route_services.update_route(
                row.pk, version=version, changes={"from": address}, **FRAME
            )


def committed() -> State:
    """Return what is enforced by the rows, by the console's own reading."""
    rows = list(Route.objects.select_related("namespace"))
    found = route_selectors.policies_of_many(rows)
    return frozenset(
        (
            str(row.pk),
            row.from_url,
            tuple(one.source for one in found[row.pk].attached),
            tuple(sorted(one.policy.source for one in found[row.pk].inherited)),
            tuple(sorted(one.policy.source for one in found[row.pk].enforced)),
        )
        for row in rows
    )


def observed(snapshot: Snapshot) -> State:
    """Return what a snapshot enforces, in the same form."""

    def texts(keys: tuple[str, ...]) -> Part:
        return tuple(snapshot.policies[key].source for key in keys)

    return frozenset(
        (
            route.id,
            route.from_url,
            texts(route.policies),
            tuple(sorted(texts(route.inherited))),
            tuple(sorted(texts(route.enforced))),
        )
        for route in snapshot.routes.values()
    )


def deploy() -> None:
    services.deploy_changes(now=NOW)


def check_one_after_the_other(cast: Cast, *, seed: int, pairs: int) -> None:
    """Deploy after some of the pairs; each snapshot is what is committed then."""
    edits = Edits(cast, seed)
    deploy()
    follower = follow()
    for _ in range(pairs):
        edits.pair()
        if edits.dice.random() < 0.7:
            deploy()
            follower.poll()
            assert observed(snapshot_of(follower)) == committed()


@pytest.mark.parametrize("seed", range(2))
def test_each_snapshot_is_what_was_committed(cast: Cast, seed: int) -> None:
    check_one_after_the_other(cast, seed=seed, pairs=8)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 120))
def test_each_snapshot_is_what_was_committed_at_length(cast: Cast, seed: int) -> None:
    check_one_after_the_other(cast, seed=seed, pairs=500)


class TestMeanwhile:
    """Builds that run while pairs are being committed, on connections of their own."""

    pytestmark = [*ON_POSTGRESQL, pytest.mark.django_db(transaction=True)]

    @pytest.fixture
    def cast(self, transactional_db: None) -> Cast:
        return make_cast()

    @pytest.mark.parametrize(
        "pairs", [20, pytest.param(10_000, marks=pytest.mark.nightly)]
    )
    def test_no_build_sees_half_of_a_pair(self, cast: Cast, pairs: int) -> None:
        edits = Edits(cast, seed=pairs)
        states = {committed()}
        ended = Event()
        seen: list[State] = []

        def watch() -> None:
            try:
                while not ended.is_set() or not seen:
                    deploy()
                    newest = selectors.find_newest()
                    assert newest is not None
                    seen.append(observed(read(newest.number)))
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            watching = pool.submit(watch)
            for _ in range(pairs):
                with writing():
                    edits.pair()
                    states.add(committed())
            ended.set()
            watching.result()

        assert set(seen) <= states
        assert seen


def read(number: int) -> Snapshot:
    """Read a deployment as a follower does."""
    source = selectors.DatabaseSource(lambda *_: None)
    root = check_root(source.root(number), keys=services.trusted_keys())
    chunks = Chunks()
    chunks.add(root, source.blobs(root.hashes))
    return assemble(root, chunks)

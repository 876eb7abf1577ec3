"""Two at the same instant: only one can own a host, or an address."""

from collections.abc import Callable, Iterator

import pytest

from console.core.actor import system
from namespaces.models import Namespace
from routes import services
from routes.models import HostClaim, Route
from tests.factories import NOW
from tests.people import Cast, make_cast
from tests.races import ON_POSTGRESQL, ROUNDS, Racers

pytestmark = ON_POSTGRESQL
SPELLINGS = ("https://APP{n}.corp.com.", "https://app{n}.corp.com:443")


@pytest.fixture
def places(transactional_db: None) -> tuple[Namespace, Namespace]:
    """Two namespaces, with everything committed."""
    cast: Cast = make_cast()
    return cast.web, cast.finance


@pytest.fixture
def racers(transactional_db: None) -> Iterator[Racers]:
    """Two who act at the same instant."""
    found = Racers()
    yield found
    found.close()


@ROUNDS
def test_of_two_claims_for_one_host_one_wins(
    places: tuple[Namespace, Namespace], racers: Racers, rounds: int
) -> None:
    """Hostile case 46, at the same instant."""

    def publish(place: Namespace, number: int, spelling: str) -> Callable[[], Route]:
        return lambda: services.create_route(
            namespace_id=place.pk,
            name=f"App {number}",
            settings={"from": spelling.format(n=number), "to": "http://app.internal"},
            actor=system("test"),
            now=NOW,
        )

    for number in range(rounds):
        outcomes = racers.together(
            *(
                publish(place, number, spelling)
                for place, spelling in zip(places, SPELLINGS, strict=True)
            )
        )

        assert sorted(isinstance(one, Route) for one in outcomes) == [False, True]
        winner = next(one for one in outcomes if isinstance(one, Route))
        claim = HostClaim.objects.get(host=f"app{number}.corp.com")
        assert claim.namespace_id == winner.namespace_id
    assert Route.objects.count() == rounds


@ROUNDS
def test_of_two_saves_of_one_version_one_wins(
    places: tuple[Namespace, Namespace], racers: Racers, rounds: int
) -> None:
    route = services.create_route(
        namespace_id=places[0].pk,
        name="App",
        settings={"from": "https://app.corp.com", "to": "http://app.internal"},
        actor=system("test"),
        now=NOW,
    )

    for version in range(1, rounds + 1):

        def save(seconds: int, version: int = version) -> Callable[[], Route]:
            return lambda: services.update_route(
                route.pk,
                version=version,
                changes={"timeout": f"{seconds}s"},
                actor=system("test"),
                now=NOW,
            )

        outcomes = racers.together(save(version * 2), save(version * 2 + 1))

        assert sorted(isinstance(one, Route) for one in outcomes) == [False, True]
    route.refresh_from_db()
    assert route.version == rounds + 1

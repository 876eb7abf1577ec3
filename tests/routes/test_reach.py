"""Whom a sync would let in or shut out, and what one person reaches."""

from dataclasses import replace

import pytest

from directory.models import RunState, User
from routes import services
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.server import Company
from tests.directory.sync.running import connect, run
from tests.factories import NOW, grant, make_policy, make_route, make_user
from tests.people import Cast, actor_of
from tests.routes.api import client_of

pytestmark = pytest.mark.django_db
IN_G1 = "allow:\n  and:\n    - groups:\n        has: g1\n"
IN_G1_REGO = """allow {
  user := get_databroker_record("pomerium.io/DirectoryUser", input.session.user_id)
  object.get(user, "group_ids", [])[_] == "g1"
}"""
IN_G2 = "allow:\n  and:\n    - groups:\n        has: g2\n"
MANY = Company(
    people={f"u{number}": f"Person {number}" for number in range(40)},
    groups={"g1": "Engineering", "g2": "Sales"},
    members={
        "g1": tuple(f"u{number}" for number in range(30)),
        "g2": tuple(f"u{number}" for number in range(30, 40)),
    },
)


def test_a_held_run_says_who_gains_and_loses_what(cast: Cast) -> None:
    make_route("wiki", make_policy(source=IN_G1), namespace=cast.web)
    make_route("shop", make_policy(source=IN_G2), namespace=cast.web)
    make_route("open", make_policy(), namespace=cast.web)
    with FakeOkta(MANY) as fake:
        directory = connect(fake, brake_percent=20)
        run(directory)
        moved = {"g1": MANY.members["g2"], "g2": MANY.members["g1"]}
        fake.company = replace(MANY, members=moved)
        held = run(directory)
    assert held.state == RunState.HELD

    services.preview_sync(held.pk, now=NOW)

    held.refresh_from_db()
    effect = held.effect
    assert effect is not None
    assert (effect["gain"], effect["lose"], effect["routes"]) == (40, 40, 2)
    assert [(row["name"], row["gain"], row["lose"]) for row in effect["rows"]] == [
        ("wiki", 10, 30),
        ("shop", 30, 10),
    ]


def test_people_who_are_gone_lose_all_that_they_reach(cast: Cast) -> None:
    make_route("open", make_policy(), namespace=cast.web)
    with FakeOkta(MANY) as fake:
        directory = connect(fake, brake_percent=20)
        run(directory)
        fake.company = Company({}, {}, {})
        held = run(directory)

    services.preview_sync(held.pk, now=NOW)

    held.refresh_from_db()
    assert held.effect is not None
    assert (held.effect["gain"], held.effect["lose"]) == (0, 40)


def test_a_person_reaches_what_their_groups_open(cast: Cast) -> None:
    wiki = make_route("wiki", make_policy(source=IN_G1), namespace=cast.web)
    make_route("shop", make_policy(source=IN_G2), namespace=cast.web)
    make_route("closed", namespace=cast.web)
    rego = make_policy(
        namespace=cast.web, language="rego", source=IN_G1_REGO, name="rego"
    )
    written = make_route("written in rego", rego, namespace=cast.web)
    with FakeOkta(MANY) as fake:
        run(connect(fake))
    person = User.objects.get(external_id="u1")

    reach = services.reach_of(person.pk, actor=actor_of(cast.ada), now=NOW)

    assert reach.routes == (wiki, written)
    assert (reach.looked_at, reach.is_cut, reach.evaluated) == (4, False, 1)
    shown = client_of(cast.ada).get(f"/people/{person.pk}/").content.decode()
    assert "on 1 of them, this was evaluated for this person; not proven" in shown


def test_routes_that_the_reader_does_not_see_are_not_told(cast: Cast) -> None:
    make_route("wiki", make_policy(), namespace=cast.finance)
    reader = make_user("reader")
    grant("viewer", cast.web, user=reader)

    reach = services.reach_of(cast.ada.pk, actor=actor_of(reader), now=NOW)

    assert reach.routes == ()


def test_somebody_who_is_deactivated_reaches_nothing(cast: Cast) -> None:
    make_route("open", make_policy(), namespace=cast.web)
    User.objects.filter(pk=cast.mia.pk).update(is_active=False)

    reach = services.reach_of(cast.mia.pk, actor=actor_of(cast.ada), now=NOW)

    assert reach.routes == ()

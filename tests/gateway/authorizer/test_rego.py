"""Policies in Rego at an authorizer: what they fetch, and what they do wrong."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from console.core.models import AuditEvent
from gateway.authorizer.engine import Ruling
from gateway.authorizer.offences import MOST_WAITING, Offence, Offences
from gateway.services.authorizing import tell_offence
from gateway.stream import AddressEntry
from policies import services as policy_services
from policies.models import Policy, PolicyStrikes
from policies.rego.evaluation import SandboxEngine, key_of
from policies.rego.pool import Pool
from policies.rego.process import Limits
from tests.factories import make_policy
from tests.gateway.authorizer.world import NOW, World
from tests.gateway.following import follow
from tests.gateway.sources import make_policy as make_entry
from tests.people import Cast, actor_of

URL = "https://data.example.com/names"
ADDRESS = AddressEntry("a-1", URL, NOW - timedelta(hours=1), 7200)
ANSWER = {"status_code": 200, "content_type": "", "text": '["ada"]'}
FETCHES = f"""allow {{
  answer := http.send({{"method": "GET", "url": "{URL}", "force_json_decode": true}})
  answer.body[_] == input.session.user_id
}}"""
PROBES = 'allow { get_databroker_record("secrets", "x") == null }\ndeny := false'
ENDLESS = "allow { count(numbers.range(1, 30000000)) > 1 }"


@pytest.fixture
def rego() -> Iterator[SandboxEngine]:
    """Start workers that no other test has lost: who costs some has to rest."""
    engine = SandboxEngine(Pool(size=2, limits=Limits(wall=20)))
    assert engine.pool.wait_until_warm(60)
    yield engine
    engine.close()


@pytest.fixture
def world(rego: SandboxEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr("gateway.authorizer.engine.REGO_SECONDS", 20.0)
    monkeypatch.setattr("gateway.stream.loading.STATES_EVERY", -1.0)
    world = World(rego=rego)
    yield world
    world.app.close()


def publish(world: World, source: str) -> None:
    entry = make_entry("rego", language="rego", source=source)
    world.publish(policies=[entry], attached=["rego"])


def reasons(world: World, *, by: str) -> frozenset[str]:
    """Return why somebody is refused."""
    rulings: list[Ruling] = []
    rule = world.engine.rule

    def noting(*asked: Any) -> Ruling:
        rulings.append(rule(*asked))
        return rulings[-1]

    world.engine.rule = noting  # type: ignore[method-assign, assignment]
    reply = world.check(by=by)
    world.engine.rule = rule  # type: ignore[method-assign]
    assert not reply.lets_through
    return rulings[0].reasons


class TestFetching:
    def test_decides_by_what_an_address_answered_last(self, world: World) -> None:
        world.source.address_list = [ADDRESS]
        world.source.answers["a-1"] = ANSWER
        publish(world, FETCHES)

        assert world.check(by="ada").lets_through
        assert not world.check(by="ben").lets_through

    @pytest.mark.parametrize(
        "address",
        [
            ADDRESS._replace(max_age_seconds=60),
            ADDRESS._replace(fetched_at=None),
            ADDRESS._replace(url="https://other.example.com/"),
        ],
    )
    def test_refuses_without_an_answer_that_counts(
        self, world: World, address: AddressEntry
    ) -> None:
        world.source.address_list = [address]
        world.source.answers["a-1"] = ANSWER
        publish(world, FETCHES)

        assert reasons(world, by="ada") == {"record-data-unavailable"}

    def test_reads_an_answer_again_when_there_is_another(self, world: World) -> None:
        world.source.address_list = [ADDRESS]
        world.source.answers["a-1"] = ANSWER
        publish(world, FETCHES)
        world.follower.poll()
        read = world.source.fetched.count("a-1")
        world.source.address_list = [ADDRESS._replace(fetched_at=NOW)]
        world.source.answers["a-1"] = {**ANSWER, "text": '["ben"]'}

        world.follower.poll()

        assert (read, world.source.fetched.count("a-1")) == (1, 2)
        assert world.check(by="ben").lets_through
        assert not world.check(by="ada").lets_through

    def test_no_answer_is_a_record_for_who_asks_by_name(self, world: World) -> None:
        world.source.address_list = [ADDRESS]
        world.source.answers["a-1"] = ANSWER
        publish(world, f'allow {{ get_databroker_record("http.send", "{URL}").text }}')

        assert not world.check(by="ada").lets_through

    def test_comes_from_the_database(self, cast: Cast) -> None:
        row = policy_services.list_address(URL, actor=actor_of(cast.root), now=NOW)
        transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b"[1]"))
        policy_services.fetch_address(row.pk, clock=lambda: NOW, transport=transport)

        found = follow().people.answers[URL]

        assert found.answer == {"status_code": 200, "content_type": "", "text": "[1]"}
        assert found.address.fetched_at == NOW


class TestOffences:
    def test_three_strikes_end_it_here_before_the_console_knows(
        self, world: World
    ) -> None:
        publish(world, ENDLESS)

        found = [reasons(world, by="ada") for _ in range(4)]

        assert found == [{"policy-budget-exceeded"}] * 3 + [{"policy-quarantined"}]

    def test_once_told_the_console_counts(self) -> None:
        offences = Offences()
        for _ in range(3):
            offences.strike("p", "text", "cpu")
        assert not offences.may_run("p", "text")

        while (one := offences.take(0.01)) is not None:
            offences.was_told(one)

        assert offences.may_run("p", "text")

    def test_what_the_console_put_in_quarantine_is_not_run(self, world: World) -> None:
        source = "allow := true"
        publish(world, source)
        assert world.check(by="ada").lets_through
        world.source.quarantine = [("rego", key_of(source))]

        world.follower.poll()

        assert reasons(world, by="ada") == {"policy-quarantined"}

    def test_refused_types_are_noted_once_for_a_text(self, world: World) -> None:
        publish(world, PROBES)

        for _ in range(3):
            world.check(by="ada")

        offences = world.engine.offences
        assert offences.take(1) == Offence("rego", PROBES, refused_types=("secrets",))
        assert offences.take(0.01) is None

    def test_more_than_anybody_hears_is_dropped(self) -> None:
        offences = Offences()

        for number in range(MOST_WAITING + 5):
            offences.strike(f"p-{number}", "text", "cpu")

        assert not any(offences.take(0.01) is None for _ in range(MOST_WAITING))
        assert offences.take(0.01) is None


class TestTheConsole:
    @pytest.fixture
    def policy(self, cast: Cast) -> Policy:
        return make_policy(namespace=cast.web, source="allow := true", language="rego")

    def test_counts_strikes_of_authorizers(self, policy: Policy) -> None:
        for _ in range(3):
            tell_offence(Offence(str(policy.pk), policy.source, "cpu"), now=NOW)

        people = follow().people

        assert people.quarantined == {(str(policy.pk), key_of(policy.source))}
        assert AuditEvent.objects.filter(action="policy.quarantined").count() == 1

    def test_records_each_refused_type_once(self, policy: Policy) -> None:
        kinds = [f"kind-{number:02}" for number in range(30)]

        for kind in ["kind-00", *kinds]:
            offence = Offence(str(policy.pk), policy.source, refused_types=(kind,))
            tell_offence(offence, now=NOW)

        assert PolicyStrikes.objects.get().refused_types == kinds[:20]
        events = AuditEvent.objects.filter(action="policy.records_refused")
        assert events.count() == 20
        assert events.earliest("sequence").after == {"record_types": ["kind-00"]}
        assert follow().people.quarantined == frozenset()

    def test_hears_nothing_of_a_text_that_is_gone(self, policy: Policy) -> None:
        offence = Offence(str(policy.pk), "deny := true", "cpu", ("secrets",))

        tell_offence(offence, now=NOW)
        tell_offence(offence._replace(policy_id=str(UUID(int=1))), now=NOW)

        assert not PolicyStrikes.objects.exists()

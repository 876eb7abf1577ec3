"""The decision log: what is kept, who sees it, and why it was decided so."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError
from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.core.actor import system
from console.core.exceptions import NotFoundError, PermissionDeniedError
from directory.models import Membership
from gateway import selectors, services
from gateway.exceptions import NotExplainableError
from gateway.models import Decision, DecisionRecorder, Span, TrafficCount
from gateway.services.recording import insert_decisions
from policies import services as policy_services
from tests.factories import (
    NOW,
    make_group,
    make_policy,
    make_route,
    make_service_account,
)
from tests.gateway.deciding import LATER, Deciding
from tests.people import Cast, actor_of

TEST = system("test")
SECRET = "a-secret-of-the-query"


@pytest.fixture
def wiki(cast: Cast) -> Any:
    """A route in Web that lets in a group, and Cyd who is in it."""
    group = make_group("staff", cast.cyd)
    cast.cyd.directory = group.directory
    cast.cyd.save()
    source = "allow:\n  or:\n    - groups: {has: id-staff}\n"
    policy = make_policy("staff only", namespace=cast.web, source=source)
    return make_route("wiki", policy, namespace=cast.web)


class TestWhatIsKept:
    def test_a_request_that_is_allowed(self, cast: Cast, wiki: Any) -> None:
        deciding = Deciding()
        cookie = deciding.sign_in(cast.cyd, wiki.host)

        status = deciding.ask(
            wiki,
            f"/page?q={SECRET}&page=2",
            cookie=cookie,
            authorization=f"Bearer {SECRET}",
            x_request_id="trace-1",
        )
        deciding.write()

        row = Decision.objects.get()
        assert status == 200
        assert (row.outcome, row.status) == ("allow", 200)
        assert row.reasons == ["groups-ok"]
        assert (row.route_id, row.route) == (wiki.pk, "wiki")
        assert row.namespace_id == cast.web.pk
        assert (row.person_id, row.who) == (cast.cyd.pk, cast.cyd.email)
        assert (row.method, row.host) == ("GET", wiki.host)
        assert row.path == "/page?q=…&page=…"
        assert (row.address, row.request_id) == ("203.0.113.7", "trace-1")
        assert row.deployment == selectors.find_newest().number  # type: ignore[union-attr]
        assert row.recorder == "test authorizer"
        everything = json.dumps(list(Decision.objects.values()), default=str)
        assert SECRET not in everything
        assert cookie.partition(".")[2] not in everything

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ({}, ("login", 401, ["user-unauthenticated"])),
            ({"path": "/a//b"}, ("deny", 400, ["path-ambiguous"])),
            (
                {"authorization": "Bearer postern_gone"},
                ("deny", 403, ["token-invalid"]),
            ),
        ],
    )
    def test_a_request_that_is_refused(
        self, cast: Cast, wiki: Any, asked: dict[str, str], expected: Any
    ) -> None:
        deciding = Deciding()

        deciding.ask(wiki, accept="application/json", **asked)
        deciding.write()

        row = Decision.objects.get()
        assert (row.outcome, row.status, row.reasons) == expected
        assert row.who == ""
        figures = TrafficCount.objects.get()
        assert (figures.outcome, [figures.reason]) == (row.outcome, row.reasons)

    def test_a_service_account_by_its_name(self, cast: Cast, wiki: Any) -> None:
        account, token = make_service_account("importer")
        deciding = Deciding()

        deciding.ask(wiki, authorization=f"Bearer {token}")
        deciding.write()

        row = Decision.objects.get()
        assert (row.account_id, row.who) == (account.pk, "importer")

    def test_a_database_that_is_away_costs_nothing_but_time(
        self, cast: Cast, wiki: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deciding = Deciding()

        def fail(*_: Any, **__: Any) -> None:
            raise DatabaseError("away")

        monkeypatch.setattr("gateway.services.recording.insert_decisions", fail)
        deciding.ask(wiki)
        deciding.write()
        monkeypatch.undo()

        assert deciding.write() == 1
        assert Decision.objects.count() == 1
        assert TrafficCount.objects.get().requests == 1

    def test_every_value_is_read_back_as_it_was_written(self, cast: Cast) -> None:
        line = {
            "at": NOW + timedelta(microseconds=7),
            "route_id": str(UUID(int=1)),
            "route": "a\tb\\N\\. \n'\"%s%% é 🚪",
            "namespace_id": str(UUID(int=2)),
            "person_id": "",
            "account_id": str(UUID(int=3)),
            "who": "\\N",
            "session_id": "",
            "device_ids": ["one", 'tw"o\\', "dréi\t"],
            "method": "GET",
            "host": "a.example.com",
            "path": "/",
            "address": "203.0.113.7",
            "request_id": "r",
            "outcome": "deny",
            "status": 403,
            "reasons": [],
            "deployment": 2**40,
            "microseconds": 2**31 - 1,
            "proxy": "envoy",
            "recorder": "test",
            "facts": "f" * 32,
        }

        insert_decisions([line, {**line, "reasons": ["x"]}])

        first, second = Decision.objects.order_by("pk")
        read = model_to_dict(first, exclude=["id"])
        ids = {
            "route_id": UUID(int=1),
            "namespace_id": UUID(int=2),
            "person_id": None,
            "account_id": UUID(int=3),
        }
        assert read == {**line, **ids}
        assert second.reasons == ["x"]

    def test_what_is_dropped_is_counted_and_shown(
        self, cast: Cast, wiki: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gateway.authorizer.recording.MAX_WAITING", 2)
        deciding = Deciding()

        statuses = {deciding.ask(wiki) for _ in range(5)}
        deciding.write()

        recorder = DecisionRecorder.objects.get()
        assert statuses == {302}
        assert (recorder.written, recorder.dropped) == (2, 3)
        assert TrafficCount.objects.get().requests == 5
        troubles = selectors.list_recorders_in_trouble(now=timezone.now())
        assert troubles == [recorder]


class TestWhoSeesIt:
    @pytest.fixture
    def logged(self, cast: Cast, wiki: Any) -> dict[str, Decision]:
        """A request to Web's route, one to another place's, and one to none."""
        other = make_route("payroll", namespace=cast.finance)
        deciding = Deciding()
        for route in (wiki, other):
            deciding.ask(route)
        wiki.pk = "00000000-0000-4000-8000-000000000009"
        deciding.ask(wiki)
        deciding.write()
        return {row.route or "none": row for row in Decision.objects.all()}

    def test_everybody_sees_what_is_about_routes_that_they_see(
        self, cast: Cast, logged: dict[str, Decision]
    ) -> None:
        def seen(user: Any) -> set[str]:
            rows = selectors.list_decisions(actor_of(user))
            return {row.route for row in rows}

        assert seen(cast.ada) == {"wiki"}
        assert seen(cast.ben) == {"wiki"}
        assert seen(cast.cyd) == set()
        assert {row.route for row in selectors.list_decisions(TEST)} == {
            "wiki",
            "payroll",
            "",
        }
        with pytest.raises(NotFoundError):
            selectors.get_decision(logged["payroll"].pk, actor=actor_of(cast.ada))

    def test_pages_exports_and_api_have_the_same_door(
        self, cast: Cast, logged: dict[str, Decision]
    ) -> None:
        client = Client()
        client.force_login(cast.ben)
        hidden = logged["payroll"]

        for name in ("decision-list", "decision-export", "decision-export-json"):
            answer = client.get(reverse(f"gateway:{name}"))
            text = b"".join(answer).decode()
            assert "wiki.example.com" in text
            assert "payroll.example.com" not in text
        found = client.get("/api/v1/decisions/").json()
        assert [one["route_name"] for one in found["results"]] == ["wiki"]
        assert client.get(f"/decisions/{hidden.pk}/").status_code == 404
        assert client.get(f"/api/v1/decisions/{hidden.pk}/").status_code == 404

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("outcome=login", 1),
            ("outcome=allow", 0),
            ("q=wiki.example", 1),
            ("q=user-unauthenticated", 1),
            ("who=somebody", 0),
            ("since=2999-01-01", 0),
            ("until=2999-01-01", 1),
        ],
    )
    def test_filters_narrow_it(
        self, cast: Cast, logged: dict[str, Decision], query: str, expected: int
    ) -> None:
        client = Client()
        client.force_login(cast.ada)

        found = client.get(f"/api/v1/decisions/?{query}").json()

        assert found["count"] == expected


class TestExplainDecision:
    def logged(self, cast: Cast, wiki: Any, **asked: str) -> Decision:
        deciding = Deciding()
        if not asked:
            asked = {"cookie": deciding.sign_in(cast.cyd, wiki.host)}
        deciding.ask(wiki, **asked)
        deciding.write()
        return Decision.objects.get()

    def test_tells_what_each_policy_said(self, cast: Cast, wiki: Any) -> None:
        row = self.logged(cast, wiki)

        found = services.explain_decision(row.pk, actor=actor_of(cast.ada), now=LATER)

        assert found.agrees
        assert found.has_changed is False
        assert found.trial.reasons == ("groups-ok",)
        assert [one.name for one in found.policies.values()] == ["staff only"]

    def test_goes_by_the_policies_of_then(self, cast: Cast, wiki: Any) -> None:
        row = self.logged(cast, wiki)
        policy_id = next(iter(wiki.policies.values_list("pk", flat=True)))
        policy_services.update_policy(
            policy_id,
            version=1,
            source="deny:\n  or:\n    - accept: true\n",
            actor=TEST,
            now=LATER,
        )
        services.deploy_changes(now=LATER)

        found = services.explain_decision(row.pk, actor=actor_of(cast.ada), now=LATER)

        assert found.trial.is_allowed
        assert [one.version for one in found.policies.values()] == [1]

    def test_says_when_facts_have_changed(self, cast: Cast, wiki: Any) -> None:
        row = self.logged(cast, wiki)
        Membership.objects.filter(user=cast.cyd).delete()

        found = services.explain_decision(row.pk, actor=actor_of(cast.ada), now=LATER)

        assert found.has_changed is True
        assert not found.agrees
        client = Client()
        client.force_login(cast.ada)
        page = client.get(f"/decisions/{row.pk}/").content.decode()
        assert "Facts have changed since" in page

    def test_nobody_has_no_facts_that_could_change(self, cast: Cast, wiki: Any) -> None:
        row = self.logged(cast, wiki, accept="text/html")

        found = services.explain_decision(row.pk, actor=actor_of(cast.ada), now=LATER)

        assert (found.has_changed, found.agrees) == (None, True)

    def test_takes_the_right_to_try_policies(self, cast: Cast, wiki: Any) -> None:
        row = self.logged(cast, wiki)

        with pytest.raises(PermissionDeniedError):
            services.explain_decision(row.pk, actor=actor_of(cast.ben), now=LATER)
        with pytest.raises(NotFoundError):
            services.explain_decision(row.pk, actor=actor_of(cast.cyd), now=LATER)

    def test_says_that_no_policy_was_asked(self, cast: Cast, wiki: Any) -> None:
        row = self.logged(cast, wiki, authorization="Bearer postern_gone")

        with pytest.raises(NotExplainableError):
            services.explain_decision(row.pk, actor=actor_of(cast.ada), now=LATER)


class TestHowLongItIsKept:
    def test_old_decisions_go(self, cast: Cast, wiki: Any) -> None:
        deciding = Deciding()
        for _ in range(2):
            deciding.ask(wiki)
        deciding.write()
        old = Decision.objects.first()
        assert old is not None
        old.at -= timedelta(days=15)
        old.save()

        assert services.prune_decisions(now=LATER) == 1

        assert Decision.objects.count() == 1

    def test_minutes_become_hours_that_add_up(self, cast: Cast, wiki: Any) -> None:
        deciding = Deciding()
        now = LATER
        for times in (3, 2):
            for _ in range(times):
                deciding.ask(wiki)
            deciding.write()
            TrafficCount.objects.filter(span=Span.MINUTE).update(
                start=now.replace(second=0, microsecond=0) - timedelta(hours=6)
            )
            services.merge_figures(now=now)
            # As another run would, which was cut off until now.
            deciding = Deciding()

        row = TrafficCount.objects.get()
        assert (row.span, row.requests, row.recorder) == (Span.HOUR, 5, "")
        assert row.start.minute == 0

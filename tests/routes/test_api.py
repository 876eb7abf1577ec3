"""Routes over REST."""

from typing import Any
from uuid import uuid4

import pytest

from routes import selectors
from routes.models import Route
from routes.settings_table import TABLE
from tests.factories import make_policy, make_route
from tests.people import Cast
from tests.routes.api import URL, client_of, get, send

SETTINGS = {"from": "https://wiki.example.com", "to": ["http://wiki.internal"]}


def names(answer: Any) -> list[str]:
    return [row["name"] for row in answer.json()["results"]]


class TestList:
    @pytest.fixture(autouse=True)
    def routes(self, cast: Cast) -> None:
        policy = make_policy("Employees")
        make_route("Wiki", policy, namespace=cast.web)
        make_route("Docs", namespace=cast.web, to=["http://wiki-two.internal"])
        make_route("Pay", namespace=cast.finance)

    def test_shows_what_the_caller_sees(self, cast: Cast) -> None:
        assert names(get(cast.ben)) == ["Docs", "Wiki"]
        assert names(get(cast.root)) == ["Docs", "Pay", "Wiki"]
        assert names(get(cast.cyd)) == []

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("q=WIKI", ["Docs", "Wiki"]),
            ("q=pay.example", ["Pay"]),
            ("host=PAY.example.com.", ["Pay"]),
            ("has_policies=yes", ["Wiki"]),
            ("has_policies=no&sort=-name", ["Pay", "Docs"]),
            ("sort=-from", ["Wiki", "Pay", "Docs"]),
            ("page_size=1&page=3", ["Wiki"]),
        ],
    )
    def test_filters_sorts_and_pages(
        self, cast: Cast, query: str, expected: list[str]
    ) -> None:
        assert names(get(cast.root, f"?{query}")) == expected

    def test_keeps_a_namespace_and_a_policy(self, cast: Cast) -> None:
        policy = selectors.policies_of(Route.objects.get(name="Wiki")).attached[0]

        assert names(get(cast.root, f"?namespace={cast.engineering.pk}")) == [
            "Docs",
            "Wiki",
        ]
        assert names(get(cast.root, f"?policy={policy.pk}")) == ["Wiki"]
        assert get(cast.ada, f"?namespace={cast.finance.pk}").status_code == 404
        assert get(cast.root, f"?policy={uuid4()}").status_code == 404

    @pytest.mark.parametrize(
        "query", ["sort=settings", "has_policies=x", "policy=x", "namespace=x"]
    )
    def test_refuses_what_makes_no_sense(self, cast: Cast, query: str) -> None:
        assert get(cast.root, f"?{query}").status_code == 400

    def test_asks_the_same_few_questions_for_any_number(
        self, cast: Cast, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(20):
            make_route(
                f"R{number}", make_policy(namespace=cast.web), namespace=cast.web
            )
        client = client_of(cast.ada)
        client.get(URL)

        with django_assert_max_num_queries(10):
            answer = client.get(URL)

        assert len(answer.json()["results"]) == 22


class TestCreate:
    def body(self, cast: Cast, **values: Any) -> dict[str, Any]:
        return {
            "name": "Wiki",
            "namespace": str(cast.web.pk),
            "settings": SETTINGS,
        } | values

    def test_answers_with_the_route_and_its_tag(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)

        answer = send(
            cast.mia, "POST", "", self.body(cast, policy_ids=[str(policy.pk)])
        )

        row = answer.json()
        assert answer.status_code == 201
        assert answer["ETag"] == '"1"'
        assert row["settings"] == SETTINGS
        assert row["policy_ids"] == [str(policy.pk)]
        assert (row["policy_count"], row["is_closed"]) == (1, False)
        assert row["namespace_names"] == ["Global", "Engineering", "Web"]

    def test_lists_all_problems_by_key(self, cast: Cast) -> None:
        settings = {"from": "javascript:alert(1)", "regex": "(", "nonsense": 1}

        answer = send(cast.mia, "POST", "", self.body(cast, settings=settings))

        body = answer.json()
        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        assert body["code"] == "route_settings"
        assert set(body["fields"]) == {"from", "regex", "nonsense", "to"}
        assert {"route", "path", "key", "message", "remedy"} == set(body["problems"][0])

    @pytest.mark.parametrize(
        "values",
        [
            {"settings": []},
            {"settings": "x"},
            {"name": ""},
            {"name": "a" * 201},
            {"policy_ids": ["x"]},
            {"policy_ids": "x"},
            {"namespace": str(uuid4())},
            {"settings": SETTINGS | {"\ud800": 1}},
            {"settings": SETTINGS | {"description": "\ud800"}},
            {"settings": SETTINGS | {"upstream_tunnel": {"ssh_policy": "\ud800"}}},
            {"settings": SETTINGS | {"set_request_headers": {"\u0000": "x"}}},
        ],
    )
    def test_refuses_other_shapes(self, cast: Cast, values: dict[str, Any]) -> None:
        answer = send(cast.mia, "POST", "", self.body(cast, **values))

        assert answer.status_code == 400
        assert answer.json()["status"] == 400
        assert not Route.objects.exists()

    @pytest.mark.parametrize(
        "key", ["id", "version", "host", "sealed", "created_at", "is_closed", "match"]
    )
    def test_refuses_what_can_not_be_set(self, cast: Cast, key: str) -> None:
        answer = send(cast.mia, "POST", "", self.body(cast, **{key: "x"}))

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [key]

    def test_an_unseen_namespace_is_as_unknown_as_none(self, cast: Cast) -> None:
        answers = [
            send(cast.mia, "POST", "", self.body(cast, namespace=str(one)))
            for one in (cast.finance.pk, uuid4())
        ]

        assert answers[0].status_code == 400
        assert answers[0].json() == answers[1].json()

    def test_needs_a_manager(self, cast: Cast) -> None:
        assert send(cast.ben, "POST", "", self.body(cast)).status_code == 403

    def test_a_host_of_others_is_a_conflict(self, cast: Cast) -> None:
        make_route("Pay", namespace=cast.finance, from_=SETTINGS["from"])

        answer = send(cast.mia, "POST", "", self.body(cast))

        assert (answer.status_code, answer.json()["code"]) == (409, "host_owned")
        assert "Finance" not in answer.content.decode()


class TestOne:
    @pytest.fixture
    def route(self, cast: Cast) -> Route:
        return make_route("Wiki", namespace=cast.web, timeout="5s", prefix="/a")

    def test_is_404_for_those_who_may_not_see_it(
        self, cast: Cast, route: Route
    ) -> None:
        unseen = get(cast.cyd, f"{route.pk}/")
        absent = get(cast.cyd, f"{uuid4()}/")

        assert unseen.status_code == absent.status_code == 404
        assert unseen.json() == absent.json()

    def test_put_replaces_and_patch_changes(self, cast: Cast, route: Route) -> None:
        answer = send(
            cast.mia,
            "PATCH",
            f"{route.pk}/",
            {"settings": {"timeout": None, "idle_timeout": "1m"}},
            version=1,
        )
        assert (answer.status_code, answer["ETag"]) == (200, '"2"')
        assert "timeout" not in answer.json()["settings"]
        assert answer.json()["settings"]["prefix"] == "/a"

        answer = send(
            cast.mia, "PUT", f"{route.pk}/", {"name": "W", "settings": SETTINGS}, 2
        )
        assert answer.json()["settings"] == SETTINGS
        assert answer.json()["name"] == "W"

    def test_what_was_read_can_be_written_back(self, cast: Cast) -> None:
        route = make_route(
            "Secret",
            namespace=cast.web,
            idp_client_secret="hunter2",
            set_request_headers={"Authorization": "Basic x"},
        )
        row = get(cast.ben, f"{route.pk}/").json()
        assert "hunter2" not in str(row)

        answer = send(
            cast.mia,
            "PUT",
            f"{route.pk}/",
            {"name": row["name"], "settings": row["settings"]},
            version=1,
        )

        assert (answer.status_code, answer["ETag"]) == (200, '"1"')
        route.refresh_from_db()
        assert selectors.open_settings(route)["idp_client_secret"] == "hunter2"

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    def test_writes_need_the_version_that_was_seen(
        self, cast: Cast, route: Route, method: str
    ) -> None:
        body = {"name": "W", "settings": SETTINGS}

        assert send(cast.mia, method, f"{route.pk}/", body).status_code == 428
        answer = send(cast.mia, method, f"{route.pk}/", body, version=9)
        assert answer.status_code == 412
        assert answer.json()["current_version"] == 1

    def test_a_stale_write_shows_what_changed(self, cast: Cast, route: Route) -> None:
        path = f"{route.pk}/"
        send(cast.ada, "PATCH", path, {"settings": {"timeout": "9s"}}, 1)

        answer = send(cast.mia, "PATCH", path, {"settings": {"timeout": "1s"}}, 1)

        body = answer.json()
        assert (body["saved_by"], body["changed"]) == ("ada@example.com", ["timeout"])
        assert body["current"]["settings"]["timeout"] == "9s"

    def test_goes_away_and_comes_back(self, cast: Cast, route: Route) -> None:
        assert send(cast.mia, "DELETE", f"{route.pk}/", version=1).status_code == 204
        assert get(cast.mia, f"{route.pk}/").status_code == 404
        deleted = get(cast.mia, "deleted/").json()["results"]
        assert [row["id"] for row in deleted] == [str(route.pk)]
        assert get(cast.ben, "deleted/").json()["results"] == []
        assert send(cast.ben, "POST", f"{route.pk}/restore/", {}).status_code == 403
        assert send(cast.cyd, "POST", f"{route.pk}/restore/", {}).status_code == 404

        answer = send(cast.mia, "POST", f"{route.pk}/restore/", {"reason": "oops"})

        assert answer.status_code == 200
        assert get(cast.mia, f"{route.pk}/").json()["settings"]["timeout"] == "5s"

    def test_moves_by_managers_of_both_ends(self, cast: Cast, route: Route) -> None:
        body = {"namespace": str(cast.engineering.pk)}

        answer = send(cast.mia, "POST", f"{route.pk}/move/", body, version=1)
        assert answer.status_code == 400  # Mia doesn't see Engineering
        answer = send(cast.ada, "POST", f"{route.pk}/move/", body, version=1)
        assert answer.json()["namespace_names"] == ["Global", "Engineering"]


class TestPolicies:
    def test_are_read_by_where_they_come_from_and_set_in_order(
        self, cast: Cast
    ) -> None:
        policies = [make_policy(namespace=cast.web) for _ in range(2)]
        route = make_route("Wiki", policies[0], namespace=cast.web)
        ids = [str(policy.pk) for policy in reversed(policies)]

        answer = send(
            cast.mia, "PUT", f"{route.pk}/policies/", {"policy_ids": ids}, version=1
        )

        assert answer.status_code == 200
        body = get(cast.ben, f"{route.pk}/policies/").json()
        assert [one["id"] for one in body["attached"]] == ids
        assert (body["inherited"], body["enforced"]) == ([], [])
        assert not body["is_closed"]
        refused = send(
            cast.ben, "PUT", f"{route.pk}/policies/", {"policy_ids": []}, version=2
        )
        assert refused.status_code == 403


class TestTrials:
    def test_a_route_is_tried_by_managers(self, cast: Cast) -> None:
        route = make_route("Wiki", make_policy(namespace=cast.web), namespace=cast.web)
        body = {"person": str(cast.ada.pk), "path": "/x"}

        answer = send(cast.mia, "POST", f"{route.pk}/try/", body)

        found = answer.json()
        assert found["trial"]["outcome"] == "allow"
        assert found["answering"] == {"id": str(route.pk), "name": "Wiki"}
        assert send(cast.ben, "POST", f"{route.pk}/try/", body).status_code == 403
        assert send(cast.cyd, "POST", f"{route.pk}/try/", body).status_code == 404

    def test_overlaps_are_told(self, cast: Cast) -> None:
        whole = make_route("Wiki", namespace=cast.web)
        make_route("Admin", namespace=cast.web, from_=whole.from_url, prefix="/admin")

        found = get(cast.ben, f"{whole.pk}/overlaps/").json()

        assert [(one["kind"], one["name"]) for one in found] == [("after", "Admin")]

    def test_a_preview_says_what_saving_would_meet(self, cast: Cast) -> None:
        whole = make_route("Wiki", namespace=cast.web)
        make_route("Pay", namespace=cast.finance, from_="https://pay.example.com")
        body = {
            "name": "New",
            "namespace": str(cast.web.pk),
            "settings": SETTINGS | {"from": whole.from_url, "prefix": "/a"},
        }

        found = send(cast.mia, "POST", "preview/", body).json()
        assert found["problems"] == found["conflicts"] == []
        assert found["overlaps"][0]["sentence"].startswith("this is asked first")

        body["settings"] = {"from": "https://pay.example.com", "timeout": "x"}
        found = send(cast.mia, "POST", "preview/", body).json()
        assert {one["key"] for one in found["problems"]} == {"timeout", "to"}
        assert "belongs to another namespace" in found["conflicts"][0]

        assert send(cast.ben, "POST", "preview/", body).status_code == 403


class TestDescription:
    def test_names_every_setting(self, cast: Cast) -> None:
        answer = client_of(cast.ada).get("/api/v1/schema/?format=json")

        schemas = answer.json()["components"]["schemas"]
        described = set(schemas["RouteSettings"]["properties"])
        assert described == {setting.key for setting in TABLE} - {"name"}


def test_deleting_many_is_not_offered_without_versions(cast: Cast) -> None:
    assert send(cast.root, "DELETE").status_code == 405

"""Policies over REST."""

from typing import Any

import pytest
from django.test import Client

from policies.models import NamespacePolicy, Policy
from tests.factories import make_bare_route, make_group, make_policy
from tests.people import Cast
from tests.policies.api import URL, get, send
from tests.policies.browsers import client_of
from tests.policies.texts import ADMINS, BROKEN, EMPLOYEES, OPEN


def names(answer: Any) -> list[str]:
    return [row["name"] for row in answer.json()["results"]]


class TestList:
    @pytest.fixture(autouse=True)
    def policies(self, cast: Cast) -> None:
        everywhere = make_policy("Everywhere", source=ADMINS)
        make_policy("Of web", namespace=cast.web, source=EMPLOYEES)
        make_policy("Of finance", namespace=cast.finance, description="for the web")
        make_bare_route(everywhere, namespace=cast.web)
        make_bare_route(everywhere, namespace=cast.finance)

    def test_shows_what_the_caller_sees(self, cast: Cast) -> None:
        assert names(get(cast.ben)) == ["Everywhere", "Of web"]
        assert names(get(cast.root)) == ["Everywhere", "Of finance", "Of web"]
        assert names(get(cast.cyd)) == []

    def test_counts_only_what_the_caller_sees(self, cast: Cast) -> None:
        for user, count in ((cast.root, 2), (cast.ben, 1)):
            row = get(user).json()["results"][0]
            assert row["attached_to"] == {"routes": count, "namespaces": 0}

    def test_names_the_namespaces_above(self, cast: Cast) -> None:
        row = get(cast.ben).json()["results"][1]

        assert row["namespace_names"] == ["Global", "Engineering", "Web"]
        assert row["namespace"] == str(cast.web.id)

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("q=web", ["Of finance", "Of web"]),
            ("q=has: admins", ["Everywhere"]),
            ("attached=yes", ["Everywhere"]),
            ("attached=no", ["Of finance", "Of web"]),
            ("language=ppl&sort=-name", ["Of web", "Of finance", "Everywhere"]),
            ("language=rego", []),
            ("page_size=1&page=2", ["Of finance"]),
        ],
    )
    def test_filters_sorts_and_pages(
        self, cast: Cast, query: str, expected: list[str]
    ) -> None:
        assert names(get(cast.root, f"?{query}")) == expected

    def test_keeps_a_namespace_and_what_is_below(self, cast: Cast) -> None:
        query = f"?namespace={cast.engineering.id}"

        assert names(get(cast.root, query)) == ["Of web"]
        assert get(cast.ada, f"?namespace={cast.finance.id}").status_code == 404

    @pytest.mark.parametrize("query", ["sort=source", "attached=x", "language=x"])
    def test_refuses_what_makes_no_sense(self, cast: Cast, query: str) -> None:
        assert get(cast.root, f"?{query}").status_code == 400

    def test_asks_the_same_few_questions_for_any_number(
        self, cast: Cast, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(30):
            make_policy(f"p{number}", namespace=cast.web)

        client = client_of(cast.ada)
        client.get(URL)

        with django_assert_max_num_queries(8):
            client.get(URL)


class TestRetrieve:
    def test_gives_the_text_and_the_version(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web, source=EMPLOYEES)

        answer = get(cast.ben, f"{policy.id}/")

        assert answer.json()["source"] == EMPLOYEES
        assert answer["ETag"] == '"1"'

    def test_hides_what_may_not_be_seen_as_if_it_were_not_there(
        self, cast: Cast
    ) -> None:
        policy = make_policy(namespace=cast.finance)

        hidden = get(cast.ada, f"{policy.id}/")
        absent = get(cast.ada, f"{cast.ada.id}/")

        assert hidden.status_code == absent.status_code == 404
        assert hidden.json() == absent.json()

    def test_asks_strangers_to_sign_in(self, cast: Cast) -> None:
        assert Client().get(URL).status_code == 401


class TestCreate:
    def body(self, cast: Cast, **values: Any) -> dict[str, Any]:
        return {
            "namespace": str(cast.web.id),
            "name": "Employees",
            "source": EMPLOYEES,
        } | values

    def test_answers_with_the_policy(self, cast: Cast) -> None:
        answer = send(cast.mia, "POST", body=self.body(cast, explanation="why"))

        assert answer.status_code == 201
        assert answer["ETag"] == '"1"'
        assert answer.json()["explanation"] == "why"
        assert Policy.objects.get().source == EMPLOYEES

    def test_lists_the_problems_of_a_text(self, cast: Cast) -> None:
        answer = send(cast.mia, "POST", body=self.body(cast, source=BROKEN))

        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        body = answer.json()
        assert body["code"] == "policy_text"
        assert [one["line"] for one in body["problems"]] == [3, 4]
        assert len(body["fields"]["source"]) == 2

    @pytest.mark.parametrize("source", ["", "   ", "\ufeff", "- [", "a" * 70_000])
    def test_leaves_odd_texts_to_the_language(self, cast: Cast, source: str) -> None:
        answer = send(cast.mia, "POST", body=self.body(cast, source=source))

        assert (answer.status_code, answer.json()["code"]) == (400, "policy_text")

    @pytest.mark.parametrize(
        ("user", "values", "status"),
        [
            ("ben", {}, 403),
            ("cyd", {}, 400),
            ("mia", {"source": OPEN}, 403),
            ("ada", {"source": OPEN}, 201),
            ("mia", {"language": "rego", "source": "allow := true"}, 403),
            ("ada", {"language": "rego", "source": "allow := true"}, 201),
            ("ada", {"language": "rego", "source": "allow := 1"}, 400),
            ("mia", {"language": "python"}, 400),
            ("mia", {"name": " "}, 400),
            ("mia", {"name": "a\x00"}, 400),
            ("mia", {"name": "a\ud800"}, 400),
            ("mia", {"name": None}, 400),
        ],
    )
    def test_checks_rights_and_shapes(
        self, cast: Cast, user: str, values: dict[str, Any], status: int
    ) -> None:
        answer = send(getattr(cast, user), "POST", body=self.body(cast, **values))

        assert answer.status_code == status

    def test_answers_for_a_hidden_namespace_as_for_none(self, cast: Cast) -> None:
        hidden, absent = (
            send(cast.mia, "POST", body=self.body(cast, namespace=str(place)))
            for place in (cast.finance.id, cast.mia.id)
        )

        assert hidden.status_code == absent.status_code == 400
        assert hidden.json() == absent.json()

    def test_refuses_a_name_that_is_taken(self, cast: Cast) -> None:
        make_policy("EMPLOYEES", namespace=cast.web)

        answer = send(cast.mia, "POST", body=self.body(cast))

        assert answer.status_code == 409
        assert answer.json()["fields"] == {"name": ["this name is taken here"]}

    @pytest.mark.parametrize(
        "field",
        [
            "id",
            "version",
            "meaning",
            "allows_anonymous",
            "created_at",
            "modified_at",
            "namespace_id",
            "attached_to",
            "enforced",
        ],
    )
    def test_sets_nothing_that_is_not_asked_for(self, cast: Cast, field: str) -> None:
        answer = send(cast.mia, "POST", body=self.body(cast, **{field: 7}))

        assert answer.status_code == 400
        assert not Policy.objects.exists()


class TestUpdate:
    @pytest.fixture
    def policy(self, cast: Cast) -> Policy:
        return make_policy(
            "Employees", namespace=cast.web, source=EMPLOYEES, description="d"
        )

    def test_patch_leaves_the_rest(self, cast: Cast, policy: Policy) -> None:
        answer = send(cast.mia, "PATCH", f"{policy.id}/", {"source": ADMINS}, 1)

        assert answer["ETag"] == '"2"'
        assert answer.json()["description"] == "d"

    def test_put_empties_the_rest(self, cast: Cast, policy: Policy) -> None:
        body = {"name": "Admins", "source": ADMINS}

        answer = send(cast.mia, "PUT", f"{policy.id}/", body, 1)

        assert answer.json()["description"] == ""
        assert answer.json()["name"] == "Admins"

    def test_asks_for_the_version_that_was_seen(
        self, cast: Cast, policy: Policy
    ) -> None:
        change = {"name": "x"}

        assert send(cast.mia, "PATCH", f"{policy.id}/", change).status_code == 428
        assert send(cast.mia, "DELETE", f"{policy.id}/").status_code == 428

    def test_shows_a_late_caller_the_others_change(
        self, cast: Cast, policy: Policy
    ) -> None:
        send(cast.ada, "PATCH", f"{policy.id}/", {"source": ADMINS}, 1)

        answer = send(cast.mia, "PATCH", f"{policy.id}/", {"name": "x"}, 1)

        assert answer.status_code == 412
        body = answer.json()
        assert (body["current_version"], body["saved_by"]) == (2, "ada@example.com")
        assert "+    - groups: {has: admins}" in body["diff"]

    @pytest.mark.parametrize("field", ["namespace", "version", "meaning", "id"])
    def test_sets_nothing_that_is_not_asked_for(
        self, cast: Cast, policy: Policy, field: str
    ) -> None:
        body = {field: str(cast.engineering.id)}

        answer = send(cast.mia, "PATCH", f"{policy.id}/", body, 1)

        assert answer.status_code == 400
        policy.refresh_from_db()
        assert (policy.version, policy.namespace_id) == (1, cast.web.id)

    def test_refuses_viewers(self, cast: Cast, policy: Policy) -> None:
        for method, body in (("PATCH", {"name": "x"}), ("DELETE", None)):
            answer = send(cast.ben, method, f"{policy.id}/", body, 1)
            assert answer.status_code == 403


class TestHistory:
    def test_lists_reads_and_reverts(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web, source=EMPLOYEES)
        send(cast.mia, "PATCH", f"{policy.id}/", {"source": ADMINS}, 1)

        rows = get(cast.ben, f"{policy.id}/versions/").json()["results"]
        first = get(cast.ben, f"{policy.id}/versions/1/").json()
        reverted = send(
            cast.mia, "POST", f"{policy.id}/revert/", {"to_version": 1}, 2
        ).json()

        assert [row["number"] for row in rows] == [2, 1]
        assert first["source"] == EMPLOYEES
        assert (reverted["version"], reverted["source"]) == (3, EMPLOYEES)

    def test_tells_what_changed_in_lines_and_in_sentences(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web, source=EMPLOYEES)
        send(cast.mia, "PATCH", f"{policy.id}/", {"source": ADMINS}, 1)

        found = get(cast.ben, f"{policy.id}/versions/2/changes/").json()
        back = get(cast.ben, f"{policy.id}/versions/1/changes/?since=2").json()
        first = get(cast.ben, f"{policy.id}/versions/1/changes/").json()
        unknown = get(cast.ben, f"{policy.id}/versions/2/changes/?since=9")

        said = {line["kind"]: line["text"] for line in found["sentences"]}
        undone = {line["kind"]: line["text"] for line in back["sentences"]}
        assert said["added"].startswith("Allow when")
        assert undone == {"added": said["removed"], "removed": said["added"]}
        changed = [line["kind"] for line in found["lines"]]
        assert changed.count("added") == found["added"] > 0
        assert (first["lines"], first["sentences"]) == ([], [])
        assert unknown.status_code == 404

    def test_knows_no_other_versions(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)

        assert get(cast.ben, f"{policy.id}/versions/2/").status_code == 404
        assert get(cast.cyd, f"{policy.id}/versions/").status_code == 404
        assert get(cast.cyd, f"{policy.id}/versions/1/").status_code == 404


class TestMove:
    def test_moves(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        body = {"namespace": str(cast.engineering.id)}

        answer = send(cast.ada, "POST", f"{policy.id}/move/", body, 1)

        assert answer.json()["namespace_names"] == ["Global", "Engineering"]


class TestDelete:
    def test_can_be_taken_back(self, cast: Cast) -> None:
        policy = make_policy("Employees", namespace=cast.web)

        assert send(cast.mia, "DELETE", f"{policy.id}/", None, 1).status_code == 204
        assert get(cast.mia, f"{policy.id}/").status_code == 404
        (deleted,) = get(cast.mia, "deleted/").json()["results"]
        assert (deleted["id"], deleted["name"]) == (str(policy.id), "Employees")
        assert get(cast.ben, "deleted/").json()["results"] == []

        restored = send(cast.mia, "POST", f"{policy.id}/restore/", {})
        assert restored.json()["version"] == 1
        assert get(cast.mia, f"{policy.id}/").status_code == 200

    def test_says_where_it_is_attached(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        make_bare_route(policy, namespace=cast.web, name="shop")

        answer = send(cast.mia, "DELETE", f"{policy.id}/", None, 1)

        assert answer.status_code == 409
        assert answer.json()["routes"][0]["name"] == "shop"


class TestAttachments:
    def test_are_made_told_and_taken_off(self, cast: Cast) -> None:
        policy = make_policy()
        make_bare_route(policy, namespace=cast.web, name="shop")
        make_bare_route(policy, namespace=cast.finance)
        place = str(cast.web.id)
        url = f"{policy.id}/attachments/"

        made = send(cast.mia, "POST", url, {"namespace": place, "mode": "inherited"})
        told = get(cast.ben, url).json()
        taken = send(cast.mia, "DELETE", f"{url}{place}/")

        assert (made.status_code, made.json()["mode"]) == (200, "inherited")
        assert [route["name"] for route in told["routes"]] == ["shop"]
        assert told["namespaces"][0]["namespace_name"] == "Web"
        assert told["hidden_count"] == 1
        assert taken.status_code == 204
        assert not NamespacePolicy.objects.exists()
        assert send(cast.mia, "DELETE", f"{url}{place}/").status_code == 404

    def test_are_refused_like_the_services_do(self, cast: Cast) -> None:
        policy = make_policy()
        url = f"{policy.id}/attachments/"

        for user, place, mode, status in (
            (cast.mia, cast.web, "enforced", 403),
            (cast.ben, cast.web, "inherited", 403),
            (cast.mia, cast.finance, "inherited", 400),
            (cast.mia, cast.web, "optional", 400),
        ):
            body = {"namespace": str(place.id), "mode": mode}
            assert send(user, "POST", url, body).status_code == status


def test_groups_that_are_missing_are_told(cast: Cast) -> None:
    make_group("old", is_active=False)
    source = "allow: {or: [{groups: id-web}, {groups: id-old}]}"
    policy = make_policy(namespace=cast.web, source=source)

    told = get(cast.ben, f"{policy.pk}/").json()["group_faults"]

    assert told == ["the group “old” is gone from its directory"]

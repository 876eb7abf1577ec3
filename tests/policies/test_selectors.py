"""Reads of policies: what is seen from where, found and compared."""

import pytest

from console.core.exceptions import PermissionDeniedError
from namespaces.selectors import get_root
from policies import selectors
from policies.exceptions import PolicyNotFoundError
from tests.factories import make_policy
from tests.people import Cast, actor_of
from tests.policies.texts import ADMINS, BROKEN, EMPLOYEES


class TestListPolicies:
    def test_shows_own_namespaces_below_and_above_but_not_beside(
        self, cast: Cast
    ) -> None:
        for namespace in (cast.everything, cast.engineering, cast.web, cast.finance):
            make_policy(f"of {namespace.name}", namespace=namespace)

        def names(user: object) -> list[str]:
            rows = selectors.list_policies(actor_of(user))  # type: ignore[arg-type]
            return [row.name for row in rows.order_by("name")]

        assert names(cast.ben) == ["of Engineering", "of Global", "of Web"]
        assert names(cast.ada) == ["of Engineering", "of Global", "of Web"]
        assert len(names(cast.root)) == 4
        assert names(cast.cyd) == []

    def test_narrows_by_text_and_by_namespace(self, cast: Cast) -> None:
        make_policy("Employees", namespace=cast.web, source=EMPLOYEES)
        make_policy("Admins", namespace=cast.finance, source=ADMINS)
        make_policy("X", namespace=cast.finance, description="for employees' cars")
        rows = selectors.list_policies(actor_of(cast.root))

        found = selectors.search_policies(rows, "employees")
        assert {row.name for row in found} == {"Employees", "X"}
        found = selectors.search_policies(rows, "has: adm")
        assert {row.name for row in found} == {"Admins"}
        found = selectors.within(rows, cast.engineering)
        assert {row.name for row in found} == {"Employees"}


class TestGetPolicy:
    def test_hides_what_may_not_be_seen(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.finance)

        with pytest.raises(PolicyNotFoundError):
            selectors.get_policy(policy.id, actor=actor_of(cast.ada))


class TestListAttachable:
    def test_is_of_the_namespace_and_above(self, cast: Cast) -> None:
        make_policy("global")
        make_policy("web", namespace=cast.web)

        actor = actor_of(cast.ada)
        found = selectors.list_attachable(cast.engineering, actor=actor)

        assert [policy.name for policy in found] == ["global"]


class TestFindByMeaning:
    def test_finds_what_means_the_same_the_nearest_first(self, cast: Cast) -> None:
        above = make_policy("above", source=EMPLOYEES)
        same = "allow: {and: [{domain: {is: example.com}}]}"
        near = make_policy("near", namespace=cast.web, source=same)
        make_policy("below", namespace=cast.web, source=ADMINS)

        assert selectors.find_by_meaning(cast.web, [above.meaning, "x"]) == {
            above.meaning: near
        }
        assert selectors.find_by_meaning(get_root(), [above.meaning]) == {
            above.meaning: above
        }

    def test_asks_for_many_in_several_queries(self, cast: Cast) -> None:
        policy = make_policy(source=EMPLOYEES)
        meanings = [*(f"m{n}" for n in range(1200)), policy.meaning]

        assert set(selectors.find_by_meaning(get_root(), meanings)) == {policy.meaning}


class TestTexts:
    def test_are_parsed_once(self, cast: Cast) -> None:
        first = make_policy(source=EMPLOYEES)
        second = make_policy(source=EMPLOYEES)

        assert selectors.get_document(first) is selectors.get_document(second)

    def test_are_checked_as_for_saving(self, cast: Cast) -> None:
        problems = selectors.check_source(BROKEN, actor=actor_of(cast.ben))

        assert [one["code"] for one in problems] == [
            "unknown-criterion",
            "empty-matcher",
        ]
        assert problems[0] | {"fix": None} == {
            "code": "unknown-criterion",
            "severity": "error",
            "message": "unknown criterion `emial`",
            "line": 3,
            "column": 7,
            "length": 5,
            "suggestion": "did you mean `email`?",
            "fix": None,
        }
        assert problems[0]["fix"] == {
            "label": "Write `email`",
            "start": 19,
            "end": 24,
            "insert": "email",
        }

    def test_are_mended_by_one_replacement_that_covers_all_edits(
        self, cast: Cast
    ) -> None:
        text = "allow: {or: [email: [a@example.com, b@example.com]]}"

        (problem,) = selectors.check_source(text, actor=actor_of(cast.ben))

        fix = problem["fix"]
        fixed = text[: fix["start"]] + fix["insert"] + text[fix["end"] :]
        assert fixed == "allow: {or: [email: {in: [a@example.com, b@example.com]}]}"

    def test_are_not_checked_for_strangers(self, cast: Cast) -> None:
        with pytest.raises(PermissionDeniedError):
            selectors.check_source(BROKEN, actor=actor_of(cast.cyd))


class TestGetCompletion:
    def test_offers_the_words_of_the_language(self, cast: Cast) -> None:
        found = selectors.get_completion(actor_of(cast.ben))

        assert found["actions"] == ["allow", "deny"]
        assert found["operators"] == ["and", "or", "not", "nor"]
        criteria = {one["name"]: one for one in found["criteria"]}
        assert {"groups", "http_path", "time_of_day"} <= set(criteria)
        assert criteria["groups"]["matcher_operators"] == ["has", "is", "exclude"]
        assert criteria["accept"]["values"] == ["true"]
        assert criteria["email"]["values"] is None

    def test_finds_groups_and_people_by_name(self, cast: Cast) -> None:
        found = selectors.get_completion(actor_of(cast.ben), text="we")

        assert found["groups"] == [{"id": "id-web", "name": "web", "email": ""}]
        assert found["people"] == []

    def test_tells_strangers_nothing(self, cast: Cast) -> None:
        with pytest.raises(PermissionDeniedError):
            selectors.get_completion(actor_of(cast.cyd))

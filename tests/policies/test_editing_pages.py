"""The pages that change policies, as browsers ask for them."""

from typing import Any

import pytest
from django.contrib.messages import get_messages

from policies import services
from policies.models import Policy
from tests.factories import NOW, make_bare_route, make_policy
from tests.people import Cast, actor_of
from tests.policies.browsers import client_of, messages_of, url
from tests.policies.texts import ADMINS, BROKEN, EMPLOYEES, OPEN


@pytest.fixture
def policy(cast: Cast) -> Policy:
    """A policy of Web that allows the employees."""
    return make_policy(
        "Employees",
        namespace=cast.web,
        source=EMPLOYEES,
        description="Everybody here",
        explanation="You don't work here.",
    )


class TestCreatePage:
    def body(self, cast: Cast, **values: str) -> dict[str, str]:
        return {
            "namespace": str(cast.web.pk),
            "name": "Employees",
            "source": EMPLOYEES.replace("\n", "\r\n"),
        } | values

    def test_starts_in_the_chosen_namespace(self, cast: Cast) -> None:
        answer = client_of(cast.ada).get(
            f"{url('policy-create')}?namespace={cast.web.pk}"
        )

        assert answer.context["form"]["namespace"].value() == str(cast.web.pk)
        assert "authenticated_user" in answer.content.decode()

    def test_starts_from_a_copy(self, cast: Cast, policy: Policy) -> None:
        answer = client_of(cast.mia).get(f"{url('policy-create')}?copy={policy.pk}")

        assert answer.context["form"]["name"].value() == "Copy of Employees"
        assert answer.context["form"]["source"].value() == EMPLOYEES

    def test_saves_the_text_as_it_was_typed(self, cast: Cast) -> None:
        answer = client_of(cast.mia).post(url("policy-create"), self.body(cast))

        policy = Policy.objects.get()
        assert policy.source == EMPLOYEES
        assert answer["Location"] == url("policy-detail", policy)

    def test_shows_every_problem_and_keeps_what_was_typed(self, cast: Cast) -> None:
        body = self.body(cast, source=BROKEN, description="keep me")

        answer = client_of(cast.mia).post(url("policy-create"), body)

        html = answer.content.decode()
        assert answer.status_code == 400
        assert "unknown criterion `emial`" in html
        assert "did you mean `email`?" in html
        assert "keep me" in html
        assert "emial: ada@example.com" in html

    def test_shows_a_taken_name_next_to_the_field(
        self, cast: Cast, policy: Policy
    ) -> None:
        answer = client_of(cast.mia).post(url("policy-create"), self.body(cast))

        assert answer.status_code == 409
        assert answer.context["form"].errors == {"name": ["this name is taken here"]}

    def test_is_for_those_who_may_write_somewhere(self, cast: Cast) -> None:
        assert client_of(cast.ben).get(url("policy-create")).status_code == 403
        body = self.body(cast, source=OPEN)
        opening = client_of(cast.mia).post(url("policy-create"), body)
        assert opening.status_code == 403
        elsewhere = self.body(cast, namespace=str(cast.finance.pk))
        answer = client_of(cast.mia).post(url("policy-create"), elsewhere)
        assert answer.status_code == 422


class TestEditPage:
    def body(self, policy: Policy, **values: str) -> dict[str, str]:
        return {
            "name": policy.name,
            "description": policy.description,
            "source": policy.source,
            "explanation": policy.explanation,
            "version": str(policy.version),
        } | values

    def test_saves_the_next_version(self, cast: Cast, policy: Policy) -> None:
        answer = client_of(cast.mia).post(
            url("policy-edit", policy), self.body(policy, source=ADMINS)
        )

        policy.refresh_from_db()
        assert (policy.version, policy.source) == (2, ADMINS)
        assert messages_of(answer) == ["Saved as version 2."]

    def test_says_when_nothing_was_changed(self, cast: Cast, policy: Policy) -> None:
        answer = client_of(cast.mia).post(url("policy-edit", policy), self.body(policy))

        policy.refresh_from_db()
        assert policy.version == 1
        assert "Nothing was changed" in messages_of(answer)[0]

    def test_shows_a_late_saver_the_others_change_and_lets_them_go_on(
        self, cast: Cast, policy: Policy
    ) -> None:
        services.update_policy(
            policy.pk, version=1, source=ADMINS, actor=actor_of(cast.ada), now=NOW
        )
        client = client_of(cast.mia)
        body = self.body(policy, name="Staff")

        answer = client.post(url("policy-edit", policy), body)

        html = answer.content.decode()
        assert answer.status_code == 412
        assert "ada@example.com saved version 2" in html
        assert "groups: {has: admins}" in html
        assert answer.context["form"]["version"].value() == 2
        again = client.post(url("policy-edit", policy), body | {"version": "2"})
        assert again.status_code == 302
        policy.refresh_from_db()
        assert (policy.name, policy.version) == ("Staff", 3)


class TestHistoryPage:
    def test_shows_what_changed_between_any_two_versions(
        self, cast: Cast, policy: Policy
    ) -> None:
        for version, source in ((1, ADMINS), (2, OPEN)):
            services.update_policy(
                policy.pk,
                version=version,
                source=source,
                actor=actor_of(cast.ada),
                now=NOW,
                reason=f"step {version}",
            )
        where = url("policy-history", policy)

        newest = client_of(cast.ben).get(where)
        first = client_of(cast.ben).get(f"{where}?from=1&to=2")

        assert newest.context["after"].number == 3
        assert newest.context["before"].number == 2
        assert "step 2" in newest.content.decode()
        kinds = [line.kind for line in first.context["comparison"].lines]
        assert (kinds.count("removed"), kinds.count("added")) == (2, 1)

    def test_shows_what_changed_besides_the_text(
        self, cast: Cast, policy: Policy
    ) -> None:
        services.update_policy(
            policy.pk, version=1, name="Staff", actor=actor_of(cast.ada), now=NOW
        )

        answer = client_of(cast.ben).get(url("policy-history", policy))

        assert answer.context["changes"] == [
            {"label": "Name", "before": "Employees", "after": "Staff"}
        ]
        assert "The text is the same." in answer.content.decode()

    @pytest.mark.parametrize("query", ["?from=9", "?to=99999999999", "?to=0"])
    def test_knows_only_versions_that_there_were(
        self, cast: Cast, policy: Policy, query: str
    ) -> None:
        answer = client_of(cast.ben).get(url("policy-history", policy) + query)

        assert answer.status_code in {200, 404}

    def test_reverts(self, cast: Cast, policy: Policy) -> None:
        services.update_policy(
            policy.pk, version=1, source=ADMINS, actor=actor_of(cast.ada), now=NOW
        )
        body = {"to_version": "1", "version": "2"}

        refused = client_of(cast.ben).post(url("policy-revert", policy), body)
        done = client_of(cast.mia).post(url("policy-revert", policy), body)

        assert (refused.status_code, done.status_code) == (403, 302)
        policy.refresh_from_db()
        assert (policy.version, policy.source) == (3, EMPLOYEES)


class TestDeletePage:
    def test_deletes_with_a_way_back(self, cast: Cast, policy: Policy) -> None:
        client = client_of(cast.mia)
        asked = client.get(url("policy-delete", policy)).content.decode()

        deleted = client.post(url("policy-delete", policy), {"version": "1"})

        assert "versions of it" in asked
        (message,) = get_messages(deleted.wsgi_request)
        assert message.extra_tags == f"undo:{url('policy-restore', policy)}"
        assert not Policy.objects.exists()
        back = client.post(url("policy-restore", policy))
        assert back["Location"] == url("policy-detail", policy)
        assert Policy.objects.get().pk == policy.pk

    def test_lists_where_it_is_attached_instead(
        self, cast: Cast, policy: Policy
    ) -> None:
        make_bare_route(policy, namespace=cast.web, name="shop")

        client = client_of(cast.mia)
        asked = client.get(url("policy-delete", policy)).content.decode()
        refused = client.post(url("policy-delete", policy), {"version": "1"})

        assert "attached to 1 route" in asked
        assert "shop" in asked
        assert refused.status_code == 409

    def test_undoing_twice_does_no_harm(self, cast: Cast, policy: Policy) -> None:
        answer = client_of(cast.mia).post(url("policy-restore", policy))

        assert answer["Location"] == url("policy-list")

    def test_lists_what_was_deleted_for_those_who_may_restore(
        self, cast: Cast, policy: Policy
    ) -> None:
        client = client_of(cast.mia)
        client.post(url("policy-delete", policy), {"version": "1"})

        assert "Employees" in client.get(url("policy-deleted")).content.decode()
        other = client_of(cast.ben).get(url("policy-deleted")).content.decode()
        assert "Nothing was deleted" in other


class TestDeletePoliciesPage:
    def test_lists_what_is_chosen_first_and_then_deletes_it(
        self, cast: Cast, policy: Policy
    ) -> None:
        used, above = make_policy("Used", namespace=cast.web), make_policy("Above")
        make_bare_route(used, namespace=cast.web)
        client = client_of(cast.mia)
        ids = [str(one.pk) for one in (policy, used, above)]

        asked = client.post(url("policy-bulk-delete"), {"ids": ids})
        assert Policy.objects.count() == 3
        ready = asked.context["ready"]
        body = {
            "confirmed": "yes",
            "seen": [f"{one.pk}:{one.version}" for one in ready],
        }
        done = client.post(url("policy-bulk-delete"), body)

        html = asked.content.decode()
        assert "is still attached" in html
        assert "Your role there does not allow it" in html
        assert "1 policy is deleted" in messages_of(done)[0]
        assert {one.name for one in Policy.objects.all()} == {"Used", "Above"}

    def test_a_deletion_is_taken_back_from_the_message(
        self, cast: Cast, policy: Policy
    ) -> None:
        client = client_of(cast.mia)
        body = {"confirmed": "yes", "seen": [f"{policy.pk}:{policy.version}"]}

        done = client.post(url("policy-bulk-delete"), body)
        [message] = get_messages(done.wsgi_request)
        undo = str(message.extra_tags).removeprefix("undo:")

        assert not Policy.objects.exists()
        client.post(undo)
        assert Policy.objects.get() == policy

    def test_deletes_none_when_one_changed_meanwhile(
        self, cast: Cast, policy: Policy
    ) -> None:
        other = make_policy("Other", namespace=cast.web)
        body = {
            "confirmed": "yes",
            "ids": [str(policy.pk), str(other.pk)],
            "seen": [f"{policy.pk}:1", f"{other.pk}:2"],
        }

        answer = client_of(cast.mia).post(url("policy-bulk-delete"), body)

        assert answer.status_code == 412
        assert Policy.objects.count() == 2

    @pytest.mark.parametrize("ids", [["x"], []])
    def test_takes_nonsense_calmly(self, cast: Cast, ids: list[str]) -> None:
        answer = client_of(cast.mia).post(url("policy-bulk-delete"), {"ids": ids})

        assert answer.status_code in {200, 400}


class TestSeveralPolicies:
    def chosen(self, policies: list[Policy], **more: str) -> dict[str, Any]:
        return {"seen": [f"{one.pk}:{one.version}" for one in policies], **more}

    def test_are_moved_together(self, cast: Cast) -> None:
        policies = [make_policy(namespace=cast.web) for _ in range(2)]
        body = self.chosen(policies, namespace=str(cast.engineering.pk))
        client = client_of(cast.ada)

        asked = client.post(url("policy-bulk-move"), body)
        assert asked.context["count"] == 2
        client.post(url("policy-bulk-move"), body | {"confirmed": "yes"})

        assert {one.namespace for one in Policy.objects.all()} == {cast.engineering}

    def test_are_attached_together_and_each_is_told_why_not(self, cast: Cast) -> None:
        near, beside = (
            make_policy(namespace=cast.web),
            make_policy(namespace=cast.finance),
        )
        body = self.chosen([near, beside], namespace=str(cast.web.pk), mode="inherited")
        client = client_of(cast.root)

        asked = client.post(url("policy-bulk-attach"), body)
        together = client.post(url("policy-bulk-attach"), body | {"confirmed": "yes"})

        assert [one.pk for one in asked.context["ready"]] == [near.pk]
        assert "lives in Finance" in asked.content.decode()
        assert together.status_code == 409
        body["seen"] = body["seen"][:1]
        client.post(url("policy-bulk-attach"), body | {"confirmed": "yes"})
        assert near.namespace_attachments.get().namespace == cast.web

    def test_are_chosen_by_what_the_list_shows(self, cast: Cast) -> None:
        for name in ("Wiki a", "Wiki b", "Pay"):
            make_policy(name, namespace=cast.web)

        asked = client_of(cast.mia).post(url("policy-bulk-delete"), {"all": "?q=wiki"})

        assert [one.name for one in asked.context["ready"]] == ["Wiki a", "Wiki b"]


class TestMovePage:
    def test_moves(self, cast: Cast, policy: Policy) -> None:
        body = {"namespace": str(cast.engineering.pk), "version": "1"}

        answer = client_of(cast.ada).post(url("policy-move", policy), body)

        policy.refresh_from_db()
        assert answer.status_code == 302
        assert policy.namespace_id == cast.engineering.pk

    def test_says_what_stands_in_the_way(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.engineering)
        make_bare_route(policy, namespace=cast.engineering)
        body = {"namespace": str(cast.web.pk), "version": "1"}

        answer = client_of(cast.ada).post(url("policy-move", policy), body)

        assert answer.status_code == 409
        assert "no longer be seen where it is attached" in answer.content.decode()

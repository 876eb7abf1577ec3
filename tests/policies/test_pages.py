"""The pages of policies, as browsers ask for them."""

from typing import Any

import pytest

from policies import selectors, services
from policies.models import NamespacePolicy, Policy
from tests.factories import NOW, make_bare_route, make_group, make_policy
from tests.people import Cast, actor_of
from tests.policies.browsers import client_of, url
from tests.policies.texts import ADMINS, EMPLOYEES


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


class TestListPage:
    def test_says_in_words_what_each_policy_does(
        self, cast: Cast, policy: Policy
    ) -> None:
        html = client_of(cast.ben).get(url("policy-list")).content.decode()

        assert "Allow when the email domain is example.com" in html
        assert "Everybody here" in html
        assert "Engineering" in html

    def test_names_groups_instead_of_their_ids(self, cast: Cast) -> None:
        source = ADMINS.replace("admins", "id-web")
        make_policy(namespace=cast.web, source=source)

        html = client_of(cast.ben).get(url("policy-list")).content.decode()

        assert "id-web" not in html
        assert "in web" in html

    def test_counts_use_and_filters_by_it(self, cast: Cast, policy: Policy) -> None:
        make_policy("Unused", namespace=cast.web)
        make_bare_route(policy, namespace=cast.web)
        client = client_of(cast.ada)

        everything = client.get(url("policy-list")).content.decode()
        used = client.get(f"{url('policy-list')}?attached=yes").content.decode()

        assert "1 route" in everything
        assert "Unused" in everything
        assert "Unused" not in used

    def test_offers_only_what_the_person_may(self, cast: Cast, policy: Policy) -> None:
        edit = url("policy-edit", policy)

        assert edit in client_of(cast.mia).get(url("policy-list")).content.decode()
        shown = client_of(cast.ben).get(url("policy-list")).content.decode()
        assert edit not in shown
        assert url("policy-create") not in shown

    def test_says_what_to_do_when_it_is_empty(self, cast: Cast) -> None:
        html = client_of(cast.mia).get(url("policy-list")).content.decode()
        found = client_of(cast.mia).get(f"{url('policy-list')}?q=zzz").content.decode()

        assert "No policies yet" in html
        assert url("policy-create") in html
        assert "No policy matches" in found

    def test_answers_a_search_with_the_list_for_htmx(
        self, cast: Cast, policy: Policy
    ) -> None:
        answer = client_of(cast.ben).get(
            f"{url('policy-list')}?q=Empl", headers={"HX-Request": "true"}
        )

        assert 'id="policies"' in answer.content.decode()

    def test_shows_scripts_in_names_as_text(self, cast: Cast) -> None:
        attack = "<script>alert(1)</script>"
        policy = make_policy(attack, namespace=cast.web, description=attack)

        for page in ("policy-list", "policy-detail", "policy-history", "policy-uses"):
            where = url(page) if page == "policy-list" else url(page, policy)
            html = client_of(cast.ada).get(where).content.decode()
            assert attack not in html
            assert "&lt;script&gt;" in html

    @pytest.mark.parametrize("query", ["", "?namespace={web}"])
    def test_asks_few_questions_however_long_it_is(
        self, cast: Cast, query: str, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(60):
            policy = make_policy(
                f"p{number}",
                namespace=cast.web,
                source=ADMINS.replace("admins", f"id-{number}"),
            )
            make_bare_route(policy, namespace=cast.web)
        client = client_of(cast.mia)
        where = url("policy-list") + query.format(web=cast.web.pk)
        client.get(where)

        with django_assert_max_num_queries(9):
            client.get(where)


class TestGroupsThatAreMissing:
    def test_are_flagged_on_the_policies_that_name_them(self, cast: Cast) -> None:
        make_group("old", is_active=False)
        written = ("id-web", "id-old", "web", "nobody")
        criteria = ", ".join(f"{{groups: {one}}}" for one in written)
        policy = make_policy(namespace=cast.web, source=f"allow: {{or: [{criteria}]}}")
        client = client_of(cast.ben)

        listed = client.get(url("policy-list")).content.decode()
        page = client.get(url("policy-detail", policy))

        assert "3 groups are missing" in listed
        assert page.context["faults"] == [
            "the group “old” is gone from its directory",
            "there is no group with the id “nobody”",
            "“web” is the name of a group; groups match by id",
        ]
        assert "Names groups that are not there" in page.content.decode()

    def test_are_none_where_all_are_there(self, cast: Cast) -> None:
        group = make_group("people")
        policy = make_policy(
            namespace=cast.web, source="allow: {or: [{groups: id-people}]}"
        )
        group.name = "Everybody"  # a new name is no fault
        group.save()
        rego = Policy(language="rego", source="# groups: nobody")

        assert selectors.look_up_groups([policy, rego], now=NOW).faults == {}

    def test_are_flagged_on_programs_that_write_them_out(self, cast: Cast) -> None:
        make_group("old", is_active=False)
        make_group("Retired", external_id="g9", is_active=False)
        source = """package pomerium.policy
        # "id-nobody" is only spoken of here
        allow { input.session.id == {"id-old", `Retired`, "id-web", "whatever"}[_] }
        """
        policy = make_policy(namespace=cast.web, language="rego", source=source)

        assert selectors.look_up_groups([policy], now=NOW).faults == {
            policy.pk: [
                "the group “Retired” is gone from its directory",
                "the group “old” is gone from its directory",
            ]
        }
        # A run that takes them away is held: they are in use.
        assert {"id-old", "g9", "id-web"} <= selectors.list_groups_in_use()

    def test_take_two_queries_for_all_policies(
        self, cast: Cast, django_assert_num_queries: Any
    ) -> None:
        policies = [
            make_policy(
                namespace=cast.web, source=f"allow: {{or: [{{groups: g{number}}}]}}"
            )
            for number in range(20)
        ]

        with django_assert_num_queries(2):
            assert len(selectors.look_up_groups(policies, now=NOW).faults) == 20


class TestExport:
    def test_is_the_list_as_a_file(self, cast: Cast, policy: Policy) -> None:
        make_policy("=cmd()", namespace=cast.web)
        make_bare_route(policy, namespace=cast.web)

        answer = client_of(cast.ben).get(url("policy-export"))

        text = b"".join(answer).decode()
        header, first, second = text.splitlines()
        assert header.startswith("Name,In words,Namespace,Used by")
        assert first.startswith("'=cmd(),")
        assert second.startswith(
            "Employees,Allow when the email domain is example.com,Web,1,0,"
        )


class TestPolicyPage:
    def test_shows_words_text_and_what_the_refused_read(
        self, cast: Cast, policy: Policy
    ) -> None:
        html = client_of(cast.ben).get(url("policy-detail", policy)).content.decode()

        assert "Allow when the email domain is example.com" in html
        assert "# everybody who works here" in html
        assert "You don&#x27;t work here." in html
        assert "Not attached to anything" in html

    def test_offers_to_try_only_those_who_may(self, cast: Cast, policy: Policy) -> None:
        where = url("policy-detail", policy)

        assert 'id="try-form"' in client_of(cast.mia).get(where).content.decode()
        assert 'id="try-form"' not in client_of(cast.ben).get(where).content.decode()

    def test_is_not_there_for_those_who_do_not_see_it(
        self, cast: Cast, policy: Policy
    ) -> None:
        for page in ("detail", "edit", "uses", "history", "try", "delete", "move"):
            where = url(f"policy-{page}", policy)
            assert client_of(cast.cyd).get(where).status_code == 404

    def test_opens_forms_only_to_those_who_may(
        self, cast: Cast, policy: Policy
    ) -> None:
        for page in ("edit", "try", "delete", "move"):
            where = url(f"policy-{page}", policy)
            assert client_of(cast.ben).get(where).status_code == 403
            assert client_of(cast.mia).get(where).status_code == 200


class TestUsesPage:
    def test_lists_routes_and_namespaces_with_the_mode(
        self, cast: Cast, policy: Policy
    ) -> None:
        make_bare_route(policy, namespace=cast.web, name="shop")
        make_bare_route(policy, namespace=cast.finance, name="payroll")
        services.attach_to_namespace(
            policy.pk,
            namespace_id=cast.web.pk,
            mode="enforced",
            actor=actor_of(cast.ada),
            now=NOW,
        )

        html = client_of(cast.mia).get(url("policy-uses", policy)).content.decode()

        assert "shop" in html
        assert "Enforced" in html
        assert "payroll" not in html
        assert "1 more that you may not see" in html
        detach = url("policy-detach", policy, namespace_id=cast.web.pk)
        assert detach not in html
        shown = client_of(cast.ada).get(url("policy-uses", policy)).content.decode()
        assert detach in shown

    def test_attaches_and_detaches(self, cast: Cast, policy: Policy) -> None:
        client = client_of(cast.mia)
        body = {"namespace": str(cast.web.pk), "mode": "inherited", "reason": "r"}

        attached = client.post(url("policy-attach", policy), body)
        assert attached.status_code == 302
        assert NamespacePolicy.objects.get().mode == "inherited"
        client.post(url("policy-detach", policy, namespace_id=cast.web.pk))

        assert not NamespacePolicy.objects.exists()

    def test_says_why_attaching_is_refused(self, cast: Cast, policy: Policy) -> None:
        body = {"namespace": str(cast.web.pk), "mode": "enforced"}

        answer = client_of(cast.mia).post(url("policy-attach", policy), body)

        assert answer.status_code == 403

"""Groups that got another name, and the policies that speak of them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from console.core.models import AuditEvent
from directory.models import FormerName, Group
from policies import selectors, services
from policies.models import Policy
from policies.selectors import Renaming
from tests.factories import NOW, make_group, make_policy
from tests.people import Cast, actor_of
from tests.policies.api import get, send
from tests.policies.browsers import client_of, url

LATER = NOW + timedelta(days=1)
BY_ID = "allow: {or: [{groups: id-people}]}"


def rename(group: Group, name: str, *, after: timedelta = timedelta(days=1)) -> None:
    """Rename a group, as a run of its directory does."""
    FormerName.objects.create(group=group, name=group.name, until=NOW + after)
    group.name = name
    group.save()


def renamed(policy: Policy, *, days: int = 2) -> list[Renaming]:
    now = NOW + timedelta(days=days)
    return selectors.look_up_groups([policy], now=now).renamed.get(policy.pk, [])


class TestRenamedGroups:
    def test_are_told_of_policies_that_were_saved_before(self, cast: Cast) -> None:
        group = make_group("people")
        policy = make_policy(namespace=cast.web, source=BY_ID)

        rename(group, "Everybody")

        assert renamed(policy) == [Renaming("id-people", "Everybody", "people", LATER)]
        named = selectors.look_up_groups([policy], now=LATER)
        assert named.faults == {}  # groups match by id

    def test_are_told_by_the_name_of_the_time_when_it_was_saved(
        self, cast: Cast
    ) -> None:
        group = make_group("people")
        policy = make_policy(namespace=cast.web, source=BY_ID)

        rename(group, "Everybody")
        rename(group, "All staff", after=timedelta(days=2))
        (twice,) = renamed(policy, days=3)
        rename(group, "people", after=timedelta(days=3))

        assert (twice.former_name, twice.name) == ("people", "All staff")
        assert twice.since == NOW + timedelta(days=2)
        assert renamed(policy, days=4) == []  # and back again

    def test_are_forgotten_when_it_is_saved_or_after_ninety_days(
        self, cast: Cast
    ) -> None:
        group = make_group("people")
        policy = make_policy(namespace=cast.web, source=BY_ID)
        rename(group, "Everybody")

        assert renamed(policy, days=90)
        assert not renamed(policy, days=92)
        changed = services.update_policy(
            policy.pk,
            version=1,
            source=f"# checked\n{BY_ID}",
            actor=actor_of(cast.mia),
            now=NOW + timedelta(days=2),
        )
        assert not renamed(changed)

    def test_say_that_a_comment_has_the_former_name(self, cast: Cast) -> None:
        group = make_group("people")
        speaks = make_policy(namespace=cast.web, source=f"# The People here\n{BY_ID}")
        other = make_policy(namespace=cast.web, source=f"# peoples\n{BY_ID}")

        rename(group, "Everybody")

        assert [one.still_says for one in renamed(speaks)] == [True]
        assert [one.still_says for one in renamed(other)] == [False]

    def test_are_more_than_a_note_where_a_claim_is_compared_with_the_name(
        self, cast: Cast
    ) -> None:
        group = make_group("people")
        claims = "allow: {or: [{claim/groups: people}, {claim/team: people}]}"
        asks = make_policy(namespace=cast.web, source=claims)
        elsewhere = make_policy(
            namespace=cast.web, source="allow: {or: [{claim/team: people}]}"
        )

        rename(group, "Everybody")

        assert [(one.former_name, one.is_by_name) for one in renamed(asks)] == [
            ("people", True)
        ]
        assert renamed(elsewhere) == []

    def test_are_told_of_programs_that_write_id_or_name(self, cast: Cast) -> None:
        group = make_group("people")
        source = """package pomerium.policy
        allow { input.session.id == {"id-people", "people"}[_] }
        """
        policy = make_policy(namespace=cast.web, language="rego", source=source)

        rename(group, "Everybody")

        assert [one.is_by_name for one in renamed(policy)] == [True, False]

    def test_say_whose_name_it_was_that_stands_for_an_id(self, cast: Cast) -> None:
        group = make_group("people")
        source = "allow: {or: [{groups: people}]}"
        policy = make_policy(namespace=cast.web, source=source)

        rename(group, "Everybody")

        faults = selectors.look_up_groups([policy], now=LATER).faults
        assert faults[policy.pk] == [
            "“people” was the name of the group “Everybody”; groups match by id"
        ]

    def test_of_no_groups_cost_no_query(
        self, cast: Cast, django_assert_num_queries: Any
    ) -> None:
        policies = [make_policy(namespace=cast.web)]

        with django_assert_num_queries(0):
            selectors.look_up_groups(policies, now=NOW)


class TestPages:
    def test_show_it_until_somebody_says_that_it_is_right(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web, source=BY_ID)
        FormerName.objects.create(
            group=make_group("people"), name="folk", until=timezone.now()
        )
        client = client_of(cast.mia)

        listed = client.get(url("policy-list")).content.decode()
        page = client.get(url("policy-detail", policy)).content.decode()
        seen = client_of(cast.ben).get(url("policy-detail", policy)).content.decode()
        told = get(cast.ben, f"{policy.pk}/").json()["renamed_groups"]
        client.post(url("policy-confirm", policy), {"version": "1"})
        after = client.get(url("policy-detail", policy)).content.decode()

        assert "1 group was renamed" in listed
        assert "The group “folk” is called “people” since" in page
        assert "It is right as it is" in page
        assert "The group “folk” is called “people” since" in seen
        assert "It is right as it is" not in seen
        assert [(one["group"], one["former_name"]) for one in told] == [
            ("id-people", "folk")
        ]
        assert "The group “folk”" not in after
        policy.refresh_from_db()
        assert policy.version == 2
        assert AuditEvent.objects.latest("sequence").action == "policy.confirmed"

    def test_of_the_group_have_its_former_names_and_find_it_by_them(
        self, cast: Cast
    ) -> None:
        group = make_group("people")
        rename(group, "Everybody")
        client = client_of(cast.ben)

        page = client.get(f"/groups/{group.pk}/").content.decode()
        found = client.get("/groups/?q=people").context["list"].rows

        assert "Called before" in page
        assert [one.name for one in found] == ["Everybody"]


def test_the_api_confirms_a_policy(cast: Cast) -> None:
    policy = make_policy(namespace=cast.web, source=BY_ID)

    answer = send(cast.mia, "POST", f"{policy.pk}/confirm/", version=1)
    stale = send(cast.mia, "POST", f"{policy.pk}/confirm/", version=1)

    assert (answer.status_code, stale.status_code) == (200, 412)
    assert answer.json()["version"] == 2

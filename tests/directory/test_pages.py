"""The pages of people and groups."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from directory.models import Directory, Group, User
from policies.models import Policy
from tests.factories import grant, make_group, make_policy, make_user
from tests.people import Cast


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def get(user: User, path: str, **query: str) -> Any:
    return client_of(user).get(path, query)


class TestPeople:
    def test_are_shown_to_whoever_holds_a_role(self, cast: Cast) -> None:
        rows = get(cast.ben, "/people/").context["list"].rows

        assert [str(row) for row in rows] == ["Ada", "Ben", "Cyd", "Mia", "Root"]
        assert [row.group_count for row in rows] == [0, 1, 0, 0, 0]

    def test_are_not_shown_to_guests(self, cast: Cast) -> None:
        assert get(cast.cyd, "/people/").status_code == 403
        assert get(cast.cyd, f"/people/{cast.ada.id}/").status_code == 404
        assert get(cast.cyd, "/groups/").status_code == 403
        assert get(cast.cyd, f"/groups/{cast.web_group.id}/").status_code == 404

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "MIA"}, ["Mia"]),
            ({"q": "ben@example"}, ["Ben"]),
            ({"state": "inactive"}, ["Root"]),
            ({"sort": "-name", "state": "active"}, ["Mia", "Cyd", "Ben", "Ada"]),
        ],
    )
    def test_are_found(
        self, cast: Cast, query: dict[str, str], found: list[str]
    ) -> None:
        User.objects.filter(pk=cast.root.pk).update(is_active=False)

        rows = get(cast.ada, "/people/", **query).context["list"].rows

        assert [str(row) for row in rows] == found

    def test_of_a_group_are_listed(self, cast: Cast) -> None:
        rows = get(cast.ada, "/people/", group=str(cast.web_group.id)).context["list"]

        assert [str(row) for row in rows.rows] == ["Ben"]

    def test_leave_as_csv_without_formulas(self, cast: Cast) -> None:
        make_user("eve", display_name="=HYPERLINK(1)")

        answer = get(cast.ada, "/people/export.csv", q="eve")

        text = b"".join(answer.streaming_content).decode()
        header, row = csv.reader(io.StringIO(text))
        assert header[:2] == ["Name", "E-mail"]
        assert row[0] == "'=HYPERLINK(1)"
        assert answer["Content-Disposition"] == 'attachment; filename="people.csv"'

    def test_show_the_roles_that_the_reader_sees(self, cast: Cast) -> None:
        for reader, expected in ((cast.ada, 1), (cast.mia, 0), (cast.root, 1)):
            answer = get(reader, f"/people/{cast.ada.id}/")

            assert len(answer.context["roles"]) == expected

    def test_show_roles_by_group(self, cast: Cast) -> None:
        (held,) = get(cast.ada, f"/people/{cast.ben.id}/").context["roles"]

        assert (held["group"], held["role"].code) == ("web", "viewer")
        assert held["names"] == ("Global", "Engineering", "Web")

    def test_that_are_not_there_are_not_found(self, cast: Cast) -> None:
        assert get(cast.ada, f"/people/{uuid4()}/").status_code == 404


class TestGroups:
    def test_show_members_roles_and_policies(self, cast: Cast) -> None:
        make_policy(
            "Web people",
            namespace=cast.web,
            source="allow:\n  or:\n    - groups:\n        has: id-web\n",
        )

        context = get(cast.ada, f"/groups/{cast.web_group.id}/").context

        assert [str(one) for one in context["members"]] == ["Ben"]
        assert [one["role"].code for one in context["roles"]] == ["viewer"]
        assert [policy.name for policy, _ in context["policies"]] == ["Web people"]
        assert Policy.objects.count() == 1

    def test_show_policies_that_write_their_name(self, cast: Cast) -> None:
        for name, written in (("By name", "web"), ("By id", "id-web")):
            source = f"allow: {{or: [{{groups: {written}}}]}}"
            make_policy(name, namespace=cast.web, source=source)

        context = get(cast.ada, f"/groups/{cast.web_group.id}/").context

        assert [policy.name for policy, _ in context["by_name"]] == ["By name"]

    def test_that_are_gone_are_flagged_where_they_are_used(self, cast: Cast) -> None:
        group = make_group("old", is_active=False)
        make_policy(namespace=cast.web, source="allow: {or: [{groups: id-old}]}")

        page = get(cast.ada, f"/groups/{group.id}/").content.decode()

        assert "Names a group that is gone" in page

    def test_are_counted_with_their_members(self, cast: Cast) -> None:
        make_group("empty", directory=Directory.objects.get())

        rows = get(cast.ada, "/groups/", sort="-members").context["list"].rows

        assert [(row.name, row.member_count) for row in rows] == [
            ("web", 1),
            ("empty", 0),
        ]


class TestSearchForSubjects:
    def test_finds_both_unless_told_otherwise(self, cast: Cast) -> None:
        make_user("webster")

        both = get(cast.ada, "/people/find", who="web").context["found"]
        people = get(cast.ada, "/people/find", who="web", kind="person").context[
            "found"
        ]

        assert [one.name for one in both] == ["Webster", "web"]
        assert [one.name for one in people] == ["Webster"]

    def test_finds_nobody_for_guests(self, cast: Cast) -> None:
        assert get(cast.cyd, "/people/find", who="a").context["found"] == []


class TestWhatIsLong:
    def test_groups_of_a_person_are_listed_in_pages(self, cast: Cast) -> None:
        for number in range(60):
            make_group(f"g{number:02}", cast.cyd)
        last = Group.objects.get(name="g59")
        grant("viewer", cast.web, group=last)

        page = get(cast.ada, f"/people/{cast.cyd.id}/")
        listed = get(cast.ada, "/groups/", person=str(cast.cyd.id), page="2")

        html = page.content.decode()
        assert "50 of 60" in html
        assert f"/groups/?person={cast.cyd.id}" in html
        assert [one["group"] for one in page.context["roles"]] == ["g59"]
        assert listed.context["list"].total == 60
        assert [one["label"] for one in listed.context["list"].chips] == ["Of: Cyd"]
        assert len(listed.context["list"].rows) == 10

    def test_policies_that_name_a_group_are_listed_in_pages(self, cast: Cast) -> None:
        group = make_group("people")
        texts = ["id-people"] * 55 + ["id-people-2", "people"]
        for text in texts:
            source = f"allow: {{or: [{{groups: {text}}}]}}"
            make_policy(namespace=cast.web, source=source)

        page = get(cast.ben, f"/groups/{group.id}/")
        listed = get(cast.ben, "/policies/", group=str(group.id), page="2")

        assert page.context["policy_count"] == 55  # not what only begins with the id
        assert len(page.context["policies"]) == 50
        assert len(page.context["by_name"]) == 1
        assert "50 of 55" in page.content.decode()
        assert listed.context["list"].total == 55
        assert len(listed.context["list"].rows) == 5

    def test_what_they_are_narrowed_to_stays_while_searching(self, cast: Cast) -> None:
        group = make_group("people", cast.ben)

        for path, name in (("/people/", "group"), ("/policies/", "group")):
            html = get(cast.ada, path, **{name: str(group.id)}).content.decode()
            assert f'type="hidden" name="{name}" value="{group.id}"' in html

    @pytest.mark.parametrize("text", [str(uuid4()), "nonsense"])
    def test_policies_of_a_group_that_is_not_there_are_refused(
        self, cast: Cast, text: str
    ) -> None:
        assert get(cast.ben, "/policies/", group=text).status_code == 400

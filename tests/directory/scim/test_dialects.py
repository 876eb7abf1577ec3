"""What Entra and Okta send, as their documentation shows it."""

from typing import Any

import pytest

from tests.directory.scim.pushing import GROUP, PATCH, USER, Pusher, make_pusher

pytestmark = pytest.mark.django_db
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OTHERS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def pusher() -> Pusher:
    """A directory to push to."""
    return make_pusher()


class TestEntra:
    def test_creates_a_person_with_attributes_of_its_own(self, pusher: Pusher) -> None:
        answer = pusher.ask(
            "POST",
            "/Users",
            {
                "schemas": [USER, ENTERPRISE],
                "externalId": "oid-1",
                "userName": "Ada@Example.com",
                "active": True,
                "emails": [
                    {"primary": True, "type": "work", "value": "ada@example.com"}
                ],
                "meta": {"resourceType": "User"},
                "name": {"formatted": "Ada L", "familyName": "L", "givenName": "Ada"},
                "roles": [],
                ENTERPRISE: {"department": "Engineering"},
                "mailNickname": "ada",
            },
        )

        assert answer.status == 201
        assert answer.body["userName"] == "Ada@Example.com"
        assert answer.body[ENTERPRISE] == {"department": "Engineering"}
        assert answer.headers["Location"].endswith(answer.body["id"])

    @pytest.mark.parametrize("value", ["False", "false", False])
    def test_switches_somebody_off_with_a_boolean_as_text(
        self, pusher: Pusher, value: Any
    ) -> None:
        one = pusher.add_person("ada", active=True)

        answer = pusher.patch(
            f"/Users/{one}", {"op": "Replace", "path": "active", "value": value}
        )

        assert answer.status in {200, 204}, answer.body
        assert pusher.ask("GET", f"/Users/{one}").body["active"] is False

    def test_switches_somebody_off_without_a_path(self, pusher: Pusher) -> None:
        one = pusher.add_person("ada", active=True)

        answer = pusher.patch(
            f"/Users/{one}", {"op": "Replace", "value": {"active": "False"}}
        )

        assert answer.status in {200, 204}, answer.body
        assert pusher.ask("GET", f"/Users/{one}").body["active"] is False

    def test_sets_values_behind_filters_that_match_nothing_yet(
        self, pusher: Pusher
    ) -> None:
        one = pusher.add_person("ada")

        answer = pusher.patch(
            f"/Users/{one}",
            {
                "op": "Add",
                "path": 'emails[type eq "work"].value',
                "value": "a@example.com",
            },
            {"op": "Add", "path": "name.givenName", "value": "Ada"},
            {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "R&D"},
        )

        assert answer.status in {200, 204}, answer.body
        body = pusher.ask("GET", f"/Users/{one}").body
        assert body["emails"] == [{"type": "work", "value": "a@example.com"}]
        assert body["name"] == {"givenName": "Ada"}
        assert body[ENTERPRISE] == {"department": "R&D"}

    def test_sets_values_under_dotted_names(self, pusher: Pusher) -> None:
        one = pusher.add_person("ada")
        values = {"name.familyName": "L", f"{ENTERPRISE}:employeeNumber": "7"}

        answer = pusher.patch(f"/Users/{one}", {"op": "Add", "value": values})

        assert answer.status in {200, 204}, answer.body
        body = pusher.ask("GET", f"/Users/{one}").body
        assert body["name"]["familyName"] == "L"
        assert body[ENTERPRISE]["employeeNumber"] == "7"

    def test_adds_and_removes_members(self, pusher: Pusher) -> None:
        one, two = pusher.add_person("ada"), pusher.add_person("ben")
        group = pusher.add_group("Engineering")
        path = f"/Groups/{group}"
        added = {
            "op": "Add",
            "path": "members",
            "value": [{"value": one}, {"value": two}],
        }
        removed = {"op": "Remove", "path": "members", "value": [{"value": one}]}

        assert pusher.patch(path, added).status in {200, 204}
        assert pusher.patch(path, removed).status in {200, 204}
        assert members_of(pusher, group) == {two}
        by_filter = {"op": "Remove", "path": f'members[value eq "{two}"]'}
        assert pusher.patch(path, by_filter).status in {200, 204}
        assert members_of(pusher, group) == set()

    def test_looks_whether_there_is_somebody(self, pusher: Pusher) -> None:
        one = pusher.add_person("Ada@Example.com")
        pusher.add_person("ben")

        for query in (
            'userName eq "ada@example.COM"',
            'externalId eq "Ada@Example.com"',
        ):
            found = pusher.ask("GET", f"/Users?filter={query.replace(' ', '%20')}")
            assert [person["id"] for person in found.body["Resources"]] == [one]
        nobody = pusher.ask("GET", '/Users?filter=userName%20eq%20"nobody"')
        assert (nobody.status, nobody.body["totalResults"]) == (200, 0)

    def test_asks_for_groups_without_members_and_for_one_member(
        self, pusher: Pusher
    ) -> None:
        one = pusher.add_person("ada")
        group = pusher.add_group("Engineering", one)

        without = pusher.ask("GET", f"/Groups/{group}?excludedAttributes=members")
        query = f'id%20eq%20"{group}"%20and%20members%20eq%20"{one}"'
        found = pusher.ask("GET", f"/Groups?filter={query}")

        assert "members" not in without.body
        assert found.body["totalResults"] == 1


class TestOkta:
    def test_switches_somebody_off(self, pusher: Pusher) -> None:
        one = pusher.add_person("ada", active=True)
        body = {
            "schemas": [PATCH],
            "Operations": [{"op": "replace", "value": {"active": False}}],
        }

        assert pusher.ask("PATCH", f"/Users/{one}", body).status in {200, 204}
        assert pusher.ask("GET", f"/Users/{one}").body["active"] is False

    def test_replaces_a_person_whole(self, pusher: Pusher) -> None:
        one = pusher.add_person("ada", title="Engineer", password="never kept")
        body = {
            "schemas": [USER],
            "id": one,
            "userName": "ada",
            "name": {"givenName": "Ada", "familyName": "L"},
            "emails": [{"primary": True, "value": "ada@example.com", "type": "work"}],
            "groups": [],
            "active": True,
        }

        answer = pusher.ask("PUT", f"/Users/{one}", body)

        assert answer.status == 200
        assert "title" not in answer.body
        assert answer.body["name"] == {"givenName": "Ada", "familyName": "L"}

    def test_renames_a_group_and_names_its_id(self, pusher: Pusher) -> None:
        group = pusher.add_group("Engineering")

        answer = pusher.patch(
            f"/Groups/{group}",
            {"op": "replace", "value": {"id": group, "displayName": "Engineers"}},
        )

        assert answer.status in {200, 204}, answer.body
        renamed = pusher.ask("GET", f"/Groups/{group}").body
        assert renamed["displayName"] == "Engineers"

    def test_replaces_all_members(self, pusher: Pusher) -> None:
        one, two = pusher.add_person("ada"), pusher.add_person("ben")
        group = pusher.add_group("Engineering", one)

        answer = pusher.patch(
            f"/Groups/{group}",
            {"op": "replace", "path": "members", "value": [{"value": two}]},
        )

        assert answer.status in {200, 204}, answer.body
        assert members_of(pusher, group) == {two}

    def test_reads_pages(self, pusher: Pusher) -> None:
        ids = [pusher.add_person(f"p{number}") for number in range(5)]

        page = pusher.ask("GET", "/Users?startIndex=2&count=3").body

        assert page["totalResults"] == 5
        assert [one["id"] for one in page["Resources"]] == ids[1:4]


def members_of(pusher: Pusher, group: str) -> set[str]:
    """Return the ids of a group's members."""
    body = pusher.ask("GET", f"/Groups/{group}").body
    return {one["value"] for one in body.get("members", [])}


class TestVersions:
    def test_writes_only_what_was_seen(self, pusher: Pusher) -> None:
        one = pusher.add_person("ada")
        seen = pusher.ask("GET", f"/Users/{one}").headers["ETag"]
        pusher.patch(f"/Users/{one}", {"op": "replace", "path": "title", "value": "A"})
        body = {"schemas": [USER], "userName": "ada"}

        stale = pusher.ask("PUT", f"/Users/{one}", body, If_Match=seen)
        deleted = pusher.ask("DELETE", f"/Users/{one}", If_Match=seen)
        current = pusher.ask("GET", f"/Users/{one}").headers["ETag"]
        unchanged = pusher.ask("GET", f"/Users/{one}", If_None_Match=current)

        assert (stale.status, deleted.status, unchanged.status) == (412, 412, 304)
        assert pusher.ask("DELETE", f"/Users/{one}", If_Match=current).status == 204
        assert pusher.ask("GET", f"/Users/{one}").status == 404

    def test_refuses_a_second_person_of_a_name(self, pusher: Pusher) -> None:
        pusher.add_person("ada")

        answer = pusher.ask("POST", "/Users", {"schemas": [USER], "userName": "ADA"})

        assert (answer.status, answer.body["scimType"]) == (409, "uniqueness")

    @pytest.mark.parametrize("member", [OTHERS, "nobody", "itself"])
    def test_refuses_a_member_whom_it_does_not_know(
        self, pusher: Pusher, member: str
    ) -> None:
        group = pusher.add_group("Engineering")
        value = group if member == "itself" else member

        answer = pusher.patch(
            f"/Groups/{group}",
            {"op": "add", "path": "members", "value": [{"value": value}]},
        )

        assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")
        body = {"schemas": [GROUP], "displayName": "B", "members": [{"value": member}]}
        assert pusher.ask("POST", "/Groups", body).status == 400

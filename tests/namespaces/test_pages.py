"""The pages of namespaces and roles, as a browser asks for them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from console.core.actor import system
from directory.models import User
from namespaces import services
from namespaces.models import Namespace, RoleBinding
from tests.factories import NOW, make_bare_route, make_namespace, make_policy
from tests.people import Cast


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, name: str, /, *args: Any, **query: str) -> Any:
    return client_of(user).get(reverse(f"namespaces:{name}", args=args), query)


def post(user: User, name: str, /, *args: Any, **form: Any) -> Any:
    return client_of(user).post(reverse(f"namespaces:{name}", args=args), form)


def names(answer: Any) -> list[str]:
    return [row.node.name for row in answer.context["rows"]]


class TestTree:
    def test_shows_what_one_sees_and_the_names_above(self, cast: Cast) -> None:
        answer = page(cast.mia, "namespace-list")

        assert names(answer) == ["Global", "Engineering", "Web"]
        links = answer.content.decode().count(f"/namespaces/{cast.engineering.id}/")
        assert links == 0

    def test_finds_by_name_and_keeps_what_leads_there(self, cast: Cast) -> None:
        answer = page(cast.root, "namespace-list", q="WEB")

        assert names(answer) == ["Global", "Engineering", "Web"]

    def test_offers_what_one_may_do(self, cast: Cast) -> None:
        rows = page(cast.mia, "namespace-list").context["rows"]

        labels = [[item["label"] for item in row.menu] for row in rows]
        assert labels == [
            [],
            [],
            ["New namespace in it", "Rename and describe", "Delete"],
        ]

    def test_does_not_offer_to_move_the_root(self, cast: Cast) -> None:
        root, *_ = page(cast.root, "namespace-list").context["rows"]

        assert {item["label"] for item in root.menu} == {
            "New namespace in it",
            "Rename and describe",
            "Roles",
        }

    def test_folds_what_does_not_fit_and_fetches_it_when_it_is_unfolded(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.ui.namespaces.tree.MOST_ROWS", 3)

        answer = page(cast.root, "namespace-list")
        below = page(cast.root, "namespace-branch", cast.engineering.id)

        assert names(answer) == ["Global", "Engineering", "Finance"]
        folded = [row.node.name for row in answer.context["rows"] if row.is_folded]
        assert folded == ["Engineering"]
        url = reverse("namespaces:namespace-branch", args=[cast.engineering.id])
        assert answer.content.decode().count(f'hx-get="{url}"') == 1
        assert names(below) == ["Web"]

    def test_shows_the_first_of_many_children_and_then_the_next(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.ui.namespaces.tree.MOST_ROWS", 2)
        for number in range(3):
            make_namespace(f"Team {number}", parent=cast.finance)

        first = page(cast.root, "namespace-branch", cast.finance.id)
        more = first.context["more"]["url"]
        rest = client_of(cast.root).get(more)

        assert f'hx-get="{more}"' in first.content.decode()
        assert names(first) == ["Team 0", "Team 1"]
        assert names(rest) == ["Team 2"]
        assert rest.context["more"] == {}

    def test_shows_the_first_children_of_the_root_when_not_all_fit(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.ui.namespaces.tree.MOST_ROWS", 1)

        answer = page(cast.root, "namespace-list")

        assert names(answer) == ["Global", "Engineering"]
        assert answer.context["more"]["name"] == "Global"

    def test_says_when_more_match_than_it_shows(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.ui.namespaces.tree.MOST_ROWS", 1)

        answer = page(cast.root, "namespace-list", q="n")

        assert answer.context["is_cut"]
        assert "Type more letters" in answer.content.decode()

    def test_counts_what_is_below_whatever_is_unfolded(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        make_bare_route(policy, namespace=cast.web)

        rows = page(cast.root, "namespace-list").context["rows"]

        counted = {
            row.node.name: (row.counts.routes, row.counts.policies) for row in rows
        }
        assert counted == {
            "Global": (1, 1),
            "Engineering": (1, 1),
            "Web": (1, 1),
            "Finance": (0, 0),
        }


class TestPicker:
    def test_narrows_the_list_that_is_open(self, cast: Cast) -> None:
        answer = page(cast.ada, "namespace-picker", at="/audit/?kind=role")

        html = answer.content.decode()
        assert f'href="/audit/?namespace={cast.web.id}"' in html

    @pytest.mark.parametrize("at", ["/people/", "/nowhere", "//evil.example/x", ""])
    def test_opens_the_namespace_elsewhere(self, cast: Cast, at: str) -> None:
        answer = page(cast.ada, "namespace-picker", at=at)

        assert f'href="/namespaces/{cast.web.id}/"' in answer.content.decode()
        assert "evil" not in answer.content.decode()

    def test_fetches_what_is_below_and_finds_by_name(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.ui.namespaces.picking.MOST_CHOICES", 3)

        top = page(cast.root, "namespace-picker", at="/routes/").content.decode()
        below = page(
            cast.root, "namespace-picker-branch", cast.engineering.id, at="/routes/"
        )
        found = page(cast.root, "namespace-picker", at="/routes/", q="we")

        link = f'href="/routes/?namespace={cast.web.id}"'
        assert link not in top
        assert f"/namespaces/picker/{cast.engineering.id}?at=%2Froutes%2F" in top
        assert link in below.content.decode()
        assert link in found.content.decode()

    def test_gives_no_link_to_what_leads_there_only(self, cast: Cast) -> None:
        answer = page(cast.mia, "namespace-picker", at="/")

        assert str(cast.engineering.id) not in answer.content.decode()


class TestDetail:
    def test_hides_what_may_not_be_seen(self, cast: Cast) -> None:
        hidden = page(cast.mia, "namespace-detail", cast.finance.id)
        missing = page(cast.mia, "namespace-detail", uuid4())

        assert hidden.status_code == missing.status_code == 404

    def test_tells_children_and_actions(self, cast: Cast) -> None:
        answer = page(cast.ada, "namespace-detail", cast.engineering.id)

        assert [node.name for node, _ in answer.context["children"]] == ["Web"]
        assert [item["label"] for item in answer.context["menu"]] == [
            "Audit log",
            "Move",
            "Delete",
        ]

    def test_offers_a_viewer_nothing_to_change(self, cast: Cast) -> None:
        html = page(cast.ben, "namespace-detail", cast.web.id).content.decode()

        for deed in ("edit", "move", "delete", "inherit"):
            assert f"/{cast.web.id}/{deed}" not in html


class TestCreate:
    def test_starts_where_one_came_from(self, cast: Cast) -> None:
        answer = page(cast.mia, "namespace-create", parent=str(cast.web.id))

        assert answer.context["form"]["parent"].value() == str(cast.web.id)
        assert 'value="Global/Engineering/Web"' in answer.content.decode()

    def test_creates(self, cast: Cast) -> None:
        answer = post(
            cast.mia,
            "namespace-create",
            parent=cast.web.id,
            name="Shop",
            description="",
        )

        made = Namespace.objects.get(name="Shop")
        assert answer["Location"] == f"/namespaces/{made.id}/"

    def test_says_next_to_the_field_what_is_wrong(self, cast: Cast) -> None:
        answer = post(
            cast.root, "namespace-create", parent=cast.engineering.id, name="web"
        )

        assert answer.status_code == 409
        assert answer.context["form"].errors["name"] == ["this name is taken here"]

    def test_refuses_a_place_where_one_may_not(self, cast: Cast) -> None:
        answer = post(cast.mia, "namespace-create", parent=cast.finance.id, name="X")

        assert answer.status_code == 422
        assert "parent" in answer.context["form"].errors

    def test_is_not_for_viewers(self, cast: Cast) -> None:
        assert page(cast.ben, "namespace-create").status_code == 403


class TestEdit:
    def test_saves(self, cast: Cast) -> None:
        post(
            cast.ada,
            "namespace-edit",
            cast.web.id,
            name="Site",
            description="x",
            version=1,
        )

        cast.web.refresh_from_db()
        assert (cast.web.name, cast.web.description) == ("Site", "x")

    def test_tells_the_second_of_two_that_they_were_late(self, cast: Cast) -> None:
        form = {"name": "Site", "description": "", "version": 1}
        post(cast.ada, "namespace-edit", cast.web.id, **form)

        answer = post(cast.mia, "namespace-edit", cast.web.id, **form | {"name": "Y"})

        assert answer.status_code == 412
        assert "somebody else saved this first" in answer.content.decode()

    def test_keeps_the_name_of_the_root(self, cast: Cast) -> None:
        post(
            cast.root,
            "namespace-edit",
            cast.everything.id,
            name="X",
            description="all",
            version=1,
        )

        cast.everything.refresh_from_db()
        assert cast.everything.name == "Global"
        assert cast.everything.description == "all"

    def test_switches_inheriting_off_and_on(self, cast: Cast) -> None:
        post(cast.mia, "namespace-inherit", cast.web.id, inherits="off", version="1")
        cast.web.refresh_from_db()
        assert not cast.web.inherits_policies

        post(cast.mia, "namespace-inherit", cast.web.id, inherits="on", version="2")
        cast.web.refresh_from_db()
        assert cast.web.inherits_policies

    @pytest.mark.parametrize("version", ["", "7", "x"])
    def test_switches_nothing_blindly(self, cast: Cast, version: str) -> None:
        answer = post(
            cast.mia, "namespace-inherit", cast.web.id, inherits="off", version=version
        )

        assert answer.status_code == 412


class TestRoles:
    def test_tells_where_each_comes_from(self, cast: Cast) -> None:
        answer = page(cast.ada, "namespace-roles", cast.web.id)

        held = [(str(one.subject), one.is_direct) for one in answer.context["roles"]]
        assert held == [("web", True), ("Mia", True), ("Ada", False)]
        assert "Roles granted further up count here too" in answer.content.decode()

    def test_keeps_roles_above_from_those_below(self, cast: Cast) -> None:
        answer = page(cast.mia, "namespace-roles", cast.web.id)

        held = [str(one.subject) for one in answer.context["roles"]]
        assert held == ["web", "Mia"]
        # A random token could hold the bare name.
        assert ">Ada<" not in answer.content.decode()

    def test_offers_nobody_to_change_their_own(self, cast: Cast) -> None:
        html = page(cast.ada, "namespace-roles", cast.engineering.id).content.decode()
        own = RoleBinding.objects.get(user=cast.ada).pk

        assert f"/roles/{own}/edit" not in html

    def test_finds_people_and_groups_to_choose_from(self, cast: Cast) -> None:
        answer = page(cast.ada, "role-grant", cast.web.id, who="web")

        assert [one.key for one in answer.context["found"]] == [
            f"group:{cast.web_group.id}"
        ]

    def test_grants_until_the_end_of_a_day(self, cast: Cast) -> None:
        post(
            cast.ada,
            "role-grant",
            cast.web.id,
            subject=f"user:{cast.cyd.id}",
            role="viewer",
            ends_on="2999-12-31",
            reason="cover",
        )

        binding = RoleBinding.objects.get(user=cast.cyd)
        assert binding.expires_at == datetime(3000, 1, 1, tzinfo=UTC)
        edited = page(cast.ada, "role-change", cast.web.id, binding.pk)
        assert 'value="2999-12-31"' in edited.content.decode()

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            ({"subject": ""}, "subject"),
            ({"subject": "user:x"}, "subject"),
            ({"role": "owner"}, "role"),
            ({"ends_on": "2020-01-01"}, None),
        ],
    )
    def test_says_what_is_wrong(
        self, cast: Cast, form: dict[str, str], field: str | None
    ) -> None:
        given = {"subject": f"user:{cast.cyd.id}", "role": "viewer"}

        answer = post(cast.ada, "role-grant", cast.web.id, **given | form)

        assert answer.status_code in {400, 422}
        assert (field or "__all__") in answer.context["form"].errors

    def test_changes_and_takes_away(self, cast: Cast) -> None:
        binding = RoleBinding.objects.get(user=cast.mia)

        post(
            cast.ada, "role-change", cast.web.id, binding.pk, role="admin", version="1"
        )
        binding.refresh_from_db()
        assert binding.permission.codename == "admin"

        post(cast.ada, "role-revoke", cast.web.id, binding.pk, version="2")
        assert not RoleBinding.objects.filter(user=cast.mia).exists()

    def test_takes_no_role_away_through_another_namespace(self, cast: Cast) -> None:
        binding = RoleBinding.objects.get(user=cast.mia)

        answer = post(
            cast.root, "role-revoke", cast.finance.id, binding.pk, version="1"
        )

        assert answer.status_code == 404

    def test_keeps_the_last_admin(self, cast: Cast) -> None:
        binding = RoleBinding.objects.get(user=cast.root)
        services.grant_role(
            namespace_id=cast.everything.id,
            role="admin",
            user_id=cast.ada.id,
            expires_at=datetime(2999, 1, 1, tzinfo=UTC),
            actor=system("test"),
            now=NOW,
        )

        answer = post(
            cast.ada, "role-revoke", cast.everything.id, binding.pk, version="1"
        )

        assert answer.status_code == 409
        assert "must keep at least one active admin" in answer.content.decode()

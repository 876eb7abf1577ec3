"""Pages that move and delete namespaces: what they tell first, and what they do."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from console.core.actor import system
from namespaces import services
from namespaces.models import Namespace, RoleBinding
from tests.factories import NOW, grant, make_namespace, make_route
from tests.namespaces.test_pages import client_of, page, post
from tests.people import Cast


class TestMove:
    def test_tells_first_what_comes_and_goes(self, cast: Cast) -> None:
        answer = page(
            cast.root, "namespace-move", cast.web.id, under=str(cast.finance.id)
        )

        text = answer.content.decode()
        assert "1</strong> role no longer counts" in text
        assert "Ada" in text
        assert "Admin → no role" in text

    def test_shows_anew_what_changed_since(self, cast: Cast) -> None:
        url = reverse("namespaces:namespace-move", args=[cast.web.id])
        client = client_of(cast.root)
        seen = client.get(url, {"under": str(cast.finance.id)}).context["preview"].seen
        grant("viewer", cast.finance, user=cast.cyd)

        form = {"under": str(cast.finance.id), "version": "1", "seen": seen}
        answer = client.post(url, form)

        assert answer.status_code == 409
        assert "Something changed meanwhile" in answer.content.decode()
        assert "Cyd" in answer.content.decode()
        cast.web.refresh_from_db()
        assert cast.web.parent_id == cast.engineering.id

    def test_takes_a_path_from_browsers_without_scripts(self, cast: Cast) -> None:
        form = {"under": "", "under-was": "", "under-text": " global/Finance "}
        answer = page(cast.root, "namespace-move", cast.web.id, **form)

        assert "To Global/Finance" in answer.content.decode()

    def test_moves(self, cast: Cast) -> None:
        post(cast.root, "namespace-move", cast.web.id, under=cast.finance.id, version=1)

        cast.web.refresh_from_db()
        assert cast.web.parent_id == cast.finance.id

    def test_offers_no_place_within_itself(self, cast: Cast) -> None:
        client = client_of(cast.root)
        form = page(cast.root, "namespace-move", cast.engineering.id).context["form"]

        offered = client.get(form.fields["under"].options_url).json()

        assert [one["name"] for one in offered["options"]] == ["Global", "Finance"]
        within = page(
            cast.root, "namespace-move", cast.engineering.id, under=str(cast.web.id)
        )
        assert "There is no such namespace" in within.content.decode()

    @pytest.mark.parametrize("under", ["x", str(uuid4())])
    def test_is_not_fooled_by_an_address(self, cast: Cast, under: str) -> None:
        answer = page(cast.root, "namespace-move", cast.web.id, under=under)

        assert answer.status_code in {200, 400}
        assert not (answer.context or {}).get("preview")

    def test_is_not_for_managers(self, cast: Cast) -> None:
        assert page(cast.mia, "namespace-move", cast.web.id).status_code == 403


class TestDelete:
    def test_lists_what_goes(self, cast: Cast) -> None:
        answer = page(cast.root, "namespace-delete", cast.engineering.id)

        assert "1</strong> namespace in it goes" in answer.content.decode()

    def test_lists_what_stands_in_the_way(self, cast: Cast) -> None:
        make_route("wiki", namespace=cast.web)
        make_route("portal", namespace=cast.finance, depends_on=["wiki.example.com"])

        text = page(cast.root, "namespace-delete", cast.web.id).content.decode()

        assert "`portal`" in text
        assert "Delete namespace" not in text

    def test_is_in_the_list_of_deleted_ones(self, cast: Cast) -> None:
        post(cast.ada, "namespace-delete", cast.web.id, version="1")

        listed = page(cast.ada, "namespace-deleted").content.decode()

        assert "Web" in listed
        undo = reverse("namespaces:namespace-restore", args=[cast.web.id])
        assert undo in listed
        # Not by its name: three letters also turn up in random tokens.
        assert undo not in page(cast.cyd, "namespace-deleted").content.decode()

    def test_lists_whose_roles_go_and_can_be_undone(self, cast: Cast) -> None:
        asked = page(cast.ada, "namespace-delete", cast.web.id).content.decode()
        client = client_of(cast.ada)
        url = reverse("namespaces:namespace-delete", args=[cast.web.id])
        answer = client.post(url, {"version": "1"}, follow=True)

        assert "Mia" in asked
        assert "manager of Web" in asked
        undo = reverse("namespaces:namespace-restore", args=[cast.web.id])
        assert f'action="{undo}"' in answer.content.decode()
        client.post(undo)
        assert Namespace.objects.get(pk=cast.web.id).name == "Web"
        assert RoleBinding.objects.filter(user=cast.mia).count() == 1

    def test_brings_roles_back_only_for_who_may_grant_them(self, cast: Cast) -> None:
        inner = make_namespace("Inner", parent=cast.web)
        services.grant_role(
            namespace_id=inner.id,
            role="admin",
            user_id=cast.cyd.id,
            actor=system("test"),
            now=NOW,
        )
        post(cast.mia, "namespace-delete", inner.id, version="1")

        post(cast.mia, "namespace-restore", inner.id)

        assert Namespace.objects.filter(pk=inner.id).exists()
        assert not RoleBinding.objects.filter(user=cast.cyd).exists()

    def test_notices_a_change_since_it_asked(self, cast: Cast) -> None:
        answer = post(cast.ada, "namespace-delete", cast.web.id, version="7")

        assert answer.status_code == 412
        assert Namespace.objects.filter(pk=cast.web.id).exists()


class TestChoosingAPlace:
    def options(self, user: Any, **query: str) -> list[str]:
        answer = client_of(user).get(reverse("namespaces:namespace-options"), query)
        return [f"{one['note']}/{one['name']}" for one in answer.json()["options"]]

    def test_offers_what_one_sees_and_may(self, cast: Cast) -> None:
        assert self.options(cast.mia, permission="route:create") == [
            "Global/Engineering/Web"
        ]
        assert self.options(cast.ben, permission="route:create") == []
        assert self.options(cast.ben) == ["Global/Engineering/Web"]

    def test_finds_by_a_part_of_the_name_or_the_end_of_a_path(self, cast: Cast) -> None:
        other = make_namespace("Web", parent=cast.finance)

        assert len(self.options(cast.root, q="wE")) == 2
        assert self.options(cast.root, q="finance/we") == ["Global/Finance/Web"]
        assert self.options(cast.root, below=other.path) == ["Global/Finance/Web"]

    def test_says_when_there_are_more(self, cast: Cast) -> None:
        for number in range(20):
            make_namespace(f"team {number}", parent=cast.finance)

        answer = client_of(cast.root).get(
            reverse("namespaces:namespace-options"), {"q": "team"}
        )
        more = client_of(cast.root).get(reverse("namespaces:namespace-options"))

        assert (len(answer.json()["options"]), answer.json()["more"]) == (20, False)
        assert (len(more.json()["options"]), more.json()["more"]) == (20, True)

    def test_refuses_an_unknown_permission(self, cast: Cast) -> None:
        answer = client_of(cast.root).get(
            reverse("namespaces:namespace-options"), {"permission": "all"}
        )

        assert answer.status_code == 400


class TestPeopleBehindRoles:
    def test_are_told_with_every_way(self, cast: Cast) -> None:
        grant("manager", cast.engineering, user=cast.ben)

        people = page(cast.root, "namespace-roles", cast.web.id).context["people"]

        told = {str(one["who"].person): one["who"].ways for one in people}
        assert told["Ben"] == ("Manager of Engineering", "Viewer of Web, by web")
        assert told["Ada"] == ("Admin of Engineering",)

    def test_are_not_told_of_places_that_one_does_not_see(self, cast: Cast) -> None:
        people = page(cast.mia, "namespace-roles", cast.web.id).context["people"]

        assert {str(one["who"].person) for one in people} == {"Ben", "Mia"}

    def test_are_not_read_when_they_are_too_many(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.ui.namespaces.roles.MOST_PEOPLE", 0)

        answer = page(cast.root, "namespace-roles", cast.web.id)

        assert "Too many people" in answer.content.decode()


class TestWhatSomebodyCanDo:
    def test_is_told_by_namespace_with_where_it_comes_from(self, cast: Cast) -> None:
        answer = client_of(cast.root).get("/access/", {"person": str(cast.ben.pk)})

        ((row, url),) = answer.context["places"]
        assert (row["names"][-1], row["group"]) == ("Web", "web")
        assert str(cast.web.pk) in url

    def test_is_told_exactly_for_a_place(self, cast: Cast) -> None:
        answer = client_of(cast.root).get(
            "/access/",
            {
                "person": str(cast.ben.pk),
                "namespace": "",
                "namespace-was": "",
                "namespace-text": "Global/Engineering/Web",
            },
        )

        assert "Ben is Viewer in Web" in answer.content.decode()

    def test_leaves_out_places_that_the_reader_does_not_see(self, cast: Cast) -> None:
        answer = client_of(cast.mia).get("/access/", {"person": str(cast.ada.pk)})

        assert answer.context["places"] == []

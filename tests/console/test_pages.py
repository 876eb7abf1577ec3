"""The console's own pages: overview, audit log, search, who may, account, errors."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from console.core.actor import system
from console.core.models import AuditEvent
from console.ui.explain import WORDS
from directory import services as directory_services
from directory.models import User
from namespaces import services as namespace_services
from namespaces.permissions import Permission
from tests.factories import NOW, make_policy
from tests.people import Cast


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def get(user: User, path: str, **query: str) -> Any:
    return client_of(user).get(path, query)


class TestOverview:
    def test_helps_those_who_hold_no_role(self, cast: Cast) -> None:
        html = get(cast.cyd, "/").content.decode()

        assert "You hold no role yet" in html
        assert "root@example.com" in html

    def test_counts_what_one_sees(self, cast: Cast) -> None:
        make_policy("Hidden", namespace=cast.finance)
        make_policy("Seen", namespace=cast.web)

        tiles = get(cast.ada, "/").context["tiles"]

        assert [(tile["label"], tile["value"]) for tile in tiles] == [
            ("Routes", 0),
            ("Policies", 1),
            ("Namespaces", 2),
            ("People", 5),
        ]

    def test_points_at_what_does_nothing(self, cast: Cast) -> None:
        make_policy("Above", namespace=cast.everything)
        make_policy("Idle", namespace=cast.web)

        (group,) = get(cast.ada, "/").context["attention"]

        assert group.label == "policy attached nowhere"
        assert [item["name"] for item in group.entries] == ["Idle"]

    def test_points_at_roles_that_end_soon(self, cast: Cast) -> None:
        namespace_services.grant_role(
            namespace_id=cast.web.id,
            role="viewer",
            user_id=cast.cyd.id,
            actor=system("test"),
            now=NOW,
            expires_at=timezone.now() + timedelta(days=3),
        )

        (group,) = get(cast.ada, "/").context["attention"]

        assert (group.count, group.label) == ("1", "role ends soon")

    def test_shouts_about_the_emergency_entrance_to_admins_of_the_root(
        self, cast: Cast
    ) -> None:
        directory_services.mint_recovery_token(
            cast.root.id,
            lifetime=timedelta(minutes=5),
            actor=system("command recoverytoken"),
            now=timezone.now(),
        )

        text = get(cast.root, "/").content.decode()
        assert "Somebody made a token for the emergency entrance" in text
        assert "Somebody used the emergency entrance" not in text
        assert "emergency entrance" not in get(cast.ada, "/").content.decode()

    def test_offers_pages_that_one_has_a_use_for(self, cast: Cast) -> None:
        def rail(user: User) -> set[str]:
            groups = get(user, "/").context["navigation"]
            return {item["label"] for group in groups for item in group["items"]}

        assert rail(cast.cyd) == {"Overview", "Sessions", "Your page"}
        assert rail(cast.ben) >= {"Namespaces", "People", "Audit log", "Who may?"}


class TestAuditLog:
    def test_shows_ones_own_places_only(self, cast: Cast) -> None:
        rows = get(cast.ada, "/audit/").context["rows"]

        assert {event.namespace_id for event, _ in rows} == {
            cast.engineering.id,
            cast.web.id,
        }
        assert get(cast.cyd, "/audit/").status_code == 403

    def test_links_to_what_is_still_there(self, cast: Cast) -> None:
        namespace_services.delete_namespace(
            cast.finance.id, actor=system("test"), now=NOW
        )
        rows = get(cast.root, "/audit/", kind="namespace").context["rows"]

        links = {event.action: url for event, url in rows}
        assert links["namespace.deleted"] == ""
        assert links["namespace.created"].startswith("/namespaces/")

    def test_shows_the_difference(self, cast: Cast) -> None:
        namespace_services.update_namespace(
            cast.web.id, version=1, name="Site", actor=system("test"), now=NOW
        )
        event = AuditEvent.objects.get(action="namespace.updated")

        context = get(cast.ada, f"/audit/{event.sequence}/").context

        changed = [
            line.text.strip() for line in context["lines"] if line.kind != "same"
        ]
        assert changed == ['"name": "Web",', '"name": "Site",']
        assert context["place"] == "Global / Engineering / Site"

    def test_hides_an_event_of_elsewhere(self, cast: Cast) -> None:
        event = AuditEvent.objects.filter(namespace_id=cast.finance.id)[0]

        assert get(cast.ada, f"/audit/{event.sequence}/").status_code == 404

    def test_exports_what_the_list_shows(self, cast: Cast) -> None:
        shown = get(cast.ada, "/audit/", kind="role").context["rows"]
        answer = get(cast.ada, "/audit/export.jsonl", kind="role")
        table = get(cast.ada, "/audit/export.csv", kind="role")

        lines = b"".join(answer.streaming_content).decode().splitlines()
        cells = b"".join(table.streaming_content).decode().splitlines()
        events = [json.loads(line) for line in lines]
        assert [one["sequence"] for one in events] == [one.sequence for one, _ in shown]
        assert events[0]["after"]["role"] == "manager"
        assert len(cells) == len(shown) + 1


class TestWhoMay:
    def test_asks_and_answers(self, cast: Cast) -> None:
        answer = get(
            cast.ada,
            "/access/",
            person=str(cast.ben.id),
            namespace=str(cast.web.id),
            permission="route:edit",
        )

        assert answer.context["sentence"] == "Ben cannot edit routes in Web"
        html = answer.content.decode()
        assert "by the group web" in html
        assert "It takes" in html

    def test_says_what_somebody_holds_when_nothing_in_particular_is_asked(
        self, cast: Cast
    ) -> None:
        query = {"namespace": str(cast.web.id)}

        mia = get(cast.ada, "/access/", person=f"user:{cast.mia.id}", **query)
        cyd = get(cast.ada, "/access/", person=str(cast.cyd.id), **query)

        assert mia.context["sentence"] == "Mia is Manager in Web"
        assert cyd.context["sentence"] == "Cyd holds no role in Web"

    def test_does_not_tell_where_roles_out_of_sight_are_held(self, cast: Cast) -> None:
        html = get(
            cast.mia,
            "/access/",
            person=str(cast.ada.id),
            namespace=str(cast.web.id),
            permission="route:edit",
        ).content.decode()

        assert "held further up" in html
        assert str(cast.engineering.id) not in html

    @pytest.mark.parametrize(
        ("query", "status"),
        [({"person": "x"}, 400), ({"namespace": "x"}, 400), ({"permission": "x"}, 200)],
    )
    def test_understands_bad_input(
        self, cast: Cast, query: dict[str, str], status: int
    ) -> None:
        given = {"person": str(cast.ben.id), "namespace": str(cast.web.id)}

        assert get(cast.ada, "/access/", **given | query).status_code == status

    def test_has_words_for_every_permission(self) -> None:
        assert set(WORDS) == set(Permission)


class TestSearch:
    def test_finds_of_each_kind_what_one_sees(self, cast: Cast) -> None:
        make_policy("Web people", namespace=cast.web)
        make_policy("Web money", namespace=cast.finance)

        hits = get(cast.ada, "/search", q="web").context["hits"]

        found = {group.kind.label: [hit.name for hit in group.hits] for group in hits}
        assert found == {
            "Policies": ["Web people"],
            "Namespaces": ["Web"],
            "Groups": ["web"],
        }

    def test_answers_a_fragment_with_the_hits_alone(self, cast: Cast) -> None:
        answer = client_of(cast.ada).get(
            "/search", {"q": "web"}, headers={"HX-Request": "true"}
        )

        assert "<html" not in answer.content.decode()

    def test_waits_for_two_letters(self, cast: Cast) -> None:
        assert get(cast.ada, "/search", q="w").context["hits"] == []

    def test_finds_nothing_for_guests(self, cast: Cast) -> None:
        assert get(cast.cyd, "/search", q="web").context["hits"] == []


class TestErrors:
    def test_say_what_is_wrong_with_an_address(self, cast: Cast) -> None:
        answer = get(cast.ada, "/people/", sort="shoe")

        assert answer.status_code == 400
        assert "Can&#x27;t sort by `shoe`" in answer.content.decode()

    def test_answer_programs_in_their_own_language(self, cast: Cast) -> None:
        answer = client_of(cast.ada).get(
            f"/namespaces/{cast.finance.id}/", headers={"Accept": "application/json"}
        )

        assert answer.status_code == 404
        assert answer.json()["code"] == "namespace_not_found"

    def test_are_the_same_for_hidden_and_missing_pages(self, cast: Cast) -> None:
        client = client_of(cast.ada)
        urls = (
            f"/namespaces/{cast.finance.id}/",
            "/namespaces/00000000-0000-4000-8000-000000000000/",
        )

        hidden, missing = (client.get(url).content.decode() for url in urls)

        for text in ("csrf-token", "nonce="):
            assert text in hidden
        assert len(hidden) == len(missing)

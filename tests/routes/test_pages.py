"""Pages of routes: what they show, to whom, and what they do."""

from typing import Any

import pytest
from django.contrib.messages import get_messages

from policies import services as policy_services
from routes import services
from routes.models import HostClaim, Route
from tests.factories import NOW, grant, make_policy, make_route, make_user
from tests.people import Cast, actor_of
from tests.policies.texts import OPEN
from tests.routes.api import client_of
from tests.routes.pages import get, make_wiki, page, post, url

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def wiki(cast: Cast) -> Route:
    return make_wiki(cast)


class TestList:
    def test_shows_routes_with_what_decides(self, cast: Cast, wiki: Route) -> None:
        make_route("Closed one", namespace=cast.web)
        make_route("Elsewhere", namespace=cast.finance)

        text = page(cast.ben, url("route-list"))

        assert "https://wiki.example.com" in text
        assert "1 policy" in text
        assert "Closed" in text
        assert "Elsewhere" not in text
        assert "New route" not in text
        assert "New route" in page(cast.mia, url("route-list"))

    def test_says_what_to_do_when_there_is_nothing(self, cast: Cast) -> None:
        assert "No routes yet" in page(cast.mia, url("route-list"))
        assert "No routes here" in page(cast.ben, url("route-list"))
        assert "No route matches" in page(cast.mia, url("route-list") + "?q=zzz")

    def test_htmx_gets_the_list_alone(self, cast: Cast, wiki: Route) -> None:
        answer = client_of(cast.ben).get(
            url("route-list"), headers={"HX-Request": "true"}
        )

        assert answer.content.decode().lstrip().startswith("<section")

    def test_takes_few_queries_for_many_routes(
        self, cast: Cast, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(30):
            make_route(
                f"R{number}", make_policy(namespace=cast.web), namespace=cast.web
            )
        client = client_of(cast.mia)
        client.get(url("route-list"))

        with django_assert_max_num_queries(8):
            answer = client.get(url("route-list"))

        assert answer.content.decode().count("list__check") == 31

    def test_is_there_as_a_file_without_formulas(self, cast: Cast) -> None:
        make_route("=cmd|x", make_policy("One", namespace=cast.web), namespace=cast.web)

        answer = get(cast.ben, url("route-export"))

        text = b"".join(answer.streaming_content).decode()
        assert "'=cmd|x" in text
        assert "One" in text


class TestDetail:
    def test_shows_settings_by_section_and_policies_by_source(
        self, cast: Cast, wiki: Route
    ) -> None:
        ceiling = make_policy("Ceiling", namespace=cast.engineering)
        policy_services.attach_to_namespace(
            ceiling.pk,
            namespace_id=cast.engineering.pk,
            mode="enforced",
            actor=actor_of(cast.ada),
            now=NOW,
        )

        text = page(cast.ben, url("route-detail", wiki))

        for shown in ("Employees", "Ceiling", "Engineering", "Request timeout", "5s"):
            assert shown in text
        assert "hunter2" not in text
        assert "set, fingerprint" in text
        assert "Try it" not in text
        assert "Try it" in page(cast.mia, url("route-detail", wiki))

    def test_warns_of_what_is_closed_open_or_never_asked(self, cast: Cast) -> None:
        hidden = make_route("Hidden", namespace=cast.web, prefix="/a")
        make_route("Greedy", namespace=cast.web, from_=hidden.from_url, regex="/.*")
        public = make_route(
            "Public", make_policy(namespace=cast.web, source=OPEN), namespace=cast.web
        )

        text = page(cast.ben, url("route-detail", hidden))
        assert "Closed" in text
        assert "Never asked" in text
        assert "Open to anyone" in page(cast.ben, url("route-detail", public))

    def test_is_404_for_those_who_may_not_see_it(self, cast: Cast, wiki: Route) -> None:
        for name in (
            "route-detail",
            "route-edit",
            "route-history",
            "route-try",
            "route-move",
            "route-delete",
        ):
            assert get(cast.cyd, url(name, wiki)).status_code == 404

    def test_pages_that_change_are_403_for_viewers(
        self, cast: Cast, wiki: Route
    ) -> None:
        for name in ("route-edit", "route-move", "route-delete", "route-try"):
            assert get(cast.ben, url(name, wiki)).status_code == 403

    def test_history_tells_each_change(self, cast: Cast, wiki: Route) -> None:
        extra = make_policy("Second", namespace=cast.web)
        services.update_route(
            wiki.pk,
            version=1,
            changes={"timeout": "9s", "idp_client_secret": "other"},
            policy_ids=[extra.pk],
            reason="ticket 7",
            actor=actor_of(cast.mia),
            now=NOW,
        )

        text = page(cast.ben, url("route-history", wiki))

        for shown in ("5s", "9s", "ticket 7", "mia@example.com", "Employees", "Second"):
            assert shown in text
        assert "hunter2" not in text

    def test_history_begins_where_the_reader_begins_to_see(
        self, cast: Cast, wiki: Route
    ) -> None:
        """Fay sees Finance only; the route was in Web when its secret plan was told."""
        fay = make_user("fay")
        grant("viewer", cast.finance, user=fay)
        told: dict[str, Any] = {"actor": actor_of(cast.root), "now": NOW}
        services.update_route(
            wiki.pk,
            version=1,
            changes={"timeout": "8s"},
            policy_ids=[],
            reason="the plan of Web",
            **told,
        )
        services.move_route(
            wiki.pk,
            namespace_id=cast.finance.pk,
            version=2,
            reason="handed over",
            **told,
        )

        text = page(fay, url("route-history", wiki))

        assert "handed over" in text
        assert "the plan of Web" not in text
        assert str(cast.web.pk) not in text
        assert "A namespace that you don't see" in text.replace("&#x27;", "'")
        assert "the plan of Web" in page(cast.root, url("route-history", wiki))


class TestMoveDeleteRestore:
    def test_moves(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)
        assert "Engineering" in page(cast.ada, url("route-move", route))

        answer = post(
            cast.ada,
            url("route-move", route),
            namespace=str(cast.engineering.pk),
            version="1",
        )

        route.refresh_from_db()
        assert answer.status_code == 302
        assert route.namespace == cast.engineering

    def test_lists_what_goes_then_deletes_and_offers_to_undo(
        self, cast: Cast, wiki: Route
    ) -> None:
        text = page(cast.mia, url("route-delete", wiki))
        assert "Employees" in text
        assert "wiki.example.com" in text

        client = client_of(cast.mia)
        answer = client.post(url("route-delete", wiki), {"version": "1"}, follow=True)

        assert not Route.objects.exists()
        assert url("route-restore", wiki) in answer.content.decode()
        assert "Wiki" in page(cast.mia, url("route-deleted"))
        assert "Wiki" not in page(cast.ben, url("route-deleted"))
        client.post(url("route-restore", wiki))
        assert Route.objects.get().name == "Wiki"
        assert HostClaim.objects.get().released_at is None

    def test_a_version_that_was_not_seen_is_not_deleted(
        self, cast: Cast, wiki: Route
    ) -> None:
        assert post(cast.mia, url("route-delete", wiki)).status_code == 412
        assert Route.objects.exists()


class TestBulk:
    def chosen(self, routes: list[Route]) -> dict[str, Any]:
        return {"ids": [str(route.pk) for route in routes]}

    def confirmed(self, routes: list[Route], **more: Any) -> dict[str, Any]:
        seen = [f"{route.pk}:{route.version}" for route in routes]
        return self.chosen(routes) | {"confirmed": "yes", "seen": seen} | more

    @pytest.fixture
    def routes(self, cast: Cast) -> list[Route]:
        return [make_route(f"R{n}", namespace=cast.web) for n in range(3)]

    def test_asks_before_it_deletes(self, cast: Cast, routes: list[Route]) -> None:
        address = url("route-bulk-delete")
        answer = post(cast.mia, address, **self.chosen(routes[:2]))
        assert "r0.example.com" in answer.content.decode()
        assert Route.objects.count() == 3

        post(cast.mia, address, **self.confirmed(routes[:2]))
        assert [route.name for route in Route.objects.all()] == ["R2"]

    def test_moves_all_or_none(self, cast: Cast, routes: list[Route]) -> None:
        grant("manager", cast.engineering, user=cast.mia)
        address = url("route-bulk-move")
        stale = self.confirmed(routes, to=str(cast.engineering.pk))
        stale["seen"][0] = f"{routes[0].pk}:9"

        assert post(cast.mia, address, **stale).status_code == 412
        assert not Route.objects.filter(namespace=cast.engineering).exists()
        fresh = self.confirmed(routes, to=str(cast.engineering.pk))
        assert post(cast.mia, address, **fresh).status_code == 302
        assert Route.objects.filter(namespace=cast.engineering).count() == 3

    def test_attaches_a_policy_that_all_may_have(
        self, cast: Cast, routes: list[Route]
    ) -> None:
        policy = make_policy("For all", namespace=cast.web)
        make_policy("Not here", namespace=cast.finance)
        address = url("route-bulk-attach")

        text = post(cast.mia, address, **self.chosen(routes)).content.decode()
        assert "For all" in text
        assert "Not here" not in text

        post(cast.mia, address, **self.confirmed(routes, policy=str(policy.pk)))
        assert policy.route_attachments.count() == 3

    def test_detaches_a_policy_and_takes_that_back(
        self, cast: Cast, routes: list[Route]
    ) -> None:
        policy = make_policy("Off", namespace=cast.web)
        for route in routes[:2]:
            services.set_route_policies(
                route.pk,
                policy_ids=[policy.pk],
                version=1,
                actor=actor_of(cast.mia),
                now=NOW,
            )
        fresh = list(Route.objects.order_by("name"))
        client = client_of(cast.mia)
        address = url("route-bulk-detach")
        assert "Off" in post(cast.mia, address, **self.chosen(fresh)).content.decode()

        body = self.confirmed(fresh, policy=str(policy.pk))
        [told] = get_messages(client.post(address, body).wsgi_request)
        assert "detached from 2 routes" in str(told)
        assert not policy.route_attachments.exists()
        client.post(str(told.extra_tags).removeprefix("undo:"))

        assert policy.route_attachments.count() == 2

    def test_a_deletion_is_taken_back_from_the_message(
        self, cast: Cast, routes: list[Route]
    ) -> None:
        client = client_of(cast.mia)

        done = client.post(url("route-bulk-delete"), self.confirmed(routes))
        [told] = get_messages(done.wsgi_request)
        assert not Route.objects.exists()
        client.post(str(told.extra_tags).removeprefix("undo:"))

        assert Route.objects.count() == 3

    def test_says_of_each_row_what_stands_in_its_way(
        self, cast: Cast, routes: list[Route]
    ) -> None:
        grant("manager", cast.engineering, user=cast.mia)
        make_route("R1", namespace=cast.engineering, from_="https://r9.example.com")
        body = self.chosen(routes) | {"to": str(cast.engineering.pk)}

        text = post(cast.mia, url("route-bulk-move"), **body).content.decode()

        assert "Engineering already has a route `R1`" in text
        assert f"{routes[0].pk}:1" in text
        assert f"{routes[1].pk}:1" not in text

    def test_takes_all_that_the_list_shows_for_a_query(
        self, cast: Cast, routes: list[Route]
    ) -> None:
        answer = post(cast.mia, url("route-bulk-delete"), all="?q=r1")

        assert [one.name for one in answer.context["ready"]] == ["R1"]

    def test_leaves_out_what_the_role_does_not_allow(
        self, cast: Cast, routes: list[Route]
    ) -> None:
        above = make_route("Above", namespace=cast.engineering)
        grant("viewer", cast.engineering, user=cast.mia)

        answer = post(cast.mia, url("route-bulk-delete"), **self.chosen([above]))

        assert "There is nothing to do" in answer.content.decode()
        refused = post(cast.mia, url("route-bulk-delete"), **self.confirmed([above]))
        assert refused.status_code == 403

    def test_needs_something_chosen(self, cast: Cast) -> None:
        assert post(cast.mia, url("route-bulk-delete")).status_code == 400


class TestTrying:
    def test_answers_by_policy_and_says_which_route_is_asked(
        self, cast: Cast, wiki: Route
    ) -> None:
        make_route("Admin", namespace=cast.web, from_=wiki.from_url, prefix="/admin")
        client = client_of(cast.mia)

        answer = client.post(
            url("route-try", wiki),
            {"person": str(cast.ada.pk), "path": "/admin/x", "method": "GET"},
            headers={"HX-Request": "true"},
        )

        text = answer.content.decode()
        assert "Allowed" in text
        assert "Employees" in text
        assert "Admin</a> is asked, not this route" in text

    def test_says_what_can_not_be_tried(self, cast: Cast, wiki: Route) -> None:
        address = url("route-try", wiki)

        unknown = post(cast.mia, address, person=str(wiki.pk), path="/")
        wrong = post(cast.mia, address, path="no slash")

        for answer in (unknown, wrong):
            assert answer.status_code == 422
            assert "be tried" in answer.content.decode()

    def test_works_without_scripts(self, cast: Cast, wiki: Route) -> None:
        answer = post(cast.mia, url("route-try", wiki), path="/", method="GET")

        assert "Sign-in required" in answer.content.decode()
        assert "Employees" in answer.content.decode()


@pytest.mark.parametrize("name", ["route-list", "route-detail", "route-edit"])
def test_scripts_in_names_are_shown_as_text(cast: Cast, name: str) -> None:
    route = make_route(
        SCRIPT,
        make_policy(SCRIPT, namespace=cast.web),
        namespace=cast.web,
        from_="https://x.example.com",
        description=SCRIPT,
        set_request_headers={"X-A": SCRIPT},
        to=["http://x.internal"],
    )

    text = page(cast.mia, url(name, None if name == "route-list" else route))

    assert SCRIPT not in text
    assert "&lt;script&gt;alert(1)" in text

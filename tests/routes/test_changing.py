"""Changing routes: versions, secrets, policies."""

from typing import Any

import pytest

from console.core.exceptions import PermissionDeniedError, StaleVersionError
from console.core.models import AuditEvent
from policies import services as policy_services
from routes import selectors, services
from routes.exceptions import (
    RouteAddressTakenError,
    RouteNotFoundError,
    RouteOpenToAnyoneError,
    RouteSettingsError,
    UnknownPolicyError,
)
from routes.models import HostClaim, Route
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast, actor_of
from tests.policies.texts import OPEN
from tests.routes.events import newest_event


def update(route: Route, user: Any, **values: Any) -> Route:
    version = values.pop("version", route.version)
    return services.update_route(
        route.pk, version=version, actor=actor_of(user), now=NOW, **values
    )


class TestUpdateRoute:
    def test_replaces_settings_or_changes_single_ones(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web, timeout="5s", prefix="/a")

        route = update(route, cast.mia, changes={"timeout": None, "idle_timeout": "9s"})
        assert selectors.settings_of(route) == {
            "name": "Wiki",
            "from": "https://wiki.example.com",
            "to": ["http://wiki.internal:8080"],
            "prefix": "/a",
            "idle_timeout": "9s",
        }

        route = update(
            route,
            cast.mia,
            settings={"from": "https://wiki.example.com", "to": "http://new.internal"},
        )
        assert selectors.settings_of(route) == {
            "name": "Wiki",
            "from": "https://wiki.example.com",
            "to": ["http://new.internal"],
        }
        assert route.version == 3

    def test_records_before_and_after(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)

        update(route, cast.mia, changes={"timeout": "5s"}, reason="slow pages")

        event = newest_event()
        assert (event.action, event.reason) == ("route.updated", "slow pages")
        assert "timeout" not in event.before["settings"]
        assert event.after["settings"]["timeout"] == "5s"
        assert event.after["version"] == 2
        changes = selectors.changes_of(event)
        assert [(one.key, one.before, one.after) for one in changes] == [
            ("timeout", None, "5s")
        ]

    def test_a_save_that_changes_nothing_writes_nothing(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web, timeout="5s")
        count = AuditEvent.objects.count()

        same = update(route, cast.mia, settings=selectors.masked_settings(route))

        assert same.version == 1
        assert AuditEvent.objects.count() == count

    def test_refuses_who_saved_too_late_and_says_what_changed(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)
        update(route, cast.ada, changes={"timeout": "5s"})

        with pytest.raises(StaleVersionError) as caught:
            update(route, cast.mia, version=1, changes={"timeout": "6s"})

        details = caught.value.details
        assert details["current_version"] == 2
        assert details["saved_by"] == "ada@example.com"
        assert details["changed"] == ["timeout"]
        assert details["current"]["settings"]["timeout"] == "5s"

    def test_needs_a_manager_and_is_not_there_for_others(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)

        with pytest.raises(PermissionDeniedError):
            update(route, cast.ben, name="Mine")
        with pytest.raises(RouteNotFoundError):
            update(route, cast.cyd, name="Mine")
        assert update(route, cast.mia, name="Ours").name == "Ours"

    def test_a_new_host_is_claimed_and_the_old_one_let_go(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)

        update(route, cast.mia, changes={"from": "https://docs.example.com"})

        claims = {claim.host: claim for claim in HostClaim.objects.all()}
        assert claims["docs.example.com"].released_at is None
        assert claims["wiki.example.com"].released_at == NOW

    def test_refuses_the_address_of_another_route(self, cast: Cast) -> None:
        make_route("Wiki", namespace=cast.web)
        route = make_route("Docs", namespace=cast.web)

        with pytest.raises(RouteAddressTakenError):
            update(route, cast.mia, changes={"from": "https://wiki.example.com"})

    def test_a_refusal_leaves_everything_as_it_was(self, cast: Cast) -> None:
        route = make_route("Wiki", namespace=cast.web)

        with pytest.raises(UnknownPolicyError):
            update(
                route,
                cast.mia,
                changes={"from": "https://docs.example.com"},
                policy_ids=["nonsense"],
            )

        route.refresh_from_db()
        assert route.host == "wiki.example.com"
        assert not HostClaim.objects.filter(host="docs.example.com").exists()


class TestSecrets:
    HEADERS = {"X-Team": "web", "Authorization": "Basic c2VjcmV0", "X-Last": "z"}

    def make(self, cast: Cast) -> Route:
        return make_route(
            "Wiki",
            namespace=cast.web,
            idp_client_id="wiki",
            idp_client_secret="hunter2",
            set_request_headers=self.HEADERS,
            mcp={
                "server": {
                    "upstream_oauth2": {"client_id": "a", "client_secret": "hunter3"}
                }
            },
        )

    def test_are_sealed_in_the_database_and_masked_in_the_log(self, cast: Cast) -> None:
        route = self.make(cast)

        assert set(route.sealed) == {
            "idp_client_secret",
            "set_request_headers/Authorization",
            "mcp/server/upstream_oauth2/client_secret",
        }
        held = f"{route.settings} {route.sealed} {newest_event().after}"
        for secret in ("hunter2", "hunter3", "c2VjcmV0"):
            assert secret not in held
        assert (
            newest_event().after["settings"]["idp_client_secret"].startswith("sealed:")
        )

    def test_come_back_whole_for_export_in_their_places(self, cast: Cast) -> None:
        route = self.make(cast)

        whole = selectors.open_settings(route)

        assert whole["idp_client_secret"] == "hunter2"
        assert list(whole["set_request_headers"].items()) == list(self.HEADERS.items())
        assert whole["mcp"]["server"]["upstream_oauth2"]["client_secret"] == "hunter3"

    def test_a_mask_that_comes_back_keeps_the_secret(self, cast: Cast) -> None:
        route = self.make(cast)
        settings = selectors.masked_settings(route) | {"timeout": "5s"}

        route = update(route, cast.mia, settings=settings)

        assert selectors.open_settings(route)["idp_client_secret"] == "hunter2"

    def test_a_new_text_replaces_and_none_removes(self, cast: Cast) -> None:
        route = self.make(cast)

        route = update(
            route,
            cast.mia,
            changes={"idp_client_secret": "new", "set_request_headers": None},
        )

        assert selectors.open_settings(route)["idp_client_secret"] == "new"
        assert "set_request_headers/Authorization" not in route.sealed

    @pytest.mark.parametrize("mask", ["sealed:000000000000", "sealed:"])
    def test_a_mask_of_something_else_is_refused(self, cast: Cast, mask: str) -> None:
        route = self.make(cast)

        with pytest.raises(RouteSettingsError) as caught:
            update(route, cast.mia, changes={"idp_client_secret": mask})

        assert list(caught.value.fields) == ["idp_client_secret"]

    def test_a_mask_of_one_secret_does_not_open_another_place(self, cast: Cast) -> None:
        route = self.make(cast)
        mask = selectors.masked_settings(route)["idp_client_secret"]

        with pytest.raises(RouteSettingsError):
            update(route, cast.mia, changes={"set_request_headers": {"Cookie": mask}})

    def test_a_mask_is_not_sent_to_another_upstream(self, cast: Cast) -> None:
        route = self.make(cast)
        header = "set_request_headers.Authorization"

        for place in (["http://evil.example"], [*route.settings["to"], "http://evil"]):
            with pytest.raises(RouteSettingsError) as caught:
                update(route, cast.mia, changes={"to": place})
            assert list(caught.value.fields) == [header]
        route = update(route, cast.mia, changes={"to": [f"{route.settings['to'][0]}/"]})
        headers = {"Authorization": "Basic bmV3"}
        update(
            route,
            cast.mia,
            changes={"to": ["http://new.internal"], "set_request_headers": headers},
        )

    def test_a_mask_is_not_sent_to_another_token_address(self, cast: Cast) -> None:
        route = self.make(cast)
        mcp = selectors.masked_settings(route)["mcp"]
        mcp["server"]["upstream_oauth2"]["endpoint"] = {"token_url": "https://evil.io"}

        with pytest.raises(RouteSettingsError):
            update(route, cast.mia, changes={"mcp": mcp})

    def test_what_the_proxy_fills_in_is_no_secret(self, cast: Cast) -> None:
        route = make_route(
            namespace=cast.web,
            set_request_headers={"Authorization": "Bearer ${pomerium.jwt}"},
        )

        assert route.sealed == {}


class TestPolicies:
    def test_are_set_in_order(self, cast: Cast) -> None:
        first, second = (make_policy(namespace=cast.web) for _ in range(2))
        route = make_route("Wiki", first, namespace=cast.web)

        route = services.set_route_policies(
            route.pk,
            policy_ids=[second.pk, str(first.pk)],
            version=1,
            actor=actor_of(cast.mia),
            now=NOW,
        )

        assert selectors.policies_of(route).attached == (second, first)
        assert newest_event().after["policy_ids"] == [str(second.pk), str(first.pk)]

    def test_opening_a_route_takes_an_admin(self, cast: Cast) -> None:
        public = make_policy(namespace=cast.web, source=OPEN)
        route = make_route("Wiki", namespace=cast.web)

        with pytest.raises(RouteOpenToAnyoneError):
            update(route, cast.mia, policy_ids=[public.pk])
        route = update(route, cast.ada, policy_ids=[public.pk])

        route = update(route, cast.mia, changes={"description": "Open to all"})
        with pytest.raises(RouteOpenToAnyoneError):
            update(route, cast.mia, changes={"to": "http://database.internal"})
        with pytest.raises(RouteOpenToAnyoneError):
            update(route, cast.mia, changes={"prefix": "/everything"})
        update(route, cast.mia, policy_ids=[])

    def test_opening_an_open_route_further_takes_an_admin(self, cast: Cast) -> None:
        public = make_policy(namespace=cast.web, source=OPEN)
        wider = make_policy(namespace=cast.web, source=OPEN)
        people = make_policy(namespace=cast.web)
        route = make_route("Wiki", public, people, namespace=cast.web)

        with pytest.raises(RouteOpenToAnyoneError):
            update(route, cast.mia, policy_ids=[public.pk, people.pk, wider.pk])
        with pytest.raises(RouteOpenToAnyoneError):
            update(route, cast.mia, policy_ids=[public.pk])  # it might deny
        with pytest.raises(RouteOpenToAnyoneError):
            update(route, cast.mia, inherits_policies=False)
        update(route, cast.mia, policy_ids=[people.pk, public.pk])

    def test_inheriting_again_may_open_a_route(self, cast: Cast) -> None:
        public = make_policy(namespace=cast.engineering, source=OPEN)
        policy_services.attach_to_namespace(
            public.pk,
            namespace_id=cast.engineering.pk,
            mode="inherited",
            actor=actor_of(cast.ada),
            now=NOW,
        )
        route = make_route("Wiki", namespace=cast.web)
        route = update(route, cast.mia, inherits_policies=False)

        with pytest.raises(RouteOpenToAnyoneError):
            update(route, cast.mia, inherits_policies=True)

    def test_one_is_attached_to_many_routes_at_once(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.engineering)
        routes = [make_route(namespace=cast.web) for _ in range(3)]
        routes.append(make_route("Has it", policy, namespace=cast.web))

        changed = services.attach_policy(
            policy.pk,
            versions={route.pk: route.version for route in routes},
            actor=actor_of(cast.mia),
            now=NOW,
        )

        assert changed == 3
        assert policy.route_attachments.count() == 4

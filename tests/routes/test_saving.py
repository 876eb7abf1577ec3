"""Creating routes, one or thousands."""

from typing import Any
from uuid import uuid4

import pytest

from console.core import audit
from console.core.exceptions import PermissionDeniedError
from console.core.models import AuditEvent, OutboxEntry
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.models import Namespace
from policies import services as policy_services
from routes import selectors, services
from routes.exceptions import (
    RouteAddressTakenError,
    RouteNameTakenError,
    RouteOpenToAnyoneError,
    RouteSettingsError,
    UnknownPolicyError,
)
from routes.models import HostClaim, Route
from routes.services import RouteDraft
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast, actor_of
from tests.policies.texts import OPEN
from tests.routes.events import newest_event

SETTINGS = {"from": "https://wiki.example.com", "to": "http://wiki.internal"}


def create(user: Any, namespace: Namespace, **values: Any) -> Route:
    given = {"name": "Wiki", "settings": SETTINGS} | values
    return services.create_route(
        namespace_id=namespace.pk, actor=actor_of(user), now=NOW, **given
    )


class TestCreateRoute:
    def test_fills_columns_and_keeps_the_rest_by_key(self, cast: Cast) -> None:
        route = create(
            cast.mia,
            cast.web,
            name="  Team   wiki ",
            settings={
                "from": "HTTPS://Wiki.example.com.:443/",
                "to": ["http://Wiki.internal", "http://two.internal"],
                "prefix": "/docs",
                "description": "All that we know",
                "timeout": "10s",
            },
        )

        route.refresh_from_db()
        assert (route.name, route.from_url, route.host, route.match) == (
            "Team wiki",
            "https://wiki.example.com",
            "wiki.example.com",
            "prefix:/docs",
        )
        assert route.description == "All that we know"
        assert route.to_summary == "http://wiki.internal, http://two.internal"
        assert route.settings == {
            "to": ["http://wiki.internal", "http://two.internal"],
            "timeout": "10s",
        }
        assert list(selectors.settings_of(route)) == [
            "name",
            "description",
            "from",
            "to",
            "prefix",
            "timeout",
        ]

    def test_is_recorded_once_and_told_to_enforcement(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        before = AuditEvent.objects.count()

        route = create(cast.mia, cast.web, policy_ids=[policy.pk], reason="launch")

        assert AuditEvent.objects.count() == before + 1
        event = newest_event()
        assert (event.action, event.reason) == ("route.created", "launch")
        assert event.before is None
        assert event.after["settings"]["from"] == "https://wiki.example.com"
        assert event.after["policy_ids"] == [str(policy.pk)]
        entry = OutboxEntry.objects.latest("id")
        assert (entry.topic, entry.payload) == ("routes", {"id": str(route.pk)})

    def test_is_for_managers_and_unseen_places_are_not_there(self, cast: Cast) -> None:
        with pytest.raises(PermissionDeniedError):
            create(cast.ben, cast.web)
        with pytest.raises(NamespaceNotFoundError):
            create(cast.cyd, cast.web)
        with pytest.raises(NamespaceNotFoundError):
            create(cast.mia, cast.finance)
        assert not Route.objects.exists()
        assert not HostClaim.objects.exists()

    def test_lists_every_problem_of_the_settings(self, cast: Cast) -> None:
        with pytest.raises(RouteSettingsError) as caught:
            create(cast.mia, cast.web, settings={"from": "javascript:x", "regex": "("})

        assert set(caught.value.fields) == {"from", "regex", "to"}
        problem = caught.value.details["problems"][0]
        assert problem["path"] == ["from"]
        assert problem["remedy"]

    @pytest.mark.parametrize("name", ["WIKI", " wiki "])
    def test_refuses_a_name_that_is_taken_there(self, cast: Cast, name: str) -> None:
        make_route("Wiki", namespace=cast.web)

        with pytest.raises(RouteNameTakenError):
            create(cast.mia, cast.web, name=name, settings=SETTINGS | {"prefix": "/a"})

        create(
            cast.ada,
            cast.engineering,
            name=name,
            settings=SETTINGS | {"from": "https://other.example.com"},
        )

    @pytest.mark.parametrize(
        "address", ["https://wiki.example.com", "http://WIKI.example.com"]
    )
    def test_refuses_an_address_that_is_taken_and_names_both_routes(
        self, cast: Cast, address: str
    ) -> None:
        make_route("Wiki", namespace=cast.web, prefix="/a")

        with pytest.raises(RouteAddressTakenError, match=r"`Docs`.*`Wiki` in Web"):
            create(
                cast.mia,
                cast.web,
                name="Docs",
                settings=SETTINGS | {"from": address, "prefix": "/a"},
            )
        create(cast.mia, cast.web, name="Docs", settings=SETTINGS | {"prefix": "/b"})

    def test_a_policy_from_elsewhere_is_as_unknown_as_one_that_is_not_there(
        self, cast: Cast
    ) -> None:
        elsewhere = make_policy(namespace=cast.finance)
        nowhere = uuid4()

        texts = []
        for wanted in (elsewhere.pk, nowhere, "not an id"):
            with pytest.raises(UnknownPolicyError) as caught:
                create(cast.mia, cast.web, policy_ids=[wanted])
            texts.append(caught.value.message.replace(str(wanted), "…"))

        assert set(texts) == {"unknown policy `…`"}

    def test_takes_policies_from_above_and_keeps_their_order(self, cast: Cast) -> None:
        near = make_policy(namespace=cast.web)
        above = make_policy(namespace=cast.everything)

        route = create(cast.mia, cast.web, policy_ids=[above.pk, near.pk, above.pk])

        assert selectors.policies_of(route).attached == (above, near)

    def test_to_let_in_anybody_takes_an_admin(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.engineering, source=OPEN)

        with pytest.raises(RouteOpenToAnyoneError):
            create(cast.mia, cast.web, policy_ids=[policy.pk])
        create(cast.ada, cast.web, policy_ids=[policy.pk])

    def test_an_inherited_policy_opens_as_well_unless_it_is_switched_off(
        self, cast: Cast
    ) -> None:
        policy = make_policy(namespace=cast.engineering, source=OPEN)
        policy_services.attach_to_namespace(
            policy.pk,
            namespace_id=cast.engineering.pk,
            mode="inherited",
            actor=actor_of(cast.ada),
            now=NOW,
        )

        with pytest.raises(RouteOpenToAnyoneError):
            create(cast.mia, cast.web)
        create(cast.mia, cast.web, inherits_policies=False)

    def test_rego_for_a_tunnel_takes_an_admin(self, cast: Cast) -> None:
        settings = SETTINGS | {"upstream_tunnel": {"ssh_policy_rego": ["package x"]}}

        with pytest.raises(PermissionDeniedError):
            create(cast.mia, cast.web, settings=settings)
        create(cast.ada, cast.web, settings=settings)


@pytest.mark.parametrize(
    ("settings", "summary"),
    [
        ({"response": {"status": 404}}, "response 404"),
        ({"redirect": {"https_redirect": True}}, "redirect to https://"),
        (
            {"redirect": {"scheme_redirect": "http", "host_redirect": "a.example"}},
            "redirect to http://a.example",
        ),
        (
            {"redirect": {"port_redirect": 8080, "path_redirect": "/x"}},
            "redirect to :8080/x",
        ),
    ],
)
def test_a_route_without_upstream_says_what_it_answers(
    cast: Cast, settings: dict[str, Any], summary: str
) -> None:
    route = create(
        cast.mia, cast.web, settings={"from": "https://a.example.com"} | settings
    )

    assert route.to_summary == summary


class TestCreateRoutes:
    def drafts(self, count: int, **settings: Any) -> list[RouteDraft]:
        return [
            RouteDraft(
                name=f"Route {number}",
                settings={
                    "from": f"https://r{number}.example.com",
                    "to": f"http://r{number}.internal",
                }
                | settings,
            )
            for number in range(count)
        ]

    def test_writes_all_or_none(self, cast: Cast) -> None:
        drafts = [*self.drafts(3), RouteDraft(name="route 1", settings=SETTINGS)]

        with pytest.raises(RouteNameTakenError):
            services.create_routes(
                drafts, namespace_id=cast.web.pk, actor=actor_of(cast.mia), now=NOW
            )
        assert not Route.objects.exists()

    def test_says_which_draft_has_which_problem(self, cast: Cast) -> None:
        drafts = [*self.drafts(1), *self.drafts(1, timeout="soon")]

        with pytest.raises(RouteSettingsError) as caught:
            services.create_routes(
                drafts, namespace_id=cast.web.pk, actor=actor_of(cast.mia), now=NOW
            )
        assert [(p["route"], p["key"]) for p in caught.value.details["problems"]] == [
            (1, "timeout")
        ]

    def test_two_of_one_batch_can_not_share_an_address(self, cast: Cast) -> None:
        drafts = [
            RouteDraft(name=name, settings=SETTINGS) for name in ("first", "second")
        ]

        with pytest.raises(RouteAddressTakenError, match=r"`second`.*`first`"):
            services.create_routes(
                drafts, namespace_id=cast.web.pk, actor=actor_of(cast.mia), now=NOW
            )

    def test_thousands_write_an_event_each_or_none(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        drafts = [
            RouteDraft(name=d.name, settings=d.settings, policy_ids=[policy.pk])
            for d in self.drafts(1000)
        ]
        before, heard = AuditEvent.objects.count(), list[int]()
        asked: dict[str, Any] = {"actor": actor_of(cast.mia), "now": NOW}
        asked |= {"namespace_id": cast.web.pk, "progress": heard.append}

        with pytest.raises(RouteNameTakenError):
            services.create_routes([*drafts, drafts[0]], **asked)
        refused = AuditEvent.objects.count() - before
        made = services.create_routes(drafts, **asked)

        assert refused == 0
        assert heard[-2:] == [500, 1000]
        events = AuditEvent.objects.order_by("sequence")[before:]
        assert [one.target_id for one in events] == [str(one.pk) for one in made]
        assert {(one.action, one.namespace_id, one.actor_label) for one in events} == {
            ("route.created", cast.web.pk, cast.mia.email)
        }
        assert all(one.after and one.before is None for one in events)
        assert audit.verify()[1] is None
        assert policy.route_attachments.count() == 1000

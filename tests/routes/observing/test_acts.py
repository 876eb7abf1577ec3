"""What acts on the tree, on roles and on attachments would change is told first."""

from typing import Any

import pytest

from console.core.actor import Actor
from console.core.models import AuditEvent
from console.core.previews import Preview, WorldChangedError, preview
from directory.models import Membership
from namespaces import services
from namespaces.models import Namespace
from policies import services as policy_services
from policies.models import NamespacePolicy, Policy
from routes import services as route_services
from routes.models import Route
from tests.factories import (
    NOW,
    grant,
    make_group,
    make_namespace,
    make_policy,
    make_route,
    make_user,
)
from tests.people import Cast, actor_of
from tests.policies.texts import OPEN

CEILING = "allow:\n  and:\n    - groups: {has: staff}\n"
DENY = "deny:\n  or:\n    - source_ip: 198.51.100.0/24\n"


def told(found: Preview) -> dict[str, list[str]]:
    return {
        one.code: [
            f"{item.name} ({item.note})" if item.note else item.name
            for item in one.entries
        ]
        or [str(one.count)]
        for one in found.groups
    }


def attach(
    policy: Policy, place: Namespace, mode: str, actor: Actor, seen: str = ""
) -> NamespacePolicy:
    return policy_services.attach_to_namespace(
        policy.pk, namespace_id=place.pk, mode=mode, actor=actor, now=NOW, seen=seen
    )


@pytest.fixture
def root(cast: Cast) -> Actor:
    return actor_of(cast.root)


@pytest.fixture
def wiki(cast: Cast) -> Route:
    staff = make_policy("Staff", namespace=cast.web)
    return make_route("wiki", staff, namespace=cast.web)


class TestMoving:
    def move(self, cast: Cast, actor: Actor, **more: Any) -> Namespace:
        return services.move_namespace(
            cast.web.pk, under=cast.finance.pk, actor=actor, now=NOW, **more
        )

    def test_tells_policies_roles_and_people_that_come_and_go(
        self, cast: Cast, root: Actor, wiki: Route
    ) -> None:
        attach(make_policy("Everybody"), cast.everything, "enforced", root)
        for name, place in (("Engineers", cast.engineering), ("Money", cast.finance)):
            attach(make_policy(name, namespace=place), place, "inherited", root)
        make_policy("To pick", namespace=cast.finance)
        auditors = make_group("auditors", cast.ben, make_user("olga"))
        grant("manager", cast.finance, group=auditors)

        found = preview(lambda: self.move(cast, root))

        assert told(found) == {
            "policies_arrive": ["Money (inherited, from Finance)"],
            "policies_leave": ["Engineers (inherited, from Engineering)"],
            "policies_pickable": [
                "Money (lives in Finance)",
                "To pick (lives in Finance)",
            ],
            "policies_out_of_reach": ["Engineers (lives in Engineering)"],
            "roles_gained": ["auditors (Manager, from Finance; 2 people behind it)"],
            "roles_lost": ["Ada (Admin, from Engineering)"],
            "people_gain": ["Ben (Viewer → Manager)", "Olga (no role → Manager)"],
            "people_lose": ["Ada (Admin → no role)"],
            "routes_moved": ["1"],
        }
        cast.web.refresh_from_db()
        assert cast.web.parent == cast.engineering

    def test_tells_what_refuses_it(self, cast: Cast, root: Actor) -> None:
        picked = make_policy("Picked", namespace=cast.engineering)
        make_route("wiki", picked, namespace=cast.web)

        found = preview(lambda: self.move(cast, root))

        assert found.refusal is not None
        assert "`Picked`" in found.refusal.message

    def test_is_not_done_otherwise_than_seen(self, cast: Cast, root: Actor) -> None:
        seen = preview(lambda: self.move(cast, root)).seen
        attach(make_policy(namespace=cast.finance), cast.finance, "enforced", root)
        events = AuditEvent.objects.count()

        with pytest.raises(WorldChangedError):
            self.move(cast, root, seen=seen)

        cast.web.refresh_from_db()
        assert cast.web.parent == cast.engineering
        assert AuditEvent.objects.count() == events
        again = preview(lambda: self.move(cast, root)).seen
        assert self.move(cast, root, seen=again).parent == cast.finance


class TestAttaching:
    @pytest.mark.parametrize(
        ("source", "mode", "effect"),
        [
            (CEILING, "inherited", "lets in whom New allows"),
            (CEILING, "enforced", "only whom New allows"),
            (DENY, "inherited", "refuses whom New denies"),
            (DENY, "enforced", "refuses whom New denies"),
            (
                OPEN,
                "inherited",
                "could let in people who have not signed in; lets in whom New allows",
            ),
        ],
    )
    def test_tells_each_route_and_how_its_answer_changes(
        self, cast: Cast, wiki: Route, source: str, mode: str, effect: str
    ) -> None:
        root = actor_of(cast.root)
        policy = make_policy("New", namespace=cast.web, source=source)
        apart = make_route("apart", namespace=cast.web)
        route_services.update_route(
            apart.pk, version=1, inherits_policies=False, actor=root, now=NOW
        )
        make_route("elsewhere", namespace=cast.finance)

        found = told(preview(lambda: attach(policy, cast.web, mode, root)))

        assert f"wiki (Web: {effect})" in found["routes_changed"]
        untouched = "routes_unchanged" if mode == "inherited" else "routes_changed"
        assert any(one.startswith("apart (Web") for one in found[untouched])
        assert not any("elsewhere" in one for group in found.values() for one in group)
        assert not NamespacePolicy.objects.exists()

    def test_tells_that_a_closed_route_opens_and_closes(
        self, cast: Cast, root: Actor
    ) -> None:
        make_route("closed", namespace=cast.web)
        policy = make_policy("New", namespace=cast.web)

        opened = told(preview(lambda: attach(policy, cast.web, "inherited", root)))
        attach(policy, cast.web, "inherited", root)
        closed = told(
            preview(
                lambda: policy_services.detach_from_namespace(
                    policy.pk, namespace_id=cast.web.pk, actor=root, now=NOW
                )
            )
        )
        enforced = told(preview(lambda: attach(policy, cast.web, "enforced", root)))

        assert opened == {
            "routes_changed": [
                "closed (Web: no longer closed; lets in whom New allows)"
            ]
        }
        (effect,) = closed["routes_changed"]
        assert effect == (
            "closed (Web: lets nobody in any more; "
            "no longer lets in whom only New allows)"
        )
        assert "lets nobody in any more" in enforced["routes_changed"][0]

    def test_is_not_done_on_routes_that_were_not_seen(
        self, cast: Cast, root: Actor, wiki: Route
    ) -> None:
        policy = make_policy("New", namespace=cast.web)
        seen = preview(lambda: attach(policy, cast.web, "inherited", root)).seen
        make_route("later", namespace=cast.web)

        with pytest.raises(WorldChangedError):
            attach(policy, cast.web, "inherited", root, seen=seen)

        assert not NamespacePolicy.objects.exists()


class TestInheriting:
    def switch(self, place: Namespace, actor: Actor, *, on: bool) -> Namespace:
        place.refresh_from_db()
        return services.update_namespace(
            place.pk, version=place.version, inherits_policies=on, actor=actor, now=NOW
        )

    def test_tells_which_routes_of_a_namespace_it_touches(
        self, cast: Cast, root: Actor, wiki: Route
    ) -> None:
        above = make_policy("Above", namespace=cast.engineering)
        attach(above, cast.engineering, "inherited", root)

        off = told(preview(lambda: self.switch(cast.web, root, on=False)))
        self.switch(cast.web, root, on=False)
        on = told(preview(lambda: self.switch(cast.web, root, on=True)))

        assert off["routes_changed"] == [
            "wiki (Web: no longer lets in whom only Above allows)"
        ]
        assert on["routes_changed"] == ["wiki (Web: lets in whom Above allows)"]

    def test_tells_what_it_means_for_one_route(
        self, cast: Cast, root: Actor, wiki: Route
    ) -> None:
        guard = make_policy("Guard", namespace=cast.web, source=DENY)
        attach(guard, cast.web, "inherited", root)

        found = preview(
            lambda: route_services.update_route(
                wiki.pk, version=1, inherits_policies=False, actor=root, now=NOW
            )
        )

        assert told(found) == {
            "routes_changed": ["wiki (no longer refuses whom Guard denies)"]
        }
        wiki.refresh_from_db()
        assert wiki.inherits_policies


class TestDeleting:
    def test_lists_what_goes(self, cast: Cast, root: Actor, wiki: Route) -> None:
        make_namespace("Inner", parent=cast.web)

        found = preview(
            lambda: services.delete_namespace(
                cast.web.pk, with_contents=True, actor=root, now=NOW
            )
        )

        told_of = told(found)
        assert set(told_of.pop("roles_go")) == {
            "Mia (manager of Web)",
            "web (viewer of Web)",
        }
        assert told_of == {
            "namespaces_go": ["Inner"],
            "routes_go": ["wiki (https://wiki.example.com)"],
            "policies_go": ["Staff (Web)"],
        }
        assert Route.objects.filter(pk=wiki.pk).exists()


class TestGranting:
    def test_tells_who_is_behind_a_group(self, cast: Cast, root: Actor) -> None:
        group = make_group("crew", cast.ben, cast.mia, cast.cyd)
        asleep = make_user("zoe", is_active=False)
        Membership.objects.create(user=asleep, group=group)

        found = preview(
            lambda: services.grant_role(
                namespace_id=cast.web.pk,
                role="manager",
                group_id=group.pk,
                actor=root,
                now=NOW,
            )
        )

        assert told(found) == {
            "roles_gained": ["crew (Manager, from Web; 3 people behind it)"],
            "people_gain": ["Ben (Viewer → Manager)", "Cyd (no role → Manager)"],
        }

    def test_tells_who_loses_what(self, cast: Cast, root: Actor) -> None:
        binding = grant("admin", cast.web, group=make_group("crew", cast.ben))

        found = preview(lambda: services.revoke_role(binding.pk, actor=root, now=NOW))

        assert told(found) == {
            "roles_lost": ["crew (Admin, from Web; 1 person behind it)"],
            "people_lose": ["Ben (Admin → Viewer)"],
        }

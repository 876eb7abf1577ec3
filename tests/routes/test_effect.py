"""The effect of a draft: who would gain access, who would lose it."""

from datetime import timedelta
from typing import Any

import pytest

from console.core.actor import system
from console.core.exceptions import PermissionDeniedError
from devices import services as device_services
from directory.models import Directory, User
from policies import services as policy_services
from policies.exceptions import PolicyNotFoundError, PolicyTextError
from policies.models import Policy
from policies.selectors import Attempt, everybody, everybody_lock
from routes import services
from routes.models import Route
from routes.services import Effect
from tests.factories import NOW, make_group, make_policy, make_route, make_user
from tests.people import Cast, actor_of
from tests.policies.browsers import client_of
from tests.policies.texts import BROKEN

HTMX = {"HX-Request": "true"}
REGO = 'package pomerium.policy\n\nallow := [true, {"x"}] { input.session.id != "" }\n'


def members(group: str) -> str:
    return f"allow:\n  and:\n    - groups: {{has: id-{group}}}\n"


@pytest.fixture
def staff(cast: Cast) -> dict[str, User]:
    """Eve is a developer, Fay an operator, Gil both."""
    directory = Directory.objects.get()
    people = {
        name: make_user(name, directory=directory) for name in ("eve", "fay", "gil")
    }
    make_group("developers", people["eve"], people["gil"], directory=directory)
    make_group("operators", people["fay"], people["gil"], directory=directory)
    return people


@pytest.fixture
def policy(cast: Cast) -> Policy:
    return make_policy("P", namespace=cast.web, source=members("developers"))


def effect(cast: Cast, policy: Policy, source: str | None, **values: Any) -> Effect:
    known: dict[str, Any] = {"actor": actor_of(cast.mia), "now": NOW}
    attempt = values.pop("attempt", Attempt(at=NOW))
    return services.effect_of(
        attempt, policy_id=policy.pk, source=source, **known | values
    )


def who(found: Effect) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return found.gaining.names, found.losing.names


class TestOnRoutes:
    def test_names_who_gains_and_who_loses(
        self, cast: Cast, policy: Policy, staff: dict[str, User]
    ) -> None:
        make_route("wiki", policy, namespace=cast.web)

        found = effect(cast, policy, members("operators"))

        assert who(found) == (("Fay",), ("Eve",))
        assert [(one.route.name, one.gain, one.lose) for one in found.rows] == [
            ("wiki", 1, 1)
        ]
        assert (found.alone_before, found.alone) == (2, 2)
        assert found.is_proven

    def test_changes_nothing_where_another_policy_lets_them_in(
        self, cast: Cast, policy: Policy, staff: dict[str, User]
    ) -> None:
        other = make_policy(namespace=cast.web, source=members("operators"))
        make_route("wiki", policy, other, namespace=cast.web)

        found = effect(cast, policy, members("operators"))

        assert who(found) == ((), ("Eve",))

    def test_sees_where_it_is_inherited_and_enforced(
        self, cast: Cast, policy: Policy, staff: dict[str, User]
    ) -> None:
        everybody_in = make_policy(namespace=cast.web)
        make_route("below", everybody_in, namespace=cast.web)
        make_route("alone", namespace=cast.web)
        Route.objects.filter(name="alone").update(inherits_policies=False)
        policy_services.attach_to_namespace(
            policy.pk,
            namespace_id=cast.web.pk,
            mode="inherited",
            actor=actor_of(cast.ada),
            now=NOW,
        )

        inherited = effect(cast, policy, members("operators"))
        policy_services.attach_to_namespace(
            policy.pk,
            namespace_id=cast.web.pk,
            mode="enforced",
            actor=actor_of(cast.ada),
            now=NOW,
        )
        enforced = effect(cast, policy, members("operators"))

        # Employees get in at "below" anyway; "alone" inherits nothing.
        assert (who(inherited), inherited.looked_at) == (((), ()), 1)
        assert who(enforced) == (("Fay",), ("Eve",))
        assert [one.route.name for one in enforced.rows] == ["below"]
        assert enforced.looked_at == 2

    def test_takes_the_right_to_try_where_the_policy_lives(
        self, cast: Cast, staff: dict[str, User]
    ) -> None:
        above = make_policy(
            "above", namespace=cast.everything, source=members("developers")
        )
        make_route("books", above, namespace=cast.finance)
        make_route("wiki", above, namespace=cast.web)

        found = effect(cast, above, members("operators"), actor=actor_of(cast.root))

        assert found.looked_at == 2
        with pytest.raises(PermissionDeniedError):
            effect(cast, above, members("operators"))

    def test_asks_a_route_for_a_path_that_it_takes(
        self, cast: Cast, staff: dict[str, User]
    ) -> None:
        source = members("developers") + "    - http_path: {starts_with: /admin}\n"
        policy = make_policy("paths", namespace=cast.web, source=source)
        make_route("admin", policy, namespace=cast.web, prefix="/admin")

        found = effect(cast, policy, source.replace("developers", "operators"))

        assert who(found) == (("Fay",), ("Eve",))
        assert found.asks_elsewhere
        assert found.varies_by == (
            ("the path, method or headers", ("the path starts with /admin",)),
        )

    def test_is_what_a_save_does(
        self, cast: Cast, policy: Policy, staff: dict[str, User]
    ) -> None:
        """Against decisions one by one, by what decides when a route is tried."""
        other = make_policy(
            namespace=cast.web,
            source="deny:\n  or:\n    - groups: {has: id-operators}\n",
        )
        routes = [
            make_route("plain", policy, namespace=cast.web),
            make_route("denied", policy, other, namespace=cast.web),
        ]
        draft = members("operators")

        def allowed() -> dict[str, set[str]]:
            return {
                route.name: {
                    name
                    for name, person in staff.items()
                    if services.try_route(
                        route.pk,
                        Attempt(at=NOW, person_id=person.pk),
                        actor=actor_of(cast.mia),
                        now=NOW,
                    ).trial.is_allowed
                }
                for route in routes
            }

        found = effect(cast, policy, draft)
        before = allowed()
        policy_services.update_policy(
            policy.pk, version=1, source=draft, actor=actor_of(cast.mia), now=NOW
        )
        after = allowed()

        assert {one.route.name: (one.gain, one.lose) for one in found.rows} == {
            name: (len(after[name] - before[name]), len(before[name] - after[name]))
            for name in before
            if after[name] != before[name]
        }


class TestOfRego:
    def test_is_evaluated_for_each_person_and_says_so(
        self, cast: Cast, staff: dict[str, User]
    ) -> None:
        policy = make_policy("rego", namespace=cast.web, source=REGO, language="rego")
        make_route("wiki", policy, namespace=cast.web)
        draft = REGO.replace('!= ""', '== ""')

        found = effect(cast, policy, draft, actor=actor_of(cast.ada))

        assert not found.is_proven
        assert found.losing.count == found.people - found.alone
        assert {"Eve", "Fay", "Gil"} <= set(found.losing.names)
        assert found.gaining.count == 0


class TestDrafts:
    def test_says_whom_a_new_policy_would_let_in(
        self, cast: Cast, staff: dict[str, User]
    ) -> None:
        found = services.effect_of(
            Attempt(at=NOW),
            namespace_id=cast.web.pk,
            source=members("developers"),
            actor=actor_of(cast.mia),
            now=NOW,
        )

        assert (found.alone_before, found.alone, found.routes) == (None, 2, 0)

    def test_refuses_problems_viewers_and_strangers(
        self, cast: Cast, policy: Policy
    ) -> None:
        with pytest.raises(PolicyTextError):
            effect(cast, policy, BROKEN)
        with pytest.raises(PermissionDeniedError):
            effect(cast, policy, None, actor=actor_of(cast.ben))
        with pytest.raises(PolicyNotFoundError):
            effect(cast, policy, None, actor=actor_of(cast.cyd))


class TestEverybody:
    def test_notices_new_people_and_memberships(
        self, cast: Cast, staff: dict[str, User]
    ) -> None:
        first = everybody(now=NOW)
        again = everybody(now=NOW)
        make_group("more", staff["eve"], directory=Directory.objects.get())
        regrouped = everybody(now=NOW)
        make_user("hal", directory=Directory.objects.get())
        grown = everybody(now=NOW)

        assert first is again
        assert regrouped is not again
        eve = next(one for one in regrouped.people if one.name == "Eve")
        assert eve.group_ids == {"id-developers", "id-more"}
        assert len(grown.people) == len(regrouped.people) + 1

    def test_leaves_out_strangers_to_the_directory_beyond_a_few(
        self, cast: Cast, staff: dict[str, User]
    ) -> None:
        # The cast has signed in, but no directory knows them.
        found = everybody(now=NOW)

        assert found.left_out == 0
        with everybody_lock:
            assert {one.name for one in found.of(0b1)} == {found.people[0].name}

    def test_brings_each_person_with_the_best_of_their_devices(
        self, cast: Cast, staff: dict[str, User]
    ) -> None:
        waiting, approved = (
            device_services.enroll_credential(
                user_id=staff["eve"].pk,
                device_type="any",
                external_id=name,
                public_key=b"",
                label=name,
                actor=system("test"),
                now=NOW,
            )
            for name in ("waiting", "approved")
        )
        before = everybody(now=NOW)
        device_services.change_device(
            device_services.seen_of(approved),
            action="approve",
            actor=system("test"),
            now=NOW + timedelta(minutes=1),
        )
        policy = make_policy(
            namespace=cast.web,
            source="allow:\n  and:\n    - device: {approved: true}\n",
        )

        found = effect(cast, policy, None)

        assert waiting.credential.external_id == "waiting"
        assert everybody(now=NOW) is not before
        assert found.alone == 1
        assert [what for what, _ in found.varies_by] == ["the device"]


class TestPages:
    def test_answers_with_names_a_sentence_and_the_reasons(
        self, cast: Cast, policy: Policy, staff: dict[str, User]
    ) -> None:
        Directory.objects.update(complete_at=NOW)
        make_route("wiki", policy, namespace=cast.web)
        policy_services.add_example(
            policy.pk,
            Attempt(at=NOW, person_id=staff["eve"].pk),
            name="Eve reads",
            expected="allow",
            actor=actor_of(cast.mia),
            now=NOW,
        )

        html = self.post(cast, policy, source=members("operators")).content.decode()

        assert "Would gain access: 1" in html
        assert "Would lose access: 1" in html
        assert "<strong>1</strong> would gain access" in html
        assert "1 example would fail" in html
        assert 'data-effect-to="effect-state"' in html
        assert "Sign-in required" in html

    def test_keeps_what_is_shown_while_the_text_has_problems(
        self, cast: Cast, policy: Policy
    ) -> None:
        answer = self.post(cast, policy, source=BROKEN)

        assert answer.status_code == 200
        html = answer.content.decode()
        assert "the last text without" in html
        assert 'data-effect-to="effect-answer"' not in html

    def post(self, cast: Cast, policy: Policy, **body: str) -> Any:
        return client_of(cast.mia).post(
            f"/policies/{policy.pk}/effect", body, headers=HTMX
        )


def test_the_interface_gives_the_same_numbers(
    cast: Cast, policy: Policy, staff: dict[str, User]
) -> None:
    make_route("wiki", policy, namespace=cast.web)

    answer = client_of(cast.mia).post(
        f"/api/v1/policies/{policy.pk}/effect/",
        {"source": members("operators")},
        content_type="application/json",
    )

    body = answer.json()
    assert body["gaining"] == {"count": 1, "names": ["Fay"]}
    assert body["routes"][0]["name"] == "wiki"
    assert body["is_proven"] is True

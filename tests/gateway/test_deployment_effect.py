"""Who gained and who lost access by a deployment, on its page and in the API."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from console.core.actor import system
from console.core.exceptions import PermissionDeniedError
from gateway import services
from gateway.services import deployment_effect
from namespaces.exceptions import NamespaceNotFoundError
from policies import services as policy_services
from routes.models import Route
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast, actor_of

SYSTEM = system("test")
PUBLIC = "allow:\n  and:\n    - accept: true\n"


def only(*users: Any) -> str:
    lines = "".join(f"    - email: {one.email}\n" for one in users)
    return f"allow:\n  or:\n{lines}"


def deploy() -> int:
    made = services.deploy_changes(now=timezone.now())
    assert made is not None
    return made.number


def change(policy: Any, source: str) -> int:
    policy.refresh_from_db()
    policy_services.update_policy(
        policy.pk, version=policy.version, source=source, actor=SYSTEM, now=NOW
    )
    return deploy()


def effect(number: int, cast: Cast) -> services.DeploymentEffect:
    return services.effect_of_deployment(number, actor=actor_of(cast.root), now=NOW)


def test_a_changed_policy_tells_who_came_and_who_went(cast: Cast) -> None:
    policy = make_policy(
        "staff", source=only(cast.ada, cast.ben), namespace=cast.everything
    )
    route = make_route("wiki", policy, namespace=cast.web)
    make_route("other", make_policy("all", source=only(cast.ada)), namespace=cast.web)
    deploy()

    found = effect(change(policy, only(cast.ada, cast.cyd)), cast)

    assert found.gaining.names == (cast.cyd.display_name or cast.cyd.email,)
    assert found.losing.names == (cast.ben.display_name or cast.ben.email,)
    [row] = found.rows
    assert (row.id, row.gain, row.lose) == (str(route.pk), 1, 1)
    assert (found.differing, found.looked_at, found.undecided) == (1, 1, 0)


def test_a_new_route_is_gained_and_one_that_went_is_lost(cast: Cast) -> None:
    deploy()
    route = make_route(
        "wiki", make_policy("staff", source=only(cast.ada)), namespace=cast.web
    )
    came = deploy()
    Route.objects.filter(pk=route.pk).delete()
    went = services.publish_now(actor=SYSTEM, now=timezone.now())
    assert went is not None

    first, second = effect(came, cast), effect(went.number, cast)

    assert (first.gaining.count, first.losing.count) == (1, 0)
    assert (second.gaining.count, second.losing.count) == (0, 1)


def test_a_route_that_opens_to_everybody_says_so_though_nobody_known_gains(
    cast: Cast,
) -> None:
    policy = make_policy(
        "all", source="allow:\n  and:\n    - authenticated_user: true\n"
    )
    make_route("wiki", policy, namespace=cast.web)
    deploy()

    opened = effect(change(policy, PUBLIC), cast)
    closed = effect(change(policy, only(cast.ada)), cast)

    assert [one.opened for one in opened.rows] == [True]
    assert opened.gaining.count == 0
    assert [one.closed for one in closed.rows] == [True]


def test_a_ceiling_that_asks_who_it_is_keeps_a_route_from_being_open(
    cast: Cast,
) -> None:
    ceiling = make_policy("ceiling", source=only(cast.ada), namespace=cast.web)
    policy_services.attach_to_namespace(
        ceiling.pk, namespace_id=cast.web.pk, mode="enforced", actor=SYSTEM, now=NOW
    )
    policy = make_policy("all", source=only(cast.ben))
    make_route("wiki", policy, namespace=cast.web)
    deploy()

    found = effect(change(policy, PUBLIC), cast)

    assert [(one.opened, one.gain, one.lose) for one in found.rows] == [(False, 1, 0)]


def test_what_decides_nothing_has_no_effect(cast: Cast) -> None:
    policy = make_policy("staff", source=only(cast.ada))
    make_route("wiki", policy, namespace=cast.web)
    deploy()

    found = effect(change(policy, f"# reviewed\n{only(cast.ada)}"), cast)

    assert (found.rows, found.gaining.count, found.losing.count) == ((), 0, 0)


def test_rego_is_counted_and_not_told(cast: Cast) -> None:
    rego = make_policy("rego")
    type(rego).objects.filter(pk=rego.pk).update(language="rego")
    deploy()
    make_route("wiki", rego, namespace=cast.web)

    found = effect(deploy(), cast)

    assert (found.differing, found.looked_at, found.undecided) == (1, 0, 1)


def test_work_is_bounded(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment_effect, "MAX_ROUTES", 2)
    policy = make_policy("staff", source=only(cast.ada))
    for number in range(4):
        make_route(f"wiki-{number}", policy, namespace=cast.web)

    found = effect(deploy(), cast)

    assert (found.differing, found.looked_at, found.touched) == (4, 2, 2)


def test_only_who_sees_deployments_may_ask(cast: Cast) -> None:
    number = deploy()

    for user in (cast.ada, cast.ben, cast.cyd):
        with pytest.raises((PermissionDeniedError, NamespaceNotFoundError)):
            services.effect_of_deployment(number, actor=actor_of(user), now=NOW)


def test_page_and_api_tell_the_same(cast: Cast, client: Client) -> None:
    policy = make_policy("staff", source=only(cast.ada))
    make_route("wiki", policy, namespace=cast.web)
    deploy()
    number = change(policy, only(cast.ben))
    client.force_login(cast.root)

    page = client.get(f"/deployments/{number}/effect").content.decode()
    answer = client.get(f"/api/v1/deployments/{number}/effect/").json()
    detail = client.get(f"/deployments/{number}/").content.decode()

    assert "Gained access: 1" in page
    assert "Lost access: 1" in page
    assert (answer["gaining"]["count"], answer["losing"]["count"]) == (1, 1)
    assert [one["name"] for one in answer["routes"]] == ["wiki"]
    assert answer["before"] == number - 1
    assert f"/deployments/{number}/effect" in detail

"""What decides at the authorizer is what decides when a route is tried."""

import itertools

from console.core.actor import system
from gateway import services
from gateway.authorizer.programs import RouteTable
from policies import language
from policies import services as policy_services
from policies.language.facts import Facts, Person, Request, Session
from routes import selectors as route_selectors
from routes.services.trial import program_of
from tests.factories import NOW, make_policy, make_route
from tests.gateway.following import follow, snapshot_of
from tests.people import Cast

SYSTEM = system("test")
TEXTS = {
    "own": "allow:\n  and:\n    - email: {is: ada@example.com}\n",
    "shared": "allow:\n  and:\n    - http_method: {is: GET}\n",
    "above": "deny:\n  or:\n    - http_path: {starts_with: /admin}\n",
    "ceiling": "allow:\n  or:\n    - authenticated_user: true\n",
}


def facts_of(email: str, method: str, path: str) -> Facts:
    request = Request(method=method, path=path)
    if not email:
        return Facts(now=NOW, request=request)
    session = Session(id="s", user_id=email)
    return Facts(now=NOW, request=request, session=session, person=Person(email, email))


def test_a_route_decides_as_its_trial_does(cast: Cast) -> None:
    made = {
        name: make_policy(name, source=source, namespace=cast.everything)
        for name, source in TEXTS.items()
    }
    for name, mode in (
        ("above", "inherited"),
        ("shared", "inherited"),
        ("ceiling", "enforced"),
    ):
        policy_services.attach_to_namespace(
            made[name].pk,
            namespace_id=cast.everything.pk,
            mode=mode,
            actor=SYSTEM,
            now=NOW,
        )
    route = make_route("wiki", made["own"], made["shared"], namespace=cast.web)
    services.deploy_changes(now=NOW)

    entry = RouteTable.build(snapshot_of(follow())).find(str(route.pk))
    tried = program_of(route_selectors.policies_of(route))

    assert entry is not None
    ours = entry.compiled.program
    assert [one.id for one in ours.policies] == [one.id for one in tried.policies]
    assert [one.id for one in ours.enforced] == [one.id for one in tried.enforced]
    cases = itertools.product(
        ("", "ada@example.com", "ben@example.com"), ("GET", "POST"), ("/", "/admin/x")
    )
    outcomes = set()
    for case in cases:
        facts = facts_of(*case)
        answer = language.evaluate(tried, facts).outcome
        assert language.evaluate(ours, facts).outcome == answer, case
        outcomes.add(answer)
    assert len(outcomes) > 1


def test_a_table_keeps_what_a_deployment_left_alone(cast: Cast) -> None:
    policies = [make_policy(source=text) for text in TEXTS.values()]
    routes = [make_route(f"r{n}", one) for n, one in enumerate(policies)]
    services.deploy_changes(now=NOW)
    follower = follow()
    before = RouteTable.build(snapshot_of(follower))
    kept = {str(one.pk): before.find(str(one.pk)) for one in routes}

    policy_services.update_policy(
        policies[0].pk,
        version=1,
        source=TEXTS["ceiling"],
        actor=SYSTEM,
        now=NOW,
    )
    services.deploy_changes(now=NOW)
    follower.poll()
    after = RouteTable.build(snapshot_of(follower), before)

    same = [after.find(pk) is entry for pk, entry in kept.items()]
    assert sorted(same) == [False, True, True, True]

"""One organization, and drafts of a policy that arrives at all of its routes.

Each draft is a text that was never seen before, as while somebody types. "Decisions" is
what the effect itself measures; the whole answer also reads the routes, their policies
and the examples.
"""

import json
import random
import statistics
import time
from datetime import UTC, datetime

import django
from django.core.management import call_command

WHEN = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
PEOPLE, GROUPS, GROUPS_OF_ONE = 10_000, 500, 10
ROUTES, OTHERS = 1_000, 200
ROUNDS = 9
STAMPS = {"created_at": WHEN, "modified_at": WHEN}
GROUP = "allow:\n  and:\n    - groups: {{has: g{}}}\n    - domain: d{}.example.com\n"
DRAFTS = {
    "groups: another group": "allow:\n  or:\n    - groups: {{has: g{0}}}\n"
    "    - groups: {{has: g{1}}}\n",
    "mixed: groups, claims, paths, times, devices": (
        "allow:\n  and:\n    - groups: {{has: g{0}}}\n"
        "    - claim/team: t{1}\n  or:\n    - domain: {{in: [d{2}.example.com]}}\n"
        "    - email: {{starts_with: p{3}}}\n"
        "deny:\n  or:\n    - http_path: {{starts_with: /x{0}}}\n"
        "    - day_of_week: sat\n  nor:\n    - groups: {{has: g{4}}}\n"
        "    - device: {{is: any}}\n"
    ),
}


def main() -> None:
    """Fill an empty database, measure, and print the figures as JSON."""
    django.setup()
    call_command("migrate", verbosity=0)
    policy_id = _populate()
    chance = random.Random(5)
    figures = {name: _measure(policy_id, text, chance) for name, text in DRAFTS.items()}
    print(json.dumps(figures))


def _measure(
    policy_id: object, text: str, chance: random.Random
) -> tuple[float, float]:
    """Return the median milliseconds of the decisions, and of the whole answer."""
    from console.core.actor import system  # noqa: PLC0415 - Django is ready by now
    from policies.selectors import Attempt  # noqa: PLC0415
    from routes import services  # noqa: PLC0415

    decisions, whole = [], []
    for _ in range(ROUNDS):
        source = text.format(*(chance.randrange(GROUPS) for _ in range(5)))
        started = time.perf_counter()
        found = services.effect_of(
            Attempt(at=WHEN),
            policy_id=str(policy_id),
            source=source,
            actor=system("benchmark"),
            now=WHEN,
        )
        whole.append((time.perf_counter() - started) * 1000)
        decisions.append(found.elapsed * 1000)
        if (found.people, found.looked_at) != (PEOPLE, ROUTES):
            raise RuntimeError(f"{found.people} people, {found.looked_at} routes")
    return statistics.median(decisions), statistics.median(whole)


def _populate() -> object:
    from console.core.actor import system  # noqa: PLC0415
    from namespaces.selectors import get_root  # noqa: PLC0415
    from policies import services as policy_services  # noqa: PLC0415
    from routes.models import Route, RoutePolicy  # noqa: PLC0415

    chance = random.Random(4)
    _make_people(chance)
    drafts = [
        policy_services.PolicyDraft(name=f"P{n}", source=GROUP.format(n, n + 1))
        for n in range(OTHERS + 1)
    ]
    edited, *others = policy_services.create_policies(
        drafts, namespace_id=get_root().pk, actor=system("benchmark"), now=WHEN
    )
    routes = Route.objects.bulk_create(
        Route(
            namespace=get_root(),
            name=f"R{number}",
            from_url=f"https://r{number}.example.com",
            host=f"r{number}.example.com",
            **STAMPS,
        )
        for number in range(ROUTES)
    )
    RoutePolicy.objects.bulk_create(
        RoutePolicy(route=route, policy=policy, position=position)
        for route in routes
        for position, policy in enumerate([edited, *chance.sample(others, 2)])
    )
    return edited.pk


def _make_people(chance: random.Random) -> None:
    from directory.models import Directory, Group, Membership, User  # noqa: PLC0415

    directory = Directory.objects.create(
        name="d", provider="demo", complete_at=WHEN, **STAMPS
    )
    people = User.objects.bulk_create(
        User(
            directory=directory,
            external_id=f"p{number}",
            email=f"p{number}@d{number % GROUPS}.example.com",
            display_name=f"Person {number}",
            claims={"team": [f"t{number % GROUPS}"]},
            **STAMPS,
        )
        for number in range(PEOPLE)
    )
    groups = Group.objects.bulk_create(
        Group(directory=directory, external_id=f"g{n}", name=f"G{n}", **STAMPS)
        for n in range(GROUPS)
    )
    Membership.objects.bulk_create(
        Membership(user=person, group=group)
        for person in people
        for group in chance.sample(groups, GROUPS_OF_ONE)
    )


if __name__ == "__main__":
    main()

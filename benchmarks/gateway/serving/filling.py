"""`python -m benchmarks.gateway.serving.filling`: workload L in the database.

Prints what is to be asked as one line of JSON: `modules`, Rego by host; `people`, what
OPA knows of them; and `asked`, each question as it goes to the authorizer (`check`) and
to OPA (`opa`), with the id of the `person`.
"""

import json
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - needs the set-up
from django.utils import timezone  # noqa: E402

from benchmarks.decisions.ours import text_of  # noqa: E402
from benchmarks.decisions.peers.rego_text import rego_of  # noqa: E402
from benchmarks.decisions.workloads import Policy as Rules  # noqa: E402
from benchmarks.decisions.workloads import Someone, Workload, workloads  # noqa: E402
from directory.models import Directory, Group, Membership, User  # noqa: E402
from gateway import services  # noqa: E402
from namespaces.selectors import get_root  # noqa: E402
from policies.models import NamespacePolicy, Policy, PolicyVersion  # noqa: E402
from routes.models import Route, RoutePolicy  # noqa: E402
from tests.gateway.end_to_end.world import sign_in  # noqa: E402

ASKED = 1_000
BATCH = 2_000
NOW = timezone.now()
TIMES = {"created_at": NOW, "modified_at": NOW}


def main() -> dict[str, Any]:
    """Fill the database; return what is to be asked."""
    call_command("migrate", verbosity=0)
    work = next(one for one in workloads() if one.name == "L")
    people = _people(work)
    hosts = _routes(work)
    services.deploy_changes(now=timezone.now())
    return {
        "modules": {
            row.host: rego_of(route)
            for row, route in zip(hosts, work.routes, strict=True)
        },
        "people": {one.id: _known(one) for one in work.people},
        "asked": [_question(work, people, hosts, number) for number in range(ASKED)],
    }


def _question(
    work: Workload, people: list[User], hosts: list[Route], number: int
) -> dict[str, Any]:
    route, person, method = work.asked[number]
    someone, place = work.people[person], hosts[route]
    cookie = sign_in(people[person].external_id, place.host)
    headers = {
        "host": place.host,
        "x-postern-route": str(place.pk),
        "x-postern-client-ip": "203.0.113.7",
        "x-forwarded-proto": "https",
        "cookie": cookie,
    }
    known = {**_known(someone), "method": method}
    return {
        "person": someone.id,
        "check": {"method": method, "path": "/check/", "headers": headers},
        "opa": {
            "method": "POST",
            "path": f"/v1/data/route{route}/allow",
            "headers": {"content-type": "application/json"},
            "body": {"input": known},
        },
    }


def _known(person: Someone) -> dict[str, Any]:
    """Return what OPA is told of a person."""
    return {
        "domain": person.domain,
        "role": person.role,
        "groups": dict.fromkeys(person.groups, True),
    }


def _people(work: Workload) -> list[User]:
    directory = Directory.objects.create(
        name="corp", provider="demo", complete_at=NOW, **TIMES
    )
    names = sorted({group for one in work.people for group in one.groups})
    groups = {
        name: Group(directory=directory, external_id=name, name=name, **TIMES)
        for name in names
    }
    Group.objects.bulk_create(groups.values(), batch_size=BATCH)
    people = [
        User(
            directory=directory,
            external_id=one.id,
            email=one.email,
            display_name=one.id,
            claims={"role": [one.role]},
            password="!",  # noqa: S106 - nobody can sign in by it
            **TIMES,
        )
        for one in work.people
    ]
    User.objects.bulk_create(people, batch_size=BATCH)
    Membership.objects.bulk_create(
        (
            Membership(user=row, group=groups[name])
            for row, one in zip(people, work.people, strict=True)
            for name in one.groups
        ),
        batch_size=BATCH,
    )
    return people


def _routes(work: Workload) -> list[Route]:
    root = get_root()
    known = _policies(work)
    for rules in work.routes[0].enforced:
        NamespacePolicy.objects.create(
            namespace=root, policy=known[rules], mode="enforced", created_at=NOW
        )
    rows = [
        Route(
            namespace=root,
            name=f"route {number}",
            from_url=f"https://app-{number}.corp.example",
            host=f"app-{number}.corp.example",
            settings={"to": ["http://app.internal:8080"]},
            **TIMES,
        )
        for number in range(len(work.routes))
    ]
    Route.objects.bulk_create(rows, batch_size=BATCH)
    RoutePolicy.objects.bulk_create(
        (
            RoutePolicy(route=row, policy=known[rules], position=position)
            for row, route in zip(rows, work.routes, strict=True)
            for position, rules in enumerate(dict.fromkeys(route.policies))
        ),
        batch_size=BATCH,
    )
    return rows


def _policies(work: Workload) -> dict[Rules, Policy]:
    root = get_root()
    every = dict.fromkeys(
        rules for route in work.routes for rules in (*route.policies, *route.enforced)
    )
    known = {
        rules: Policy(
            namespace=root,
            name=f"policy {number}",
            source=text_of(rules),
            meaning=f"{number:064d}",
            **TIMES,
        )
        for number, rules in enumerate(every)
    }
    Policy.objects.bulk_create(known.values(), batch_size=BATCH)
    versions = (
        PolicyVersion(
            policy=row,
            number=1,
            name=row.name,
            language="ppl",
            source=row.source,
            saved_at=NOW,
        )
        for row in known.values()
    )
    PolicyVersion.objects.bulk_create(versions, batch_size=BATCH)
    return known


if __name__ == "__main__":
    print(json.dumps(main()))

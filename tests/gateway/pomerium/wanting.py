"""Snapshots and people by hand, and what a Core should hold of them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.pomerium import schema
from gateway.pomerium.records import CONFIG, Wanted, wanted_of
from gateway.pomerium.settings import Place
from gateway.snapshot import (
    CertificateDocument,
    NamespaceDocument,
    PolicyDocument,
    RouteDocument,
    Snapshot,
)
from gateway.stream import AccountEntry, DirectoryEntry, PersonEntry, RecordSourceEntry
from gateway.stream.people import People
from gateway.stream.records import RecordSet

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
OWNER = "postern-one"
ANYBODY = "allow:\n  and:\n    - authenticated_user: true\n"
STAFF = "allow:\n  and:\n    - groups: {has: staff}\n"


def make_policy(name: str, source: str = ANYBODY, **values: Any) -> PolicyDocument:
    """Return a policy in PPL."""
    known = {"version": 1, "language": "ppl", "has_allow_rules": True}
    return PolicyDocument(id=name, name=name, source=source, **{**known, **values})


def make_route(name: str, *policies: PolicyDocument, **settings: Any) -> RouteDocument:
    """Return a route; settings are under Core's keys."""
    if not settings.keys() & {"to", "redirect", "response"}:
        settings["to"] = ["http://one.internal"]
    return RouteDocument(
        id=name,
        version=1,
        namespace_id=settings.pop("namespace_id", "root"),
        name=name,
        from_url=settings.pop("from_url", f"https://{name}.example.com"),
        host=f"{name}.example.com",
        match=settings.pop("match", ""),
        enforced=tuple(one.key for one in settings.pop("enforced", ())),
        sealed=settings.pop("sealed", {}),
        policies=tuple(one.key for one in policies),
        settings=settings,
    )


def make_snapshot(
    *routes: RouteDocument,
    policies: tuple[PolicyDocument, ...] = (),
    certificates: tuple[CertificateDocument, ...] = (),
    settings: Mapping[str, Any] | None = None,
) -> Snapshot:
    """Return a snapshot of some routes with the policies that they name."""
    return Snapshot(
        number=1,
        made_at=NOW.isoformat(),
        namespaces={
            pk: NamespaceDocument(id=pk, path=pk)
            for pk in {one.namespace_id for one in routes}
        },
        routes={one.id: one for one in routes},
        policies={one.key: one for one in policies},
        certificates={one.id: one for one in certificates},
        settings=dict(settings or {}),
    )


def make_people(count: int = 2, **more: Any) -> People:
    """Return people of one directory, the first of them of the staff."""
    people = People(
        directories={"d": DirectoryEntry("d", NOW, 3600)},
        people={
            f"p{n}": PersonEntry(
                f"p{n}",
                f"user-{n}",
                f"user-{n}@example.com",
                "d",
                True,
                groups=(("staff", "Staff"),) if n == 0 else (),
            )
            for n in range(count)
        },
        accounts={
            "hash": AccountEntry(
                "hash", "robot", "Robot", "root", None, NOW + timedelta(hours=1)
            )
        },
    )
    for name, value in more.items():
        setattr(people, name, value)
    return people


def make_records(
    records: Mapping[str, Any],
    *,
    kind: str = "hr/Employee",
    by: str = "user.id",
    complete_at: datetime | None = NOW,
) -> dict[str, RecordSet]:
    """Return the records of one source."""
    source = RecordSourceEntry("s", kind, by, complete_at, 3600)
    listed = [(key, json.dumps(one)) for key, one in records.items()]
    return {kind: RecordSet.read(source, listed)}


def want(
    snapshot: Snapshot,
    people: People | None = None,
    owner: str = OWNER,
    place: Place | None = None,
) -> Wanted:
    """Return what a Core of everything should hold."""
    return wanted_of(
        snapshot,
        people or make_people(),
        owner=owner,
        within=snapshot.namespaces,
        unseal=lambda envelope: envelope.removeprefix("sealed "),
        now=NOW,
        place=place,
    )


def want_one(*policies: PolicyDocument, **settings: Any) -> Wanted:
    """Return what a Core of a single route should hold."""
    enforced = settings.get("enforced", ())
    route = make_route("wiki", *policies, **settings)
    return want(make_snapshot(route, policies=(*policies, *enforced)))


def routes_in(wanted: Wanted) -> dict[str, Any]:
    """Return the routes that Core would read, by id."""
    configs = [
        schema.Config.FromString(one.value)
        for (kind, _), one in wanted.configs.items()
        if kind == CONFIG
    ]
    return {one.id: one for config in configs for one in config.routes}


def without(wanted: Wanted, *route_ids: str) -> Wanted:
    """Return what is left when some routes go, each of which has its namespace."""
    gone = {f"{wanted.owner}/{pk}" for pk in route_ids}
    kept = {key: one for key, one in wanted.configs.items() if key[1] not in gone}
    return replace(wanted, configs=kept)

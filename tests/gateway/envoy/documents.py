"""Snapshots written by hand, for tests of what proxies make of them."""

from typing import Any

from gateway.snapshot import RouteDocument, Snapshot
from routes.validation import validate
from routes.validation.paths import match_of
from routes.validation.secrets import take_secrets

COLUMNS = {"name", "from", "description"}


def route_document(route_id: str, **settings: Any) -> RouteDocument:
    """Return a route as a deployment holds it; settings under Core's keys."""
    given = {"name": f"Route {route_id}", **settings}
    given["from"] = given.pop("from_", f"https://{route_id}.example.com")
    read = validate(given, allowlist=None)
    assert read.address is not None
    rest, secrets = take_secrets({**given, **read.settings})
    return RouteDocument(
        id=route_id,
        version=1,
        namespace_id="n",
        name=given["name"],
        from_url=read.address.url,
        host=read.address.host,
        match=match_of(rest),
        other_hosts=tuple(read.address.hosts[1:])
        or tuple(filter(None, [rest.get("tls_downstream_server_name")])),
        settings={key: value for key, value in rest.items() if key not in COLUMNS},
        sealed=secrets,
    )


def snapshot_of(*routes: RouteDocument, **settings: Any) -> Snapshot:
    """Return a snapshot with these routes."""
    return Snapshot(
        number=1,
        made_at="2026-01-01T00:00:00+00:00",
        settings=settings,
        routes={route.id: route for route in routes},
    )

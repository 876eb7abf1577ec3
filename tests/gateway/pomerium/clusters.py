"""Cores on the test's databroker."""

from typing import Any

from django.db.models import F

from console.core.actor import system
from gateway import services
from gateway.models import Cluster
from gateway.pomerium.records import CONFIG
from gateway.pomerium.schema import Config
from namespaces.selectors import get_root
from routes.models import Route
from tests.factories import NOW
from tests.gateway.pomerium.broker import SECRET, FakeBroker

SYSTEM = system("test")


def make_cluster(broker: FakeBroker | str, **values: Any) -> Cluster:
    """Add a Core; nothing is published yet."""
    url = broker if isinstance(broker, str) else broker.url
    known = {"name": "Core", "namespace_id": get_root().pk, "shared_secret": SECRET}
    return services.create_cluster(
        **{**known, "url": url, **values}, actor=SYSTEM, now=NOW
    )


def publish(cluster: Cluster, **values: Any) -> Cluster:
    """Publish to a Core, as a worker does."""
    clock = values.pop("clock", lambda: NOW)
    row = services.publish_cluster(cluster.pk, clock=clock, **values)
    assert row is not None
    return row


def route_names(broker: FakeBroker) -> set[str]:
    """Return the routes that a Core would serve."""
    configs = (
        Config.FromString(record.data.value)
        for (kind, _), record in broker.records.items()
        if kind == CONFIG
    )
    return {one.name for config in configs for one in config.routes}


def break_route(row: Route, **settings: Any) -> None:
    """Give a route what no form lets in."""
    Route.objects.filter(pk=row.pk).update(
        settings=row.settings | settings, version=F("version") + 1
    )
    services.publish_now(actor=SYSTEM, now=NOW)

"""What a Core says of its health, and publishing by the command."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from gateway import services
from gateway.models import Standing
from tests.factories import NOW, make_route
from tests.gateway.pomerium.broker import FakeBroker
from tests.gateway.pomerium.clusters import (
    break_route,
    make_cluster,
    publish,
    route_names,
)
from tests.people import Cast


@pytest.fixture(autouse=True)
def _listed(settings: Any) -> None:
    settings.UPSTREAM_ALLOWLIST = ["127.0.0.1"]


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    with FakeBroker() as made:
        yield made


class _Health(BaseHTTPRequestHandler):
    """Core's health, as it tells it."""

    error = ""

    def do_GET(self) -> None:
        found = {"status": "RUNNING", **({"error": self.error} if self.error else {})}
        body = json.dumps({"statuses": {"config.databroker.build": found}}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def health() -> Iterator[tuple[str, type[_Health]]]:
    handler = type("Handler", (_Health,), {})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/status", handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.django_db
class TestHealth:
    def test_that_core_keeps_what_it_had_is_said(
        self,
        cast: Cast,
        broker: FakeBroker,
        health: tuple[str, type[_Health]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("gateway.services.core_health.PAUSE", 0)
        url, handler = health
        services.deploy_changes(now=NOW)
        cluster = make_cluster(broker, status_url=url)
        assert publish(cluster).standing == Standing.CURRENT
        handler.error = "error building policies"

        row = publish(cluster)

        assert row.standing == Standing.FAILING
        assert "error building policies" in row.failure


@pytest.mark.django_db
class TestCommand:
    def test_it_publishes_and_says_how_it_went(
        self, cast: Cast, broker: FakeBroker, capsys: pytest.CaptureFixture[str]
    ) -> None:
        make_route("wiki", namespace=cast.web)
        services.deploy_changes(now=timezone.now())
        make_cluster(broker)

        call_command("publish", "--cluster", "core")

        assert "Core: up to date, deployment 1, 1 routes" in capsys.readouterr().out
        assert route_names(broker) == {"wiki"}

    def test_it_fails_where_publishing_does(
        self, cast: Cast, broker: FakeBroker
    ) -> None:
        route = make_route("wiki", namespace=cast.web)
        break_route(route, healthy_panic_threshold=101)
        make_cluster(broker)

        with pytest.raises(CommandError, match="stay as they were"):
            call_command("publish", "--cluster", "Core")
        with pytest.raises(CommandError, match="no cluster"):
            call_command("publish", "--cluster", "other")

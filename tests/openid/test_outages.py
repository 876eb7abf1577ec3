"""A provider that is slow, down or too much: closed, and nobody else is harmed."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from console.core.models import AuditEvent
from directory.exceptions import ProviderUnavailableError
from directory.openid import fetching, metadata
from tests.openid.conftest import START, begin, finish, go, is_signed_in, visit
from tests.openid.provider import OTHER_KEY, Provider

PATIENCE = 30  # seconds; the machine may be busy, hanging takes longer
DISCOVERY = "/.well-known/openid-configuration"


def hang(handler: Any) -> None:
    """Say nothing for longer than anybody waits."""
    time.sleep(1.2)


def drip(handler: Any) -> None:
    """Send a byte now and then, so that no single wait is long."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    try:
        for _ in range(20):
            handler.wfile.write(b" ")
            time.sleep(0.1)
    except OSError:
        return


def flood(handler: Any) -> None:
    """Send a hundred megabytes."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(100 * 2**20))
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b" " * 2**20)
    except OSError:
        return


def bomb(handler: Any) -> None:
    """Say that the answer is packed."""
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def lead_away(handler: Any) -> None:
    """Redirect to the metadata service of a cloud."""
    handler.send(302, b"", to="http://169.254.169.254/")


FAULTS: dict[str, Any] = {
    "hangs": hang,
    "drips": drip,
    "floods": flood,
    "is-packed": bomb,
    "redirects": lead_away,
    "fails": 500,
    "is-html": "<html>",
    "is-a-list": "[]",
    "is-nested-deeply": "[" * 200_000,
}


class TestOutage:
    @pytest.mark.parametrize("path", [DISCOVERY, "/keys", "/token", "/userinfo"])
    @pytest.mark.parametrize("fault", FAULTS)
    def test_closes_the_way_in(
        self,
        provider: Provider,
        client: Client,
        monkeypatch: pytest.MonkeyPatch,
        path: str,
        fault: str,
    ) -> None:
        monkeypatch.setattr(fetching, "TIMEOUT_SECONDS", 0.5)
        provider.broken[path] = FAULTS[fault]

        started = time.monotonic()
        answer = client.get(START)
        if answer.status_code == 302:
            answer = finish(client, visit(answer["Location"]))
        taken = time.monotonic() - started

        assert answer.status_code in {400, 503}
        assert not is_signed_in(client)
        assert taken < PATIENCE

    def test_that_is_told_in_json_is_no_fault_of_the_code(
        self, provider: Provider, client: Client
    ) -> None:
        address = begin(client)
        provider.broken["/token"] = lambda handler: handler.send(
            500, b'{"error": "internal_server_error"}'
        )

        assert finish(client, visit(address)).status_code == 503
        event = AuditEvent.objects.get(action="person.openid-refused")
        assert "answers 500 instead of tokens" in event.reason

    def test_leaves_sessions_alone(self, provider: Provider, client: Client) -> None:
        go(client)
        provider.broken = dict.fromkeys((DISCOVERY, "/keys", "/token"), 500)
        metadata.forget()

        assert client.get(START).status_code == 503
        assert is_signed_in(client)

    def test_is_survived_by_what_is_remembered(
        self, provider: Provider, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go(client)
        monkeypatch.setattr(metadata, "FRESH_SECONDS", 0)
        provider.broken = dict.fromkeys((DISCOVERY, "/keys"), 500)

        assert go(Client()).status_code == 302

    def test_is_not_asked_about_by_everybody(
        self, provider: Provider, client: Client
    ) -> None:
        provider.broken[DISCOVERY] = 500

        for _ in range(5):
            assert client.get(START).status_code == 503

        assert provider.asked.count(DISCOVERY) == 1

    def test_does_not_keep_all_workers_waiting(
        self, provider: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fetching, "TIMEOUT_SECONDS", 0.2)
        for _ in range(fetching.AT_A_TIME):
            fetching._slots.acquire()
        try:
            with pytest.raises(ProviderUnavailableError, match="too many"):
                fetching.fetch_json(provider.issuer + DISCOVERY)
        finally:
            for _ in range(fetching.AT_A_TIME):
                fetching._slots.release()

        monkeypatch.undo()
        assert fetching.fetch_json(provider.issuer + DISCOVERY)


class TestKeys:
    def test_are_fetched_once_for_many(
        self, provider: Provider, client: Client
    ) -> None:
        for _ in range(3):
            go(Client())

        assert provider.asked.count("/keys") == 1
        assert provider.asked.count(DISCOVERY) == 1

    def test_that_were_rotated_are_fetched_anew_but_not_for_every_guess(
        self,
        provider: Provider,
        client: Client,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        go(client)
        provider.key, provider.kid = OTHER_KEY, "key-3"
        provider.published = [("key-3", OTHER_KEY)]

        assert go(Client()).status_code == 400  # fetched less than a minute ago
        monkeypatch.setattr(metadata, "REFRESH_SECONDS", 0)
        assert go(Client()).status_code == 302
        monkeypatch.setattr(metadata, "REFRESH_SECONDS", 60)
        provider.kid = "key-9"
        for _ in range(5):
            assert go(Client()).status_code == 400

        assert provider.asked.count("/keys") == 2


class TestMetadata:
    @pytest.mark.parametrize(
        "change",
        [
            lambda found: found.update(issuer="https://evil.example.com"),
            lambda found: found.pop("token_endpoint"),
            lambda found: found.update(token_endpoint="http://evil.example.com/token"),
            lambda found: found.update(jwks_uri="https://169.254.169.254/"),
            lambda found: found.update(authorization_endpoint="javascript:alert(1)"),
            lambda found: found.update(userinfo_endpoint=7),
        ],
    )
    def test_that_leads_astray_is_not_used(
        self,
        provider: Provider,
        client: Client,
        change: Callable[[dict[str, Any]], None],
    ) -> None:
        provider.change_metadata = change

        assert client.get(START).status_code == 502

    def test_that_names_no_safe_algorithm_lets_nobody_in(
        self, provider: Provider, client: Client
    ) -> None:
        name = "id_token_signing_alg_values_supported"
        provider.change_metadata = lambda found: found.update({name: ["HS256", "none"]})

        assert finish(client, visit(begin(client))).status_code == 400

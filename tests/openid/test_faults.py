"""What is no proper answer to a log-in is refused, and the session stays as it was."""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.test import Client

from console.core.models import AuditEvent
from directory.models import User
from tests.factories import make_user
from tests.openid.conftest import (
    CALLBACK,
    START,
    begin,
    finish,
    go,
    is_signed_in,
    visit,
)
from tests.openid.provider import OTHER_KEY, Provider, public_pem

REFUSED = "person.openid-refused"
Claims = dict[str, Any]


def hmac_of_public_key(claims: Claims) -> str:
    """Sign with the public key as if it were a shared secret.

    The library refuses to make such a token, so it is made by hand.
    """

    def encode(data: bytes) -> str:
        return urlsafe_b64encode(data).decode().rstrip("=")

    head = encode(json.dumps({"alg": "HS256", "kid": "key-1"}).encode())
    body = encode(json.dumps(claims).encode())
    made = hmac.new(public_pem(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{encode(made)}"


class TestAnswer:
    """State, nonce, PKCE, replay (case 80)."""

    @pytest.mark.parametrize("name", ["state", "code"])
    def test_without_what_it_needs_is_refused(
        self, provider: Provider, client: Client, name: str
    ) -> None:
        query = visit(begin(client))
        del query[name]

        assert finish(client, query).status_code == 400
        assert not is_signed_in(client)

    def test_with_another_state_is_refused(
        self, provider: Provider, client: Client
    ) -> None:
        query = visit(begin(client)) | {"state": "x" * 32}

        assert finish(client, query).status_code == 400

    def test_that_was_used_is_refused(self, provider: Provider, client: Client) -> None:
        query = visit(begin(client))
        finish(client, query)

        assert finish(client, query).status_code == 400
        assert is_signed_in(client)
        assert finish(Client(), query).status_code == 400

    def test_of_another_browser_is_refused(
        self, provider: Provider, client: Client
    ) -> None:
        victim = Client()
        injected = visit(begin(client))
        own = visit(begin(victim))

        assert finish(victim, injected).status_code == 400
        mixed = finish(victim, {"code": injected["code"], "state": own["state"]})
        assert mixed.status_code == 400
        assert not is_signed_in(victim)

    def test_that_is_late_is_refused(
        self, provider: Provider, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        query = visit(begin(client))
        monkeypatch.setattr("console.ui.openid.views.STATE_SECONDS", -1)

        assert finish(client, query).status_code == 400

    def test_of_another_issuer_is_refused(
        self, provider: Provider, client: Client
    ) -> None:
        query = visit(begin(client)) | {"iss": "https://evil.example.com"}

        assert finish(client, query).status_code == 400

    def test_that_says_no_is_refused_and_ends_no_session(
        self, provider: Provider, client: Client
    ) -> None:
        client.force_login(make_user("ada"))
        state = parse_qs(urlsplit(begin(client)).query)["state"][0]

        answer = finish(client, {"error": "access_denied", "state": state})

        assert answer.status_code == 400
        assert is_signed_in(client)
        assert b"still signed in as ada@example.com" in answer.content

    def test_asks_with_nonce_and_a_hashed_verifier(
        self, provider: Provider, client: Client
    ) -> None:
        query = parse_qs(urlsplit(begin(client)).query)

        assert query["code_challenge_method"] == ["S256"]
        assert len(query["nonce"][0]) >= 32
        assert query["redirect_uri"] == [f"http://testserver{CALLBACK}"]

    def test_of_the_oldest_of_51_parallel_log_ins_is_refused_and_the_others_not(
        self, provider: Provider, client: Client
    ) -> None:
        addresses = [begin(client) for _ in range(51)]
        first, second = visit(addresses[0]), visit(addresses[1])

        assert finish(client, first).status_code == 400
        assert finish(client, second).status_code == 302
        assert is_signed_in(client)

    def test_is_refused_without_growing_the_log_without_end(
        self, provider: Provider, client: Client
    ) -> None:
        for _ in range(25):
            client.get(CALLBACK, {"code": "x", "state": "y"})

        assert AuditEvent.objects.filter(action=REFUSED).count() == 20


FAULTS: dict[str, Callable[[Provider], None]] = {
    "unsigned": lambda one: setattr(
        one, "make_token", lambda claims: jwt.encode(claims, "", algorithm="none")
    ),
    "hmac-with-public-key": lambda one: setattr(one, "make_token", hmac_of_public_key),
    "hmac-with-our-secret": lambda one: setattr(
        one,
        "make_token",
        lambda claims: jwt.encode(claims, "the-client-secret" * 3, algorithm="HS256"),
    ),
    "another-key": lambda one: setattr(one, "key", OTHER_KEY),
    "unknown-kid": lambda one: setattr(one, "kid", "key-9"),
    "key-of-another-type": lambda one: setattr(one, "kid", "key-2"),
    "ambiguous-without-kid": lambda one: vars(one).update(
        kid=None, published=[("a", one.key), ("b", OTHER_KEY)]
    ),
    "not-a-token": lambda one: setattr(one, "make_token", lambda _: "a.b"),
    "no-token": lambda one: setattr(one, "make_token", lambda _: None),
    "huge-token": lambda one: setattr(one, "make_token", lambda _: "a" * 70_000),
    "access-token": lambda one: setattr(
        one,
        "make_token",
        lambda claims: jwt.encode(
            claims,
            one.key,
            algorithm="RS256",
            headers={"kid": "key-1", "typ": "at+jwt"},
        ),
    ),
    "userinfo-of-another": lambda one: setattr(one, "userinfo", {"sub": "person-2"}),
    "userinfo-unsigned": lambda one: setattr(
        one,
        "userinfo",
        jwt.encode(
            {"sub": "person-1", "iss": one.issuer, "aud": "postern"},
            "",
            algorithm="none",
        ),
    ),
    "userinfo-of-another-key": lambda one: setattr(
        one,
        "userinfo",
        jwt.encode(
            {"sub": "person-1", "iss": one.issuer, "aud": "postern"},
            OTHER_KEY,
            algorithm="RS256",
            headers={"kid": "key-1"},
        ),
    ),
}
CLAIMS: dict[str, Claims] = {
    "other-audience": {"aud": "another-client"},
    "no-audience": {"aud": None},
    "shared-audience-without-party": {"aud": ["postern", "another-client"]},
    "other-party": {"azp": "another-client"},
    "other-party-in-shared-audience": {
        "aud": ["postern", "another-client"],
        "azp": "another-client",
    },
    "other-issuer": {"iss": "https://evil.example.com"},
    "issuer-with-a-slash": {"iss": "{issuer}/"},
    "no-issuer": {"iss": None},
    "expired": {"exp": -61, "iat": -400},
    "no-end": {"exp": None},
    "not-yet-valid": {"nbf": 300},
    "made-in-the-future": {"iat": 300},
    "no-time": {"iat": None},
    "no-subject": {"sub": None},
    "empty-subject": {"sub": ""},
    "long-subject": {"sub": "x" * 256},
    "subject-is-a-number": {"sub": 7},
    "other-nonce": {"nonce": "x" * 32},
    "no-nonce": {"nonce": None},
    "nul-in-a-claim": {"name": "a\0b"},
    "nul-in-the-session": {"sid": "a\0b"},
}
TIMES = ("exp", "iat", "nbf")


def change_claims(provider: Provider, changes: Claims) -> None:
    def change(claims: Claims) -> None:
        for name, value in changes.items():
            if value is None:
                del claims[name]
            elif name in TIMES:
                claims[name] = int(time.time()) + value
            elif isinstance(value, str):
                claims[name] = value.replace("{issuer}", provider.issuer)
            else:
                claims[name] = value

    provider.change_token = change


class TestToken:
    """Whatever is wrong with a token: 4xx and an event, no session (case 81)."""

    @pytest.mark.parametrize("fault", FAULTS)
    def test_that_nobody_should_believe_is_refused(
        self, provider: Provider, client: Client, fault: str
    ) -> None:
        FAULTS[fault](provider)

        self.check_refused(client)

    @pytest.mark.parametrize("fault", CLAIMS)
    def test_that_says_something_else_is_refused(
        self, provider: Provider, client: Client, fault: str
    ) -> None:
        change_claims(provider, CLAIMS[fault])

        self.check_refused(client)

    @staticmethod
    def check_refused(client: Client) -> None:
        answer = go(client)

        assert answer.status_code == 400
        assert not is_signed_in(client)
        assert not User.objects.exists()
        assert AuditEvent.objects.get(action=REFUSED).reason

    @pytest.mark.parametrize(
        "changes",
        [
            {"exp": -30, "iat": -330},
            {"nbf": 30},
            {"aud": ["postern"]},
            {"aud": ["postern", "another"], "azp": "postern"},
        ],
    )
    def test_within_the_rules_is_believed(
        self, provider: Provider, client: Client, changes: Claims
    ) -> None:
        change_claims(provider, changes)

        assert go(client).status_code == 302

    def test_without_key_id_is_believed_when_there_is_one_key(
        self, provider: Provider, client: Client
    ) -> None:
        provider.kid, provider.published = None, [("key-1", provider.key)]

        assert go(client).status_code == 302


class TestWays:
    """Redirects stay here (case 85)."""

    @pytest.mark.parametrize(
        "address",
        [
            "//evil.example.com",
            "/\\evil.example.com",
            "https://evil.example.com/",
            "/\t/evil.example.com",
            "javascript:alert(1)",
            "http:evil.example.com",
            "///evil.example.com",
        ],
    )
    def test_lead_to_no_other_host(
        self, provider: Provider, client: Client, address: str
    ) -> None:
        assert go(client, next=address)["Location"] == "/"

    def test_of_parallel_log_ins_are_not_mixed_up(
        self, provider: Provider, client: Client
    ) -> None:
        one, _ = begin(client, next="/audit/"), begin(client, next="/people/")

        assert finish(client, visit(one))["Location"] == "/audit/"

    def test_are_registered_for_the_public_address_only(
        self, provider: Provider, client: Client, settings: Any
    ) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        settings.PUBLIC_URL = "https://console.example.com"

        address = client.get(START, headers={"Host": "evil.example.com"})["Location"]

        redirect = parse_qs(urlsplit(address).query)["redirect_uri"]
        assert redirect == [f"https://console.example.com{CALLBACK}"]

    def test_are_no_frames(self, provider: Provider, client: Client) -> None:
        answer = client.get("/sign-in/")

        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]

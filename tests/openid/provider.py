"""An identity provider over HTTP, correct unless a test makes it misbehave.

It speaks discovery, keys, authorization with PKCE, tokens and userinfo. People don't
type anything: whoever comes is signed in as `subject`. Each fault is a change of one
field, so that a test shows in one line what is wrong.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
CLIENT_ID, CLIENT_SECRET = "postern", "the-client-secret"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
Change = Callable[[dict[str, Any]], None]


def nothing(_: dict[str, Any]) -> None:
    """Leave it as it is."""


@dataclass
class Provider:
    """What it knows, what it does, and what it was asked.

    `broken` maps a path to what is answered there instead: a status, a text, or a
    function that gets the request's handler.
    """

    subject: str = "person-1"
    claims: dict[str, Any] = field(
        default_factory=lambda: {"email": "ada@example.com", "email_verified": True}
    )
    key: Any = RSA_KEY
    kid: str | None = "key-1"
    algorithm: str = "RS256"
    change_token: Change = nothing
    change_metadata: Change = nothing
    make_token: Callable[[dict[str, Any]], str] | None = None
    userinfo: Any = None
    published: list[tuple[str, Any]] = field(default_factory=list)
    broken: dict[str, Any] = field(default_factory=dict)
    redirect_uris: list[str] = field(default_factory=list)
    secret: str = CLIENT_SECRET
    method: str = ""  # the one that the client is registered with, if it matters
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    issuer: str = ""

    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end",
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
        self.change_metadata(found)
        return found

    def keys(self) -> dict[str, Any]:
        """The key set."""
        pairs = self.published or [("key-1", RSA_KEY), ("key-2", EC_KEY)]
        return {"keys": [public_key(kid, key) for kid, key in pairs]}

    def authorize(self, query: dict[str, str]) -> tuple[int, str]:
        """Sign the person in, and return where to send the browser."""
        uri = query.get("redirect_uri", "")
        known = not self.redirect_uris or uri in self.redirect_uris
        if query.get("client_id") != CLIENT_ID or not known:
            return 400, ""
        if query.get("prompt") == "none":
            back = {"error": "login_required", "state": query["state"]}
            return 302, f"{uri}?{urlencode(back)}"
        code = secrets.token_hex(8)
        self.codes[code] = query
        return 302, f"{uri}?{urlencode({'code': code, 'state': query['state']})}"

    def redeem(
        self, form: dict[str, str], authorization: str
    ) -> tuple[int, dict[str, Any]]:
        """Give tokens for a code, once."""
        pair = f"{form.get('client_id')}:{form.get('client_secret')}"
        if authorization:
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        came = "client_secret_basic" if authorization else "client_secret_post"
        if pair != f"{CLIENT_ID}:{self.secret}" or came != (self.method or came):
            return 401, {"error": "invalid_client"}
        begun = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            begun is None
            or begun["code_challenge_method"] != "S256"
            or begun["code_challenge"] != challenge
            or begun["redirect_uri"] != form.get("redirect_uri")
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": "an-access-token",
            "token_type": "Bearer",
            "id_token": self.sign(self.token_claims(begun["nonce"])),
        }

    def token_claims(self, nonce: str) -> dict[str, Any]:
        """What the ID token says."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "sid": "session-1",
        }
        claims |= self.claims
        self.change_token(claims)
        return claims

    def sign(self, claims: dict[str, Any], **headers: Any) -> str:
        """Make a token of claims."""
        if self.make_token is not None:
            return self.make_token(claims)
        kid = {} if self.kid is None else {"kid": self.kid}
        return jwt.encode(
            claims, self.key, algorithm=self.algorithm, headers=kid | headers
        )

    def logout_token(self, **changes: Any) -> str:
        """Make a token that ends sessions; None takes a claim away."""
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": int(time.time()),
            "exp": int(time.time()) + 120,
            "jti": secrets.token_hex(8),
            "sid": "session-1",
            "events": {LOGOUT_EVENT: {}},
        }
        kept = {k: v for k, v in (claims | changes).items() if v is not None}
        return self.sign(kept, typ="logout+jwt")

    def tell(self) -> tuple[str, bytes]:
        """What userinfo says."""
        found = {"sub": self.subject} if self.userinfo is None else self.userinfo
        if isinstance(found, str):
            return "application/jwt", found.encode()
        return "application/json", json.dumps(found).encode()


def public_key(kid: str, key: Any) -> dict[str, Any]:
    """Return a key as the key set publishes it."""
    make: Any = (
        jwt.algorithms.ECAlgorithm
        if isinstance(key, ec.EllipticCurvePrivateKey)
        else jwt.algorithms.RSAAlgorithm
    )
    found: dict[str, Any] = json.loads(make.to_jwk(key.public_key()))
    return found | {"kid": kid, "use": "sig"}


def public_pem() -> bytes:
    """Return the public key as text: what a forger would use as a shared secret."""
    return RSA_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


class Handler(BaseHTTPRequestHandler):
    """Answers for the provider of its server."""

    provider: Provider

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def send(
        self, status: int, body: bytes, kind: str = "application/json", to: str = ""
    ) -> None:
        """Answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if to:
            self.send_header("Location", to)
        self.end_headers()
        self.wfile.write(body)

    def is_broken(self, path: str) -> bool:
        """Do what a test wants instead of the right thing."""
        self.provider.asked.append(path)
        fault = self.provider.broken.get(path)
        if callable(fault):
            fault(self)
        elif isinstance(fault, int):
            self.send(fault, b"{}")
        elif fault is not None:
            self.send(200, str(fault).encode())
        return fault is not None

    def do_GET(self) -> None:
        """Answer a read."""
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if self.is_broken(parts.path):
            return
        if parts.path == "/.well-known/openid-configuration":
            self.send(200, json.dumps(self.provider.metadata()).encode())
        elif parts.path == "/keys":
            self.send(200, json.dumps(self.provider.keys()).encode())
        elif parts.path == "/userinfo":
            kind, body = self.provider.tell()
            self.send(200, body, kind)
        elif parts.path == "/authorize":
            status, address = self.provider.authorize(query)
            self.send(status, b"", to=address)
        else:
            self.send(404, b"{}")

    def do_POST(self) -> None:
        """Answer a code."""
        length = int(self.headers.get("Content-Length", "0"))
        text = self.rfile.read(length).decode()
        form = {name: values[0] for name, values in parse_qs(text).items()}
        if self.is_broken(self.path):
            return
        status, found = self.provider.redeem(
            form, self.headers.get("Authorization", "")
        )
        self.send(status, json.dumps(found).encode())


@contextmanager
def serving() -> Iterator[Provider]:
    """Serve a provider on a free port of this machine."""
    provider = Provider()
    handler = type("Handler", (Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()

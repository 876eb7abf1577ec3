"""The ways in which providers take a credential. No credential is kept beyond a run."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from directory.exceptions import CredentialRefusedError
from directory.providers.base import Client, Request
from directory.providers.reading import at

EARLY_SECONDS = 120
ASSERTION_SECONDS = 3600
TOKEN_PAGE = "the access token"  # noqa: S105 # its name in messages


class Nothing:
    """For addresses that ask for no credential."""

    def headers(
        self, request: Request, content: bytes, client: Client
    ) -> dict[str, str]:
        return {}


class Header:
    """A fixed header: an API token."""

    def __init__(self, name: str, value: str) -> None:
        self._name, self._value = name, value

    def headers(
        self, request: Request, content: bytes, client: Client
    ) -> dict[str, str]:
        return {self._name: self._value} if self._value else {}


class Headers:
    """Headers as an administrator wrote them, one in a line."""

    def __init__(self, text: str) -> None:
        pairs = [line.partition(":") for line in text.splitlines() if line.strip()]
        self._headers = {
            name.strip().lower(): value.strip() for name, _, value in pairs
        }

    def headers(
        self, request: Request, content: bytes, client: Client
    ) -> dict[str, str]:
        return self._headers


class AccessToken:
    """A token that is fetched first, and anew shortly before it ends.

    `form` makes what is posted to the address; `extra` are headers of that request.
    """

    def __init__(
        self,
        url: str,
        form: Callable[[], Mapping[str, str]],
        extra: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url, self._form, self._extra = url, form, dict(extra or {})
        self._clock = clock
        self._token = ""
        self._until = 0.0

    def headers(
        self, request: Request, content: bytes, client: Client
    ) -> dict[str, str]:
        if request.form is not None:
            return self._extra
        if not self._token or self._clock() >= self._until:
            self._fetch(client)
        return {"authorization": f"Bearer {self._token}"}

    def _fetch(self, client: Client) -> None:
        request = Request(url=self._url, method="POST", form=dict(self._form()))
        answer = client.fetch(request, page=TOKEN_PAGE)
        token = at(answer.body, "access_token")
        if not isinstance(token, str) or not token:
            raise CredentialRefusedError(
                "the provider answered without an access token", page=TOKEN_PAGE
            )
        lasts = at(answer.body, "expires_in")
        seconds = float(lasts) if isinstance(lasts, int | float) else 300.0
        self._token = token
        self._until = self._clock() + max(seconds - EARLY_SECONDS, seconds / 2)


def client_credentials(
    url: str, client_id: str, client_secret: str, **more: str
) -> AccessToken:
    """Return the OAuth grant of a machine that has an id and a secret."""
    return AccessToken(
        url,
        lambda: {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            **more,
        },
    )


def signed_assertion(
    key_file: str, *, subject: str, scope: str, url: str
) -> AccessToken:
    """Return the OAuth grant of a Google service account that acts as an admin.

    Raises:
        CredentialRefusedError: the key file is not one of Google's.
    """
    try:
        key = json.loads(key_file)
        email = str(key["client_email"])
        private = load_pem_private_key(key["private_key"].encode(), password=None)
        if not isinstance(private, RSAPrivateKey):
            raise TypeError("not an RSA key")  # noqa: TRY301
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CredentialRefusedError(
            "the key is not the JSON file of a Google service account"
        ) from error

    def form() -> Mapping[str, str]:
        issued = int(time.time())
        assertion = jwt.encode(
            {
                "iss": email,
                "sub": subject,
                "scope": scope,
                "aud": url,
                "iat": issued,
                "exp": issued + ASSERTION_SECONDS,
            },
            private,
            algorithm="RS256",
        )
        grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
        return {"grant_type": grant, "assertion": assertion}

    return AccessToken(url, form)


class AwsSignature:
    """Signature version 4 of Amazon, over method, address, headers and body."""

    def __init__(
        self,
        *,
        key_id: str,
        secret: str,
        region: str,
        service: str,
        session_token: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._key_id, self._secret = key_id, secret
        self._region, self._service = region, service
        self._session_token = session_token
        self._clock = clock

    def headers(
        self, request: Request, content: bytes, client: Client
    ) -> dict[str, str]:
        moment = self._clock().strftime("%Y%m%dT%H%M%SZ")
        scope = f"{moment[:8]}/{self._region}/{self._service}/aws4_request"
        parts = urlsplit(request.url)
        signed = {
            "content-type": "application/x-amz-json-1.1",
            "host": parts.netloc,
            "x-amz-date": moment,
            **{name.lower(): value for name, value in request.headers.items()},
        }
        if self._session_token:
            signed["x-amz-security-token"] = self._session_token
        names = ";".join(sorted(signed))
        canonical = "\n".join(
            [
                request.method,
                parts.path or "/",
                "",
                *(f"{name}:{signed[name]}" for name in sorted(signed)),
                "",
                names,
                hashlib.sha256(content).hexdigest(),
            ]
        )
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        to_sign = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
        signature = hmac.new(self._key(moment[:8]), to_sign.encode(), hashlib.sha256)
        return signed | {
            "authorization": (
                f"AWS4-HMAC-SHA256 Credential={self._key_id}/{scope}, "
                f"SignedHeaders={names}, Signature={signature.hexdigest()}"
            )
        }

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self._secret}".encode()
        for part in (day, self._region, self._service, "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key

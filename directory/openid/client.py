"""The console as a client of the provider: redeem codes, ask who somebody is."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext

from directory.exceptions import (
    ProviderMisconfiguredError,
    ProviderUnavailableError,
    TokenRefusedError,
)
from directory.openid import fetching, metadata, tokens
from directory.openid.metadata import Metadata, discover
from directory.selectors import Provider

OK, BROKEN = 200, 500
METHODS = ("client_secret_post", "client_secret_basic")
WRONG_CLIENT = frozenset({"invalid_client", "unauthorized_client"})


@dataclass(frozen=True, slots=True)
class Client:
    """A provider, and what it says of itself."""

    provider: Provider
    metadata: Metadata

    def redeem(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """Return the tokens that a code is good for.

        Raises:
            ProviderUnavailableError: no answer, or one that something is broken there.
            ProviderMisconfiguredError: it does not accept our id and secret.
            TokenRefusedError: it does not accept the code.
        """
        fields = {**fields, "client_id": self.provider.client_id}
        key = self.provider.issuer, self.provider.client_id
        status, found = 0, dict[str, Any]()
        for method in metadata.order_methods(key, self._methods()):
            status, found = self._ask_for_tokens(fields, method)
            if status >= BROKEN or found.get("error") != "invalid_client":
                metadata.remember_method(key, method)
                break
        if status == OK:
            return found
        error = str(found.get("error", ""))[:100]
        if status >= BROKEN:
            # Neither code nor secret were looked at, whatever stands in the answer.
            raise ProviderUnavailableError(
                gettext(
                    "the provider answers %(status)s instead of tokens: `%(error)s`"
                )
                % {"status": status, "error": error}
            )
        if error in WRONG_CLIENT:
            raise ProviderMisconfiguredError(
                gettext("the provider does not accept this client id and secret")
            )
        raise TokenRefusedError(
            gettext("the provider does not accept the code: `%(error)s`")
            % {"error": error}
        )

    def _methods(self) -> list[str]:
        """Return how the console may say who it is, likely ones first.

        A provider lists what it knows, and may demand of each client the one that it
        was registered with.
        """
        if not self.provider.client_secret:
            return ["none"]  # PKCE alone proves who asks
        listed = self.metadata.token_auth_methods
        return [one for one in METHODS if one in listed] or [METHODS[-1]]

    def _ask_for_tokens(
        self, fields: Mapping[str, str], method: str
    ) -> tuple[int, dict[str, Any]]:
        headers: dict[str, str] = {}
        if method == "client_secret_post":
            fields = {**fields, "client_secret": self.provider.client_secret}
        elif method == "client_secret_basic":
            headers["Authorization"] = self._basic()
        endpoint = self.metadata.token_endpoint
        return fetching.post_form(endpoint, fields, headers=headers)

    def _basic(self) -> str:
        pair = (self.provider.client_id, self.provider.client_secret)
        text = ":".join(quote(one, safe="") for one in pair)
        return f"Basic {b64encode(text.encode()).decode()}"

    def verify(self, token: Any, *, nonce: str | None) -> dict[str, Any]:
        """Return the claims of an ID token.

        Raises:
            TokenRefusedError: it can't be believed.
        """
        return tokens.verify_id_token(
            token, self.metadata, client_id=self.provider.client_id, nonce=nonce
        )

    def ask_userinfo(self, access_token: Any, *, subject: str) -> dict[str, Any]:
        """Return what the provider tells about the person; {} if it has no place.

        Raises:
            TokenRefusedError: it tells about somebody else, or unsigned what it signs.
            ProviderUnavailableError: no answer.
        """
        url = self.metadata.userinfo_endpoint
        if not url or not isinstance(access_token, str):
            return {}
        answer = fetching.request(
            "GET", url, headers={"Authorization": f"Bearer {access_token}"}
        )
        if answer.status != OK:
            raise TokenRefusedError(
                gettext("the provider answers %(status)s about the person")
                % {"status": answer.status}
            )
        if answer.content_type == "application/jwt":
            found = tokens.verify_userinfo(
                answer.body.decode(errors="replace"),
                self.metadata,
                client_id=self.provider.client_id,
            )
        else:
            found = fetching.read_object(answer.body, url)
        if found.get("sub") != subject:
            raise TokenRefusedError(gettext("the provider tells about somebody else"))
        return found


def connect(provider: Provider) -> Client:
    """Return the client of a provider.

    Raises:
        ProviderUnavailableError: it can't be reached.
        ProviderMisconfiguredError: what it says can't be used.
    """
    return Client(provider, discover(provider.issuer))

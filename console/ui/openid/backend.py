"""The library's backend, made strict: identity, times, limits, endpoints.

Left to the library: the order of the steps. Ours: where things are, how they are
fetched, what is believed, and who somebody is.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from console.core import http
from directory import selectors as directory_selectors
from directory import services as directory_services
from directory.exceptions import TokenRefusedError
from directory.openid.client import Client, connect


class OpenIdBackend(OIDCAuthenticationBackend):  # type: ignore[misc] # it has no types
    """Signs people in by (issuer, subject)."""

    client: Client
    request: HttpRequest

    def __init__(self) -> None:
        # Not the parent's: it reads endpoints from Django's settings.
        self.UserModel = get_user_model()

    def authenticate(self, request: HttpRequest | None, **kwargs: Any) -> Any:
        """Return the person of the code in the request, None without provider.

        Raises:
            ConsoleError: the sign-in is refused; says why.
        """
        provider = directory_selectors.get_provider()
        if request is None or provider is None or not kwargs.get("nonce"):
            return None
        self.client = connect(provider)
        self.OIDC_RP_CLIENT_ID = provider.client_id
        self.OIDC_RP_CLIENT_SECRET = provider.client_secret
        return super().authenticate(request, **kwargs)

    def get_token(self, payload: dict[str, str]) -> dict[str, Any]:
        """Redeem the code, within the limits."""
        if not payload.get("code_verifier"):
            raise TokenRefusedError(gettext("this log-in has no code verifier"))
        fields = {k: v for k, v in payload.items() if k != "client_secret"}
        return self.client.redeem(fields | {"redirect_uri": callback_url(self.request)})

    def verify_token(self, token: Any, **kwargs: Any) -> dict[str, Any]:
        """Check everything that makes an ID token believable."""
        return self.client.verify(token, nonce=kwargs.get("nonce"))

    def store_tokens(self, access_token: Any, id_token: Any) -> None:
        """Keep none: nothing is done with them later."""

    def get_or_create_user(
        self, access_token: Any, id_token: Any, payload: dict[str, Any]
    ) -> Any:
        """Return the person of (issuer, subject), never of an e-mail address."""
        told = self.client.ask_userinfo(access_token, subject=payload["sub"])
        if "email" in payload:
            # An address and its "verified" count together, from one answer.
            told = {k: v for k, v in told.items() if not k.startswith("email")}
        signed_in = directory_services.sign_in_by_identity(
            told | payload,
            provider=self.client.provider,
            actor=http.actor_of(self.request),
            now=timezone.now(),
        )
        user: Any = signed_in.user
        user.openid_id = str(signed_in.session_id)
        return user

    def get_user(self, user_id: Any) -> Any:
        """Return the person of a session, unless deactivated."""
        return self.UserModel.objects.filter(pk=user_id, is_active=True).first()


def callback_url(request: HttpRequest) -> str:
    """Return where the provider sends people back to: one address, as registered."""
    return http.public_url(request, reverse("openid-callback"))

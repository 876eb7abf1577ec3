"""The way to the identity provider and back, and the provider's own sign-outs."""

import hmac
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View
from mozilla_django_oidc.utils import import_from_settings
from mozilla_django_oidc.views import (
    OIDCAuthenticationCallbackView,
    OIDCAuthenticationRequestView,
)

from console.core import http
from console.core.exceptions import ConsoleError, NotFoundError
from console.ui.openid.backend import callback_url
from directory import selectors as directory_selectors
from directory import services as directory_services
from directory.authentication import actor_for, start_session
from directory.exceptions import SignInRefusedError, TokenRefusedError
from directory.openid import tokens
from directory.openid.client import connect

STATES = "oidc_states"
STATE_SECONDS = 600
PENDING_SECONDS = 3600
MAX_TEXT = 2000
FOR_PEOPLE = gettext_lazy(
    "Sign-in with your identity provider did not work. Try again; if "
    "it stays so, tell an administrator: the audit log says why."
)
REASONS = frozenset({"access_denied", "login_required", "consent_required"})


@method_decorator(login_not_required, name="dispatch")
class OpenIdSignIn(OIDCAuthenticationRequestView):  # type: ignore[misc] # no types
    """Sends the browser to the provider, with state, nonce and PKCE."""

    def __init__(self, **kwargs: Any) -> None:
        # Not the parent's: it reads endpoints from Django's settings.
        View.__init__(self, **kwargs)

    @staticmethod
    def get_settings(attr: str, *args: Any) -> Any:
        """Return a setting of the library; what must hold can't be switched off."""
        fixed = {"OIDC_USE_PKCE": True, "OIDC_USE_NONCE": True}
        return fixed[attr] if attr in fixed else import_from_settings(attr, *args)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Redirect, or say why not."""
        provider = directory_selectors.get_provider()
        if provider is None:
            raise NotFoundError
        try:
            client = connect(provider)
        except ConsoleError as error:
            return refuse(request, error)
        self.scopes = provider.scopes
        self.OIDC_OP_AUTH_ENDPOINT = client.metadata.authorization_endpoint
        self.OIDC_RP_CLIENT_ID = provider.client_id
        if not request.user.is_authenticated:
            # Nobody may fill the table with sessions of those who never come back.
            request.session.set_expiry(PENDING_SECONDS)
        response: HttpResponse = super().get(request)
        # The library keeps one "next" for all tabs; each log-in has its own here.
        request.session.pop("oidc_login_next", None)
        newest = list(request.session[STATES])[-1]
        request.session[STATES][newest]["next"] = http.safe_next(
            request, request.GET.get("next", ""), default=reverse("overview")
        )
        return response

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        """Add what the library would take from the request or from settings."""
        return {"redirect_uri": callback_url(request), "scope": self.scopes}


@method_decorator(login_not_required, name="dispatch")
class OpenIdCallback(OIDCAuthenticationCallbackView):  # type: ignore[misc] # no types
    """The way back: a code for a state that this browser began with."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Sign in, or refuse and leave whatever session there is as it was."""
        self.next_url = reverse("overview")
        try:
            self.check_answer(request)
            response: HttpResponse = super().get(request)
        except (ConsoleError, SuspiciousOperation) as error:
            return refuse(request, error)
        return response

    def check_answer(self, request: HttpRequest) -> None:
        """Refuse what is not the answer to a log-in of this browser.

        Raises:
            TokenRefusedError: says why.
        """
        given = {name: request.GET.get(name, "") for name in ("state", "code", "error")}
        pending = request.session.get(STATES) or {}
        begun = pending.get(given["state"])
        if begun is None:
            raise TokenRefusedError(gettext("this browser did not begin such a log-in"))
        self.next_url = begun.get("next") or self.next_url
        self.check_issuer(request)
        is_old = time.time() - begun["added_on"] > STATE_SECONDS
        if given["error"] or not given["code"] or is_old:
            del request.session[STATES][given["state"]]
            request.session.modified = True
            if given["error"] in REASONS:
                raise TokenRefusedError(
                    gettext("the provider says `%(error)s`") % {"error": given["error"]}
                )
            raise TokenRefusedError(
                gettext("too old") if is_old else gettext("the answer has no code")
            )

    @staticmethod
    def check_issuer(request: HttpRequest) -> None:
        """Refuse the answer of another provider than the one that was asked."""
        provider = directory_selectors.get_provider()
        told = request.GET.get("iss")
        if provider is None:
            raise NotFoundError
        if told is not None and not hmac.compare_digest(
            told.encode(), provider.issuer.encode()
        ):
            raise TokenRefusedError(gettext("the answer is of another issuer"))

    def login_success(self) -> HttpResponse:
        """Start a session under a new id."""
        start_session(self.request, self.user, openid_id=self.user.openid_id)
        directory_services.record_sign_in(
            self.user.pk,
            method="OpenID Connect",
            actor=actor_for(self.request),
            now=timezone.now(),
        )
        return http.redirect(self.request, self.next_url)

    def login_failure(self) -> HttpResponse:
        """Answer for what the library refuses without saying why."""
        return refuse(self.request, SignInRefusedError())


def refuse(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer 4xx or 503 with a page, and tell administrators why in the audit log."""
    reason = error.message if isinstance(error, ConsoleError) else str(error)
    directory_services.record_refused_identity(
        reason, actor=http.actor_of(request), now=timezone.now()
    )
    status = error.http_status if isinstance(error, ConsoleError) else 400
    is_about_person = isinstance(error, SignInRefusedError)
    context = {
        "title": gettext("You are not signed in"),
        "text": reason if is_about_person else FOR_PEOPLE,
    }
    return render(request, "registration/openid_refused.html", context, status=status)


@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class BackChannelLogout(View):
    """The provider ends sessions: server to server, by a signed token."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """End them."""
        try:
            ended = self.end(request.POST.get("logout_token", ""), request)
        except ConsoleError as error:
            status = 503 if error.http_status >= 500 else 400  # noqa: PLR2004
            return JsonResponse({"error": "invalid_request"}, status=status)
        return JsonResponse({"ended": ended})

    def end(self, token: str, request: HttpRequest) -> int:
        """Look at the token, and do what it says."""
        provider = directory_selectors.get_provider()
        if provider is None:
            raise NotFoundError
        now = timezone.now()
        claims = tokens.verify_logout_token(
            token,
            connect(provider).metadata,
            client_id=provider.client_id,
            now=now.timestamp(),
        )
        said_at = datetime.fromtimestamp(claims["iat"], UTC) + timedelta(seconds=1)
        return directory_services.end_openid_sessions(
            issuer=provider.issuer,
            sid=str(claims.get("sid", "")),
            subject=str(claims.get("sub", "")),
            started_before=min(now, said_at),
            actor=http.actor_of(request),
            now=now,
        )


@method_decorator(login_not_required, name="dispatch")
class FrontChannelLogout(View):
    """The provider ends a session from its own page, where our cookie isn't sent.

    The session's id at the provider is what proves that it is the provider.
    """

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """End it; say nothing about whether there was one."""
        provider = directory_selectors.get_provider()
        sid, issuer = request.GET.get("sid", ""), request.GET.get("iss", "")
        is_one = sid.isprintable() and 0 < len(sid) <= MAX_TEXT
        if provider and is_one and issuer == provider.issuer:
            directory_services.end_openid_sessions(
                issuer=issuer,
                sid=sid,
                actor=http.actor_of(request),
                now=timezone.now(),
            )
        return HttpResponse(status=204)

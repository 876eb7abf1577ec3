"""Who is asking: from a session or a bearer token to an Actor.

Sign-in itself (passwords of local accounts, OpenID Connect) ends in a session;
from there on only what is here decides who somebody is.
"""

import hashlib
import ipaddress
import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from console.core import logs
from console.core.actor import ANONYMOUS, Actor
from directory.models import User
from namespaces import selectors as namespace_selectors

Handler = Callable[[HttpRequest], HttpResponse]

TOKEN_MARK = "postern_"  # noqa: S105 - the public prefix by which scanners find tokens
STARTED_AT = "started_at"
SEEN_AT = "seen_at"
SEEN_RESOLUTION_SECONDS = 60


def new_token() -> tuple[str, str, str]:
    """Make a bearer token; return it with its prefix for display and its hash."""
    token = TOKEN_MARK + secrets.token_urlsafe(32)
    return token, token[:16], hash_token(token)


def hash_token(token: str) -> str:
    """Return the form in which a token is stored (SHA-256, hex)."""
    return hashlib.sha256(token.encode()).hexdigest()


class LocalAccountBackend(BaseBackend):
    """Passwords of local accounts, which exist for bootstrap and break-glass."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> User | None:
        """Return the active local account of that e-mail address and password."""
        if not username or not password:
            return None
        user = User.objects.filter(email__iexact=username, is_local=True).first()
        if user is None:
            # Hash all the same: an unknown address must not answer faster.
            User().set_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: Any) -> User | None:
        """Return the person of a session, unless deactivated."""
        return User.objects.filter(pk=user_id, is_active=True).first()


class SessionLimitsMiddleware:
    """End sessions that are too old or were left alone, whatever the method."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now().timestamp()
            started = request.session.setdefault(STARTED_AT, now)
            seen = request.session.setdefault(SEEN_AT, now)
            if (
                now - started > settings.SESSION_ABSOLUTE_SECONDS
                or now - seen > settings.SESSION_IDLE_SECONDS
            ):
                logout(request)
            elif now - seen > SEEN_RESOLUTION_SECONDS:
                request.session[SEEN_AT] = now
        return self.get_response(request)


class ActorMiddleware:
    """Put `request.actor` on every request."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = actor_for(request)  # type: ignore[attr-defined]
        return self.get_response(request)


def actor_for(request: HttpRequest) -> Actor:
    """Return the actor of a session, or the anonymous one."""
    user = request.user
    if not isinstance(user, User):
        return ANONYMOUS
    return Actor(
        user_id=user.id,
        label=user.email or str(user),
        address=client_address(request),
        request_id=logs.request_id.get(),
    )


def client_address(request: HttpRequest) -> str:
    """Return the address that the request came from, "" when unknown.

    X-Forwarded-For counts only as far as it was written by trusted proxies: from
    the right, the first address that is not one of them.
    """
    trusted = [ipaddress.ip_network(net) for net in settings.TRUSTED_PROXIES]
    hops = request.headers.get("X-Forwarded-For", "").split(",") if trusted else []
    chain = [request.META.get("REMOTE_ADDR", ""), *reversed(hops)]
    address = ""
    for hop in chain:
        try:
            parsed = ipaddress.ip_address(hop.strip())
        except ValueError:
            break
        address = str(parsed)
        if not any(parsed in network for network in trusted):
            break
    return address


class MachineUser:
    """Stands in for `request.user` when a service account calls the API."""

    is_authenticated = True
    is_active = True

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name


class _Csrf(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


class ApiAuthentication(BaseAuthentication):
    """A bearer token of a service account, or the console's own session.

    A request with a token is never helped by a cookie: a bad token is refused
    even when a session is there.
    """

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """Return who asks, or None for nobody.

        Raises:
            AuthenticationFailed: the token is unknown, expired or revoked.
            PermissionDenied: a session without the CSRF token.
        """
        header = request.headers.get("Authorization", "")
        if header:
            return self._by_token(request, header), None
        user = getattr(request._request, "user", None)  # noqa: SLF001 - as DRF does
        if not isinstance(user, User):
            return None
        self._check_csrf(request)
        return user, None

    def authenticate_header(self, request: Request) -> str:
        """Tell clients how to come back (makes the answer a 401)."""
        return 'Bearer realm="Postern"'

    def _by_token(self, request: Request, header: str) -> MachineUser:
        scheme, _, token = header.partition(" ")
        account = (
            namespace_selectors.find_service_account(hash_token(token.strip()))
            if scheme.lower() == "bearer"
            else None
        )
        if account is None:
            raise AuthenticationFailed("this token is unknown, expired or revoked")
        request._request.actor = Actor(  # type: ignore[attr-defined] # noqa: SLF001
            service_account_id=account.id,
            label=f"service account {account.name}",
            token_label=account.token_prefix,
            address=client_address(request._request),  # noqa: SLF001
            request_id=logs.request_id.get(),
        )
        return MachineUser(account.name)

    @staticmethod
    def _check_csrf(request: Request) -> None:
        check = _Csrf(lambda _: HttpResponse())
        check.process_request(request)
        reason = check.process_view(request, None, (), {})  # type: ignore[arg-type]
        if reason:
            raise PermissionDenied(f"CSRF check failed: {reason}")

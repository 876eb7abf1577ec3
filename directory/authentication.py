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
from django.contrib.auth import SESSION_KEY, login, logout
from django.contrib.auth.backends import BaseBackend
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    AuthenticationFailed,
    PermissionDenied,
    Throttled,
)
from rest_framework.request import Request

from console.core import logs
from console.core.actor import ANONYMOUS, Actor
from console.core.checks import host_name, is_loopback
from console.core.http import is_fragment
from console.core.tokens import hash_token
from directory import selectors
from directory.models import User
from namespaces import selectors as namespace_selectors
from namespaces import services as namespace_services

Handler = Callable[[HttpRequest], HttpResponse]

STARTED_AT = "started_at"
SEEN_AT = "seen_at"
OPENID = "openid_session"
RIGHTS = "rights"
SIGN_IN = "sign_in"
SEEN_RESOLUTION_SECONDS = 60
MAX_WRONG_TOKENS = 100  # from one network
WRONG_TOKEN_SECONDS = 900


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
                or _is_over_at_provider(request)
            ):
                logout(request)
            elif now - seen > SEEN_RESOLUTION_SECONDS:
                request.session[SEEN_AT] = now
        return self.get_response(request)


def _is_over_at_provider(request: HttpRequest) -> bool:
    begun = request.session.get(OPENID)
    return begun is not None and selectors.is_openid_session_over(begun)


class ActorMiddleware:
    """Put `request.actor` on every request; renew a session whose rights changed."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = request.actor = actor_for(request)  # type: ignore[attr-defined]
        response = self.get_response(request)
        # Only for whole pages: fragments and scripts ask several things at a time, and
        # the first to change the id would sign the others out.
        is_page = request.accepts("text/html") and not is_fragment(request)
        if is_page and SESSION_KEY in request.session:
            _renew_if_rights_changed(request, actor)
        return response


def _renew_if_rights_changed(request: HttpRequest, actor: Actor) -> None:
    """Give the session a new id once the person's roles are others than before."""
    if "grants" not in actor.cache:
        return
    held = sorted(f"{grant.path}{grant.role.code}" for grant in actor.cache["grants"])
    rights = hashlib.sha256(" ".join(held).encode()).hexdigest()[:16]
    known = request.session.get(RIGHTS)
    if known == rights:
        return
    request.session[RIGHTS] = rights
    if known is not None:
        request.session.cycle_key()


def actor_for(request: HttpRequest) -> Actor:
    """Return the actor of a session, or the anonymous one."""
    user = request.user
    person = user if isinstance(user, User) else None
    return Actor(
        user_id=person.id if person else None,
        label=(person.email or str(person)) if person else ANONYMOUS.label,
        address=client_address(request),
        request_id=logs.request_id.get(),
    )


def client_address(request: HttpRequest) -> str:
    """Return the address that the request came from, "" when unknown.

    X-Forwarded-For counts only as far as it was written by trusted proxies: from
    the right, the first address that is not one of them. When what stands there is
    no address, the origin is unknown.
    """
    trusted = [ipaddress.ip_network(net) for net in settings.TRUSTED_PROXIES]
    said = request.headers.get("X-Forwarded-For") if trusted else None
    hops = said.split(",") if said else []
    chain = [request.META.get("REMOTE_ADDR", ""), *reversed(hops)]
    address = ""
    for hop in chain:
        try:
            parsed = ipaddress.ip_address(hop.strip())
        except ValueError:
            # Not the proxy itself: what it says of the origin can't be read.
            return ""
        address = str(parsed)
        if not any(parsed in network for network in trusted):
            break
    return address


def network_of(address: str) -> str:
    """Return the network whose failures are counted together.

    One IPv4 address, or the /64 that a single subscriber has of IPv6. What can't be
    parsed is one network too: "unknown" is limited, not let through.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def is_demo_allowed(address: str, *, host: str) -> bool:
    """Answer whether a request from there may sign in as anybody of the demo.

    The name that the browser asked for counts as well as the address: a tunnel's end
    on this machine connects from it too, whoever is at its other end. The system
    check refuses to start elsewhere; this holds even if it was silenced.
    """
    return (
        settings.DEMO
        and is_loopback(settings.BIND_ADDRESS)
        and is_loopback(address)
        and is_loopback(host_name(host))
    )


def start_session(request: HttpRequest, user: User, *, openid_id: str = "") -> None:
    """Sign a person in: a new session id, the old one dead, the limits counted anew.

    `openid_id` is the record by which the identity provider may end the session.
    """
    now = timezone.now().timestamp()
    # Whatever was there was of somebody else, or planted: nothing of it is kept.
    request.session.flush()
    login(request, user, backend="directory.authentication.LocalAccountBackend")
    request.session[STARTED_AT] = request.session[SEEN_AT] = now
    if openid_id:
        request.session[OPENID] = openid_id


def sign_in_of(request: HttpRequest) -> str:
    """Return what tells this sign-in from those of other browsers, hashed.

    It outlives a change of the session's id.
    """
    mark = request.session.get(OPENID) or request.session.get(SIGN_IN)
    if mark is None:
        mark = request.session[SIGN_IN] = secrets.token_urlsafe(16)
    return sign_in_hash(mark)


def sign_in_hash(mark: str) -> str:
    """Return what is stored of a sign-in; with the provider the mark is its record."""
    return hashlib.sha256(mark.encode()).hexdigest()


class MachineUser:
    """Stands in for `request.user` when a service account calls the API."""

    is_authenticated = True
    is_active = True

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name


def count_wrong_token(address: str) -> None:
    """Refuse even to answer a network that keeps guessing tokens.

    Good tokens are looked at first: whoever guesses can't lock a neighbor out.

    Raises:
        Throttled: too many were wrong within a quarter of an hour.
    """
    key = f"wrong tokens {network_of(address)}".replace(" ", "-")
    cache.add(key, 0, WRONG_TOKEN_SECONDS)
    try:
        count = cache.incr(key)
    except ValueError:  # it ended in between
        return
    if count > MAX_WRONG_TOKENS:
        raise Throttled(WRONG_TOKEN_SECONDS)


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
            count_wrong_token(client_address(request._request))  # noqa: SLF001
            raise AuthenticationFailed("this token is unknown, expired or revoked")
        namespace_services.record_token_use(account.id, now=timezone.now())
        request._request.actor = Actor(  # type: ignore[attr-defined] # noqa: SLF001
            service_account_id=account.id,
            label=f"service account {account.name}",
            on_behalf_of=namespace_selectors.name_owner(account),
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

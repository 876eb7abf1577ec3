"""Request ids, security headers, metrics, sign-in, and errors of the domain."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url

from console.core import http, logs, metrics
from console.core.exceptions import ConsoleError

logger = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]

ACCEPTABLE_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestContextMiddleware:
    """Give each request an id, count it, and time it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = (
            given if ACCEPTABLE_REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
        )
        token = logs.request_id.set(request_id)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
        finally:
            logs.request_id.reset(token)
        response["X-Request-Id"] = request_id
        match = getattr(request, "resolver_match", None)
        metrics.observe_request(
            view=match.view_name if match else "unmatched",
            method=request.method or "",
            status=response.status_code,
            seconds=time.perf_counter() - started,
        )
        return response


class SecurityHeadersMiddleware:
    """Headers that Django has no setting for."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault(
            "Permissions-Policy",
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
            "publickey-credentials-create=(self), publickey-credentials-get=(self)",
        )
        # Pages show what one person may see: nothing on the way may keep them.
        response.setdefault("Cache-Control", "no-store")
        return response


class SignInRequiredMiddleware:
    """Send whoever has not signed in to do so, from every page.

    Views that anybody may ask for say so with Django's `login_not_required`. Those of
    the API do by themselves: they answer 401 instead.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponse],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Redirect to the sign-in page, which comes back here afterwards."""
        if not getattr(view_func, "login_required", True):
            return None
        if not http.actor_of(request).is_anonymous:
            return None
        # A fragment, or a form that was sent, can't be come back to.
        is_page = request.method in {"GET", "HEAD"} and not http.is_fragment(request)
        here = request.get_full_path() if is_page else ""
        query = f"?{urlencode({'next': here})}" if here not in {"", "/"} else ""
        return http.redirect(request, f"{resolve_url(settings.LOGIN_URL)}{query}")


class DomainErrorMiddleware:
    """Answer a ConsoleError that a page's view let through.

    The API has its own translator (`rest.exception_handler`); services raise the
    same errors for both.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Turn an error of the domain to a page; leave everything else alone."""
        if not isinstance(exception, ConsoleError):
            return None
        wants_json = "application/json" in request.headers.get("Accept", "")
        if wants_json:
            return JsonResponse(
                {
                    "code": exception.code,
                    "detail": exception.message,
                    "fields": exception.fields,
                },
                status=exception.http_status,
            )
        return render(
            request, "error.html", {"error": exception}, status=exception.http_status
        )

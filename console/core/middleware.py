"""Request ids, security headers, metrics, and errors of the domain as pages."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from console.core import logs, metrics
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

"""Errors of the API as RFC 9457 problem details."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from console.core.exceptions import (
    ConsoleError,
    NotFoundError,
    PermissionDeniedError,
)

CONTENT_TYPE = "application/problem+json"


def problem_details(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Translate an exception, or return None for what nobody foresaw."""
    set_rollback()
    if isinstance(exc, ConsoleError):
        return _problem(
            exc.http_status,
            exc.code,
            exc.message,
            **({"fields": exc.fields} if exc.fields else {}),
            **exc.details,
        )
    if isinstance(exc, Http404):
        return _problem(404, NotFoundError.code, gettext(NotFoundError.default_message))
    if isinstance(exc, PermissionDenied):
        return _problem(
            403,
            PermissionDeniedError.code,
            gettext(PermissionDeniedError.default_message),
        )
    if isinstance(exc, exceptions.ValidationError):
        return _problem(
            400, "invalid", "some values can't be accepted", fields=exc.detail
        )
    if isinstance(exc, exceptions.APIException):
        response = _problem(
            exc.status_code, str(exc.default_code), str(exc.detail).rstrip(".")
        )
        challenge = getattr(exc, "auth_header", None)
        if challenge:
            response["WWW-Authenticate"] = challenge
        return response
    return None


def _problem(status: int, code: str, detail: str, **more: Any) -> Response:
    body = {
        "type": "about:blank",
        "title": code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return Response(body, status=status, content_type=CONTENT_TYPE)

"""Pages for what went wrong before a view could say it better."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from console.core.exceptions import PermissionDeniedError


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old."""
    error = PermissionDeniedError(
        gettext(
            "this form is too old, or came from elsewhere; go back, reload, "
            "send it again"
        )
    )
    return render(request, "error.html", {"error": error}, status=403)

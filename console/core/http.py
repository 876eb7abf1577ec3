"""What views need of HTTP: who asks, fragment or page, where to go next.

Nothing here knows a domain. Versions of objects (ETag) are in `rest.versions`.
"""

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from rest_framework.request import Request

from console.core.actor import ANONYMOUS, Actor
from console.core.exceptions import ValidationFailedError

MAX_NEXT_LENGTH = 2000


def actor_of(request: HttpRequest | Request) -> Actor:
    """Return who asks; the anonymous actor when nobody has signed in."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    return actor


def is_fragment(request: HttpRequest) -> bool:
    """Answer whether htmx asks for a part of a page rather than for the page.

    A boosted link and a restored history entry want the whole page.
    """
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-Boosted") != "true"
        and request.headers.get("HX-History-Restore-Request") != "true"
    )


def redirect(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to `url`, out of a fragment as well."""
    if is_fragment(request):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return HttpResponseRedirect(url)


def safe_next(request: HttpRequest, text: str, *, default: str) -> str:
    """Return the path that a `next` parameter names, or `default`.

    Only paths of this console count: no other host, no scheme, none of the
    spellings that browsers take for a host (`//evil`, `/\\evil`).
    """
    allowed = (
        text.startswith("/")
        and len(text) <= MAX_NEXT_LENGTH
        and "\\" not in text
        and text.isprintable()
        and not urlsplit(text).netloc
        and url_has_allowed_host_and_scheme(
            text, allowed_hosts=None, require_https=request.is_secure()
        )
    )
    return text if allowed else default


def public_url(request: HttpRequest, path: str) -> str:
    """Return the address of a path as others reach it.

    That of POSTERN_PUBLIC_URL, whatever host a request claims to be for.
    """
    if settings.PUBLIC_URL:
        return f"{settings.PUBLIC_URL}{path}"
    return request.build_absolute_uri(path)


def trigger(response: HttpResponse, event: str, **detail: Any) -> HttpResponse:
    """Make the browser fire an event once it has swapped the fragment in."""
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    events[event] = detail
    response["HX-Trigger"] = json.dumps(events)
    return response


def uuid_from(text: str, *, name: str) -> UUID:
    """Return the UUID that an input gives.

    Raises:
        ValidationFailedError: it is none; `name` names the input.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise ValidationFailedError(
            fields={name: [gettext("this is not an id")]}
        ) from error

"""Signing out at the identity provider as well (OpenID Connect RP-Initiated Logout).

The sign-in page offers it as a link to whoever just left: a form that ended there would
be sent to another host, which the Content-Security-Policy refuses.
"""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from console.core import http
from console.core.exceptions import ConsoleError
from directory import selectors
from directory.authentication import OPENID
from directory.openid.client import connect

LEFT = "left"


def page_after(request: HttpRequest) -> str:
    """Return where whoever signs out goes; to be asked while the session is there."""
    url = reverse("sign-in")
    return f"{url}?{LEFT}=1" if OPENID in request.session else url


def leave_url(request: HttpRequest) -> str:
    """Return where the provider ends its own session; "" when there is nothing to end.

    A provider that can't be reached is as if it had no such address: the console's
    session is over whatever it says.
    """
    provider = selectors.get_provider() if LEFT in request.GET else None
    if provider is None:
        return ""
    try:
        endpoint = connect(provider).metadata.end_session_endpoint
    except ConsoleError:
        return ""
    if not endpoint:
        return ""
    query = urlencode(
        {
            "client_id": provider.client_id,
            "post_logout_redirect_uri": http.public_url(request, reverse("sign-in")),
        }
    )
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"

"""Between HTTP and ceremonies: which console a device knows, and which session asks.

What a session proved is kept in the session, on the server; whose devices those are is
looked up each time, so that one can't be carried to another person.
"""

import ipaddress
import secrets
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext
from rest_framework.request import Request

from console.core.exceptions import ConflictError
from devices.attestation import RelyingParty

SESSION_MARK = "device_session"
PROVEN = "proven_devices"
MOST_PROVEN = 20


class NoHostNameError(ConflictError):
    """The console was opened at a number; keys are bound to names."""

    code = "no_host_name"


def party_of(request: HttpRequest | Request) -> RelyingParty:
    """Return this console as devices know it: by its public address.

    Raises:
        NoHostNameError: the address has no host name.
    """
    here = f"{request.scheme}://{request.get_host()}"
    address = urlsplit(settings.PUBLIC_URL or here)
    host = address.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return RelyingParty(id=host, origin=f"{address.scheme}://{address.netloc}")
    port = f":{address.port}" if address.port else ""
    raise NoHostNameError(
        gettext(
            "devices are bound to a host name, and this page was opened at a "
            "number; open it as %(scheme)s://localhost%(port)s on this "
            "machine, or by the console's name"
        )
        % {"scheme": address.scheme, "port": port}
    )


def session_of(request: HttpRequest | Request) -> str:
    """Return what ties a challenge to this session; it outlives a change of its id."""
    mark: str | None = request.session.get(SESSION_MARK)
    if mark is None:
        mark = request.session[SESSION_MARK] = secrets.token_urlsafe(16)
    return mark


def remember(request: HttpRequest | Request, device_id: UUID) -> None:
    """Note that this session was used with a device."""
    known = [one for one in request.session.get(PROVEN, []) if one != str(device_id)]
    request.session[PROVEN] = [*known, str(device_id)][-MOST_PROVEN:]


def proven_in(request: HttpRequest | Request) -> list[UUID]:
    """Return the ids of the devices that this session was used with."""
    session = getattr(request, "session", None)
    return [UUID(one) for one in session.get(PROVEN, [])] if session is not None else []

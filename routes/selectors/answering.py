"""Which hosts have a route, whoever may see it; for those who send browsers there."""

import re

from django.conf import settings
from django.db.models import Q

from routes.models import Route

HTTPS_PORT = 443


def schemes_at(host: str) -> frozenset[str]:
    """Return the schemes of the routes that answer at a host name; none is empty."""
    exact = Route.objects.filter(Q(host=host) | Q(other_hosts__contains=f" {host} "))
    urls = list(exact.values_list("from_url", flat=True))
    if not urls:
        patterns = Route.objects.filter(host__contains="*").values_list(
            "host", "from_url"
        )
        urls = [url for pattern, url in patterns if _covers(pattern, host)]
    return frozenset(url.partition("://")[0] for url in urls)


def at_gateway(url: str) -> str:
    """Return the address of a route as people reach it: with the gateway's port.

    It is added where the route names none and the access proxy has one of its own.
    """
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    if settings.GATEWAY_PUBLIC_PORT == HTTPS_PORT or scheme != "https":
        return url
    if ":" in authority:
        return url
    return f"https://{authority}:{settings.GATEWAY_PUBLIC_PORT}{slash}{path}"


def without_gateway_port(origin: str) -> str:
    """Return an origin as routes have it: without the gateway's own port."""
    port = settings.GATEWAY_PUBLIC_PORT
    if port != HTTPS_PORT and origin.startswith("https://"):
        return origin.removesuffix(f":{port}")
    return origin


def _covers(pattern: str, host: str) -> bool:
    text = re.escape(pattern).replace(r"\*", ".*")
    return re.fullmatch(text, host) is not None

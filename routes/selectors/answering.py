"""Which hosts have a route, whoever may see it; for those who send browsers there."""

import re

from django.db.models import Q

from routes.models import Route


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


def _covers(pattern: str, host: str) -> bool:
    text = re.escape(pattern).replace(r"\*", ".*")
    return re.fullmatch(text, host) is not None

"""System checks: what would be unsafe does not start.

console.E001  demo sign-in on an address that others can reach
console.E002  an API operation whose permission nobody declared
console.E003  keys for the audit log that are none
console.W001  checkpoints of the audit log are signed with no key of their own
"""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, get_resolver

from console.core import checkpoints


def is_loopback(address: str) -> bool:
    """Answer whether only this machine can connect to `address`."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def host_name(host: str) -> str:
    """Return the name or address in a Host header, without port and brackets."""
    return urlsplit(f"//{host}").hostname or ""


@register(Tags.security)
def demo_stays_at_home(
    app_configs: Sequence[Any] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse one-click sign-in on an address that others can reach."""
    public = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    reachable = [
        ("POSTERN_BIND", settings.BIND_ADDRESS),
        ("POSTERN_PUBLIC_URL", public),
        *(("POSTERN_ALLOWED_HOSTS", host_name(one)) for one in settings.ALLOWED_HOSTS),
    ]
    return [
        Error(
            f"POSTERN_DEMO lets anybody sign in as anybody, and {name} is {address}",
            hint="unset POSTERN_DEMO, or let only this machine reach the console",
            id="console.E001",
        )
        for name, address in reachable
        if settings.DEMO and not is_loopback(address)
    ]


def url_patterns(
    resolver: URLResolver | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Give every URL pattern of the console with its whole path."""
    root = resolver or get_resolver()
    for one in root.url_patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from url_patterns(one, path)
        else:
            yield path, one


def _api_views() -> Iterator[tuple[Any, Iterable[str]]]:
    for _, pattern in url_patterns():
        view: Any = getattr(pattern.callback, "cls", None)
        if hasattr(view, "required_permissions"):
            yield view, getattr(pattern.callback, "actions", {}).values()


@register(Tags.security)
def checkpoint_keys_can_be_read(
    app_configs: Sequence[Any] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse keys that could not sign the audit log when it comes to that."""
    try:
        checkpoints.public_keys()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="console.E003")]
    return []


@register(Tags.security, deploy=True)
def checkpoints_have_a_key(
    app_configs: Sequence[Any] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn when whoever opens secrets could sign checkpoints of the audit log."""
    if settings.AUDIT_KEYS:
        return []
    return [
        checks.Warning(
            "POSTERN_AUDIT_KEYS is not given, so checkpoints of the audit log are "
            "signed with a key that follows from POSTERN_DATA_KEYS",
            hint="make one as for POSTERN_DATA_KEYS, and give it to web and worker",
            id="console.W001",
        )
    ]


@register(Tags.urls)
def operations_declare_permissions(
    app_configs: Sequence[Any] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse to start with an API operation that declares no permission."""
    missing: set[tuple[Any, str]] = {
        (view, action)
        for view, actions in _api_views()
        for action in actions
        if action not in view.required_permissions
    }
    return [
        Error(
            f"{view.__module__}.{view.__name__} serves `{action}`, and declares no "
            "permission for it",
            hint=f"add `{action}` to its required_permissions",
            id="console.E002",
        )
        for view, action in sorted(missing, key=lambda one: (one[0].__name__, one[1]))
    ]

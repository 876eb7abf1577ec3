"""System checks: settings that would be unsafe do not start."""

import ipaddress
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


def is_loopback(address: str) -> bool:
    """Answer whether only this machine can connect to `address`."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


@register(Tags.security)
def demo_stays_at_home(
    app_configs: Sequence[Any] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse one-click sign-in on an address that others can reach."""
    if settings.DEMO and not is_loopback(settings.BIND_ADDRESS):
        return [
            Error(
                "POSTERN_DEMO lets anybody sign in as anybody, and POSTERN_BIND is "
                f"{settings.BIND_ADDRESS}",
                hint="unset POSTERN_DEMO, or bind to 127.0.0.1",
                id="console.E001",
            )
        ]
    return []

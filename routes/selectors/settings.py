"""A route's settings as one mapping, under Core's keys, in the order of the table.

Secrets are None, masked, or open; only who exports or publishes needs them open.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from console.core import secrets as envelopes
from routes.models import Route
from routes.settings_table import TABLE
from routes.validation.paths import settings_of_match
from routes.validation.secrets import MASK, put_secrets

_ORDER = {setting.key: position for position, setting in enumerate(TABLE)}


def settings_of(route: Route) -> dict[str, Any]:
    """Return all settings, with None in the place of each secret."""
    whole = {
        "name": route.name,
        "description": route.description,
        "from": route.from_url,
        **settings_of_match(route.match),
        **route.settings,
    }
    if not route.description:
        del whole["description"]
    return {key: whole[key] for key in sorted(whole, key=_ORDER.__getitem__)}


def settings_from(
    settings: Mapping[str, Any],
    *,
    name: str,
    description: str,
    from_url: str,
    match: str,
    opened: Mapping[str, str],
) -> dict[str, Any]:
    """Return all settings of a route that is kept elsewhere, with its secrets open."""
    kept = Route(
        name=name,
        description=description,
        from_url=from_url,
        match=match,
        settings=dict(settings),
    )
    return put_secrets(settings_of(kept), opened)


def masked_settings(route: Route) -> dict[str, Any]:
    """Return all settings, with `sealed:` and a fingerprint for each secret.

    A mask that is sent back means that the secret stays.
    """
    return put_secrets(settings_of(route), masks_of(route))


def open_settings(route: Route) -> dict[str, Any]:
    """Return all settings with the secrets themselves. Not for pages or answers.

    Raises:
        SecretUnreadableError: an envelope was sealed with a key that is gone.
    """
    return put_secrets(settings_of(route), secrets_of(route))


def secrets_of(route: Route) -> dict[str, str]:
    """Return the secrets of a route by their paths."""
    return {path: envelopes.unseal(text) for path, text in route.sealed.items()}


def masks_of(route: Route) -> dict[str, str]:
    """Return what is shown in the place of each secret."""
    return {path: mask(text) for path, text in secrets_of(route).items()}


def mask(secret: str) -> str:
    """Return what is shown in the place of a secret: whether it is still the same."""
    return f"{MASK}{envelopes.fingerprint(secret)}"


def changed_keys(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[str]:
    """Return the keys whose values differ between two mappings of settings."""
    old, new = before or {}, after or {}
    keys: Iterable[str] = dict.fromkeys([*old, *new])
    return [key for key in keys if old.get(key) != new.get(key)]

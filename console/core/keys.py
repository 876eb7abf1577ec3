"""The keys that seal secrets: which one sealed what, and how to change them.

Rotation: put the new key in front of the others in POSTERN_DATA_KEYS, restart, run
`manage.py rotatekeys`, take the old key away. Each batch is a transaction of its own:
interrupted, the command goes on where it stopped. A start with a key missing is
refused as long as something is sealed with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import models

from console.core import secrets
from console.core.transactions import writing

BATCH = 100
WRONG_KEY = "some secrets were sealed with a key that POSTERN_DATA_KEYS lacks"
# Columns named `sealed`, or beginning so, hold envelopes: one as text, or several as
# JSON by name. These hold some as well; tombstones keep whole rows, deeper down.
ALSO = frozenset(
    {
        "console.Tombstone.snapshot",
        "devices.DeviceRules.webhook_secret",
        "routes.ImportRun.source",
    }
)
MARK = "gAAAAA"  # how every envelope begins: version and the time's first zeros


@dataclass(frozen=True, slots=True)
class Column:
    """A column that may hold envelopes."""

    model: type[models.Model]
    name: str

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.name}"  # noqa: SLF001


def list_columns() -> list[Column]:
    """Return the columns of our tables that may hold envelopes."""
    found = [
        Column(model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields  # noqa: SLF001
    ]
    return [
        one
        for one in found
        if one.name == "sealed" or one.name.startswith("sealed_") or str(one) in ALSO
    ]


def is_envelope(value: Any) -> bool:
    """Answer whether a text was made by `secrets.seal`."""
    return isinstance(value, str) and value.startswith(MARK)


def find_envelopes(value: Any) -> Iterator[str]:
    """Give every envelope in a value, however deep."""
    if is_envelope(value):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from find_envelopes(one)
    elif isinstance(value, list):
        for one in value:
            yield from find_envelopes(one)


def rotate() -> dict[str, int]:
    """Seal everything anew with the first key; return how many rows of each column.

    What is sealed with it already is left alone, so that it may be run again.

    Raises:
        SecretUnreadableError: something was sealed with a key that is not given. What
            was rotated before stays rotated, the rest as it was.
    """
    current = Fernet(settings.DATA_KEYS[0])
    return {str(column): _rotate_column(column, current) for column in list_columns()}


def _rotate_column(column: Column, current: Fernet) -> int:
    keys = column.model._default_manager.order_by("pk").values_list("pk", flat=True)  # noqa: SLF001
    pending = list(keys)
    return sum(
        _rotate_batch(column, pending[start : start + BATCH], current)
        for start in range(0, len(pending), BATCH)
    )


@writing()
def _rotate_batch(column: Column, keys: list[Any], current: Fernet) -> int:
    """Seal one batch anew, alone: nobody else writes these rows meanwhile."""
    rows = column.model._default_manager.filter(pk__in=keys).only("pk", column.name)  # noqa: SLF001
    changed = 0
    for row in rows:
        before = getattr(row, column.name)
        after = _resealed(before, current)
        if after != before:
            column.model._default_manager.filter(pk=row.pk).update(  # noqa: SLF001
                **{column.name: after}
            )
            changed += 1
    return changed


def _resealed(value: Any, current: Fernet) -> Any:
    if is_envelope(value):
        return value if _opens(current, value) else secrets.seal(secrets.unseal(value))
    if isinstance(value, dict):
        return {name: _resealed(one, current) for name, one in value.items()}
    if isinstance(value, list):
        return [_resealed(one, current) for one in value]
    return value


def _opens(key: Fernet, envelope: str) -> bool:
    try:
        key.decrypt(envelope.encode())
    except InvalidToken:
        return False
    return True


def find_unreadable() -> list[str]:
    """Return the columns that hold something which the given keys don't open."""
    return [str(column) for column in list_columns() if not _is_readable(column)]


def are_known_to_fit() -> bool:
    """Answer whether the keys open what is sealed; once they did, they do.

    Health is asked every few seconds, and keys change with a restart only.
    """
    fitting = tuple(settings.DATA_KEYS)
    if fitting not in _fitting and not find_unreadable():
        _fitting.add(fitting)
    return fitting in _fitting


_fitting: set[tuple[str, ...]] = set()


def _is_readable(column: Column) -> bool:
    rows = column.model._default_manager.order_by()  # noqa: SLF001
    for value in rows.values_list(column.name, flat=True).iterator(chunk_size=BATCH):
        for envelope in find_envelopes(value):
            try:
                secrets.unseal(envelope)
            except secrets.SecretUnreadableError:
                return False
    return True

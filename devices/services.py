"""Writes about devices and their types."""

from datetime import datetime

from console.core.transactions import writing
from devices.models import DeviceType

BUILT_IN = {"any": "Any device", "enclave_only": "Built-in authenticator only"}


@writing()
def ensure_built_in_types(*, now: datetime) -> None:
    """Create the device types `any` and `enclave_only` unless they are there."""
    for code, name in BUILT_IN.items():
        DeviceType.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "built_in": True,
                "created_at": now,
                "modified_at": now,
            },
        )

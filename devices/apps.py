"""Sets the app up: the built-in device types are there whenever the tables are."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils import timezone


def create_built_in_types(**_: Any) -> None:
    """Create the built-in device types after migrating."""
    from devices import services  # noqa: PLC0415 - needs the app registry

    services.ensure_built_in_types(now=timezone.now())


class DevicesConfig(AppConfig):
    name = "devices"

    def ready(self) -> None:
        post_migrate.connect(create_built_in_types, sender=self)

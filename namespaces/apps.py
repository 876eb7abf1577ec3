"""Sets the app up: the root namespace is there whenever the tables are."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils import timezone


def create_root(**_: Any) -> None:
    """Create the root namespace after migrating (and after a test's flush)."""
    from namespaces import services  # noqa: PLC0415 - needs the app registry

    services.ensure_root(now=timezone.now())


class NamespacesConfig(AppConfig):
    name = "namespaces"

    def ready(self) -> None:
        post_migrate.connect(create_root, sender=self)

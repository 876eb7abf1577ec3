from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "gateway"

    def ready(self) -> None:
        """Have a say when a namespace goes with everything in it, or comes back."""
        from gateway.services import along  # noqa: PLC0415 - once models are there
        from namespaces.services import signals  # noqa: PLC0415

        signals.deleting.connect(along.let_go)
        signals.restoring.connect(along.check_hosts_are_free)
        signals.restored.connect(along.record_back)

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "gateway"

    def ready(self) -> None:
        """Follow namespaces, owners of hosts, and sign-ins at the provider."""
        from directory.services.signals import signed_out  # noqa: PLC0415 - once
        from gateway.services import along, sessions  # noqa: PLC0415 - models are there
        from namespaces.services import signals  # noqa: PLC0415
        from routes.services.signals import owned_anew  # noqa: PLC0415

        signed_out.connect(sessions.follow_sign_outs)
        owned_anew.connect(sessions.follow_owners)
        signals.deleting.connect(along.let_go)
        signals.burying.connect(along.record_going)
        signals.restoring.connect(along.check_hosts_are_free)
        signals.restored.connect(along.record_back)

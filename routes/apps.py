from django.apps import AppConfig


class RoutesConfig(AppConfig):
    name = "routes"

    def ready(self) -> None:
        """Have a say in changes of the tree."""
        from namespaces.services import signals  # noqa: PLC0415 - once models are there
        from routes.services import tree  # noqa: PLC0415

        signals.moving.connect(tree.check_move)
        signals.inheriting.connect(tree.check_inheriting)

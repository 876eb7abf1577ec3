from django.apps import AppConfig


class RoutesConfig(AppConfig):
    name = "routes"

    def ready(self) -> None:
        """Have a say in changes of the tree, and of what counts on routes."""
        from namespaces.services import signals  # noqa: PLC0415 - once models are there
        from policies.services import signals as policy_signals  # noqa: PLC0415
        from routes.services import along, observing, openness, tree  # noqa: PLC0415

        observing.register_all()
        signals.moving.connect(tree.check_move)
        signals.inheriting.connect(tree.check_inheriting)
        signals.uninheriting.connect(openness.check_no_longer_inheriting)
        signals.deleting.connect(along.let_go)
        signals.burying.connect(along.record_going)
        signals.restoring.connect(along.check_addresses)
        signals.restored.connect(along.check_back)
        policy_signals.detached.connect(openness.check_detached)
        policy_signals.reworded.connect(openness.check_reworded)

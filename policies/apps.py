from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "policies"

    def ready(self) -> None:
        """Have a say in what becomes of policies with their namespaces."""
        from namespaces.services import signals  # noqa: PLC0415 - once models are there
        from policies.services import tree  # noqa: PLC0415

        signals.deleting.connect(tree.let_go)
        signals.burying.connect(tree.record_going)
        signals.restored.connect(tree.check_back)

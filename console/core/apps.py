from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "console.core"
    label = "console"
    verbose_name = "Console"

    def ready(self) -> None:
        from console.core import checks  # noqa: F401, PLC0415 - registers the checks

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "console.ui"
    label = "console_ui"
    verbose_name = "Screens"

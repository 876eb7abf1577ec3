"""Settings of the gateway, by the namespace in which they are made."""

from django.db import models

from console.core.models import Versioned


class GatewaySettings(Versioned):
    """What one namespace sets itself, by the keys of `gateway.settings_table`.

    What it leaves out comes from above; what nobody sets has its default.
    """

    namespace = models.OneToOneField(
        "namespaces.Namespace",
        on_delete=models.CASCADE,
        related_name="gateway_settings",
    )
    values = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "gateway settings"

    def __str__(self) -> str:
        return f"{len(self.values)} settings of {self.namespace_id}"

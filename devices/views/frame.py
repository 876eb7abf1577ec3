"""What the pages of devices share: tabs, rights, and how a decision is read."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from console.core.exceptions import ValidationFailedError
from console.core.generic.pages import ActorMixin
from console.core.http import uuid_from
from devices import selectors
from devices.models import DeviceCredential
from devices.services import Seen

TABS = (
    (gettext_lazy("Devices"), "device-list", "device"),
    (gettext_lazy("Waiting"), "device-waiting", "clock"),
    (gettext_lazy("Links"), "link-list", "mail"),
    (gettext_lazy("Types"), "type-list", "key"),
    (gettext_lazy("Rules"), "rules", "settings"),
)


class OfDevices(ActorMixin):
    """Knows the tabs, and lets in who sees everybody's devices."""

    tab = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse the others before anything is read."""
        selectors.check_sees_devices(self.actor)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the tabs, with how many devices wait."""
        waiting = selectors.count_waiting(self.actor)
        tabs = [
            {
                "label": label,
                "url": reverse(f"devices:{name}"),
                "icon": icon,
                "active": name == self.tab,
                "count": waiting or None if name == "device-waiting" else None,
            }
            for label, name, icon in TABS
        ]
        context: dict[str, Any] = super().get_context_data(  # type: ignore[misc]
            tabs=tabs, **kwargs
        )
        return context


def seen_text(device: DeviceCredential) -> str:
    """Return what a form sends back of a device that it shows."""
    return f"{device.pk}:{device.enrollment.version}:{device.fingerprint}"


def read_seen(text: str) -> Seen:
    """Return a device as a form showed it.

    Raises:
        ValidationFailedError: the text is not one of ours.
    """
    device_id, _, rest = text.partition(":")
    version, _, fingerprint = rest.partition(":")
    if not version.isdecimal() or len(version) > 9:  # noqa: PLR2004 - of an integer
        raise ValidationFailedError(fields={"seen": [gettext("this is no device")]})
    return Seen(uuid_from(device_id, name="seen"), int(version), fingerprint)

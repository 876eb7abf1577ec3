"""The vocabulary of the table of the gateway's settings. None is declared here."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from policies.texts import joined, worded
from routes.settings_table import Setting


class Honorer(StrEnum):
    """Who acts on a setting."""

    ENVOY = "envoy"
    AUTHORIZER = "authorizer"
    PROXIES = "proxies"
    CONSOLE = "console"
    CORE = "core"


HONORED = {
    Honorer.ENVOY: worded("Acted on by Envoy."),
    Honorer.AUTHORIZER: worded("Acted on by the authorizer."),
    Honorer.PROXIES: worded("Acted on by Envoy and the authorizer."),
    Honorer.CONSOLE: worded("Acted on by the console."),
    Honorer.CORE: worded("Of use to a Pomerium Core only."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySetting:
    """One setting.

    Attributes:
        setting: key, label, kind, help and limits, as those of routes have them.
        default: what holds as long as nobody sets it.
        honored_by: who acts on it.
        is_local: namespaces below the root may have a value of their own; all others
            are for admins of the root alone.
        in_core: Core's settings have the same key.
        check: raises UnusableError for a value that its kind would let pass.
    """

    setting: Setting
    default: Any = None
    honored_by: Honorer = Honorer.AUTHORIZER
    is_local: bool = False
    in_core: bool = True
    check: Callable[[Any], None] | None = None

    @property
    def key(self) -> str:
        """Return the key, which is Core's where Core has it."""
        return self.setting.key

    @property
    def help(self) -> str:
        """Return what it does, and who does it."""
        return joined((self.setting.help, HONORED[self.honored_by]), " ")

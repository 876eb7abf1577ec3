"""THE table of the gateway's settings: form, API, validation and docs come from it.

A setting is declared once, under Core's key where Core has it. Routes have a table of
their own (`routes.settings_table`); what a route says counts over what is said here.
"""

from gateway.settings_table import listening, telling
from gateway.settings_table.sections import SECTIONS
from gateway.settings_table.types import HONORED, GatewaySetting, Honorer

TABLE: tuple[GatewaySetting, ...] = (
    *telling.BRANDING,
    *telling.IDENTITY,
    *listening.TIMEOUTS,
    *listening.ANSWERS,
    *telling.LOG,
    *listening.CLIENTS,
    *listening.COOKIES,
    *listening.CORE,
)
BY_KEY: dict[str, GatewaySetting] = {one.key: one for one in TABLE}
DEFAULTS = {one.key: one.default for one in TABLE if one.default is not None}
# What a Core knows as well, and can be told.
CORE_KEYS = frozenset(one.key for one in TABLE if one.in_core)
LOCAL_KEYS = frozenset(one.key for one in TABLE if one.is_local)


def settings_of_section(code: str) -> tuple[GatewaySetting, ...]:
    """Return the settings of one section, in order."""
    return tuple(one for one in TABLE if one.setting.section == code)


__all__ = [
    "BY_KEY",
    "CORE_KEYS",
    "DEFAULTS",
    "HONORED",
    "LOCAL_KEYS",
    "SECTIONS",
    "TABLE",
    "GatewaySetting",
    "Honorer",
    "settings_of_section",
]

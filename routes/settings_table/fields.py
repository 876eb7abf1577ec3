"""How settings of one kind are declared in a line."""

from routes.settings_table.types import Kind, Setting

UINT32 = 2**32 - 1


def count(
    key: str,
    label: str,
    text: str,
    *,
    minimum: int = 0,
    maximum: int = UINT32,
    unset: str = "",
    common: bool = False,
) -> Setting:
    """Return a setting that is a whole number."""
    return Setting(
        key=key,
        label=label,
        kind=Kind.INTEGER,
        help=text,
        minimum=minimum,
        maximum=maximum,
        unset=unset,
        common=common,
    )


def percent(key: str, label: str, text: str) -> Setting:
    """Return a setting of so many in a hundred."""
    return count(key, label, text, maximum=100)


def seconds(key: str, label: str, text: str, *, required: bool = False) -> Setting:
    """Return a setting that is a duration in seconds."""
    return Setting(
        key=key,
        label=label,
        kind=Kind.DURATION,
        help=text,
        required=required,
        seconds_only=True,
        placeholder="10s",
    )


def flag(key: str, label: str, text: str) -> Setting:
    """Return a setting that is true, false or unset."""
    return Setting(key=key, label=label, kind=Kind.TRISTATE, help=text)

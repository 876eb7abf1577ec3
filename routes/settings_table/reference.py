"""The table of settings as a page of the manual.

`python -m routes.settings_table` prints it; a test compares it with the page.
"""

from collections.abc import Iterator

from routes.settings_table import SECTIONS, Setting, settings_of_section
from routes.settings_table.types import ONLY_CORE, Destination, Kind

HEAD = """\
# Settings of a route

Every setting by its section in the form, under the key that it has in the API and in
Pomerium Core's configuration file. This page is made from `routes/settings_table` by
`python -m routes.settings_table > docs/route-settings.md`.
"""
KINDS = {
    Kind.TEXT: "text",
    Kind.LONG_TEXT: "text of several lines",
    Kind.FROM_URL: "address",
    Kind.UPSTREAMS: "list of addresses, each with `,weight` if wanted",
    Kind.WEB_URL: "web address",
    Kind.HOST: "host",
    Kind.PATH: "path",
    Kind.REGEX: "regular expression (RE2)",
    Kind.BOOL: "true or unset",
    Kind.TRISTATE: "true, false or unset",
    Kind.INTEGER: "whole number",
    Kind.DURATION: "duration, such as `1m30s`",
    Kind.ENUM: "one of its values",
    Kind.STRING_LIST: "list of texts",
    Kind.SCRIPT_LIST: "list of scripts",
    Kind.HOST_LIST: "list of hosts",
    Kind.HEADER_NAMES: "list of header names",
    Kind.HEADER_MAP: "headers and their values",
    Kind.STRING_MAP: "names and values",
    Kind.OBJECT: "object",
    Kind.OBJECT_LIST: "list of objects",
    Kind.CERTIFICATE: "certificates, in PEM or base64 of PEM",
    Kind.PRIVATE_KEY: "private key, in PEM or base64 of PEM",
    Kind.FILE: "path of a file",
    Kind.POLICY_TEXT: "policy in PPL",
    Kind.FREE: "any structure",
}


def describe_all() -> str:
    """Return the page."""
    return "\n".join([HEAD, *_lines()]) + "\n"


def _lines() -> Iterator[str]:
    for section in SECTIONS:
        yield f"## {section.label}\n"
        yield f"{section.help}\n"
        for setting in settings_of_section(section.code):
            yield from _setting(setting, depth=0)
        yield ""


def _setting(setting: Setting, *, depth: int) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent}- `{setting.key}` ({kind_of(setting)}): {_text(setting)}"
    for child in setting.fields:
        yield from _setting(child, depth=depth + 1)


def kind_of(setting: Setting) -> str:
    """Return what a setting's values look like, in a few words."""
    kind = KINDS[setting.kind]
    if setting.choices:
        kind = "one of " + ", ".join(f"`{one.value}`" for one in setting.choices)
    return f"{kind}, required" if setting.required else kind


def _text(setting: Setting) -> str:
    text = f"**{setting.label}.** {setting.help}"
    if setting.unset:
        text += f" Unset: {setting.unset}."
    if setting.secret:
        text += " Secret: shown as a mask once it is set."
    if setting.secret_entries:
        text += " Values under names of credentials are secret."
    if setting.destination is Destination.CORE:
        text += f" {ONLY_CORE}"
    if setting.aliases:
        spelled = ", ".join(f"`{alias}`" for alias in setting.aliases)
        text += f" Also read as {spelled}."
    return text

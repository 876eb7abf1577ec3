"""The table of the gateway's settings as a page of the manual.

`python -m gateway.settings_table` prints it; a test compares it with the page.
"""

from collections.abc import Iterator

from gateway.settings_table import SECTIONS, GatewaySetting, settings_of_section
from gateway.settings_table.showing import show_value
from routes.settings_table.reference import kind_of

HEAD = """\
# Settings of the gateway

What holds for requests where their route says nothing else. Admins of the root set it
for everything; those marked *in any namespace* can be set by admins of a namespace for
its routes and those below, which counts over what is set above. *Settings → Gateway*
shows them, with what holds and where that comes from; `GET` and `PATCH` of
`/api/v1/settings/{namespace}/` do the same (`If-Match` with the version, `null` for not
set any more). Saving is one transaction with an event in the audit log, and makes a
deployment; rolling back to an older one restores them.

Keys are those of Pomerium Core, but for those marked *ours*. This page is made from
`gateway/settings_table` by
`python -m gateway.settings_table > docs/gateway-settings.md`.
"""


def describe_all() -> str:
    """Return the page."""
    return "\n".join([HEAD, *_lines()])


def _lines() -> Iterator[str]:
    for section in SECTIONS:
        yield f"## {section.label}\n"
        yield f"{section.help}\n"
        for one in settings_of_section(section.code):
            yield f"- `{one.key}` ({_marks(one)}): {_words(one)}"
            for child in one.setting.fields:
                text = f"**{child.label}.** {child.help}"
                yield f"  - `{child.key}` ({kind_of(child)}): {text}"
        yield ""


def _marks(one: GatewaySetting) -> str:
    marks = [kind_of(one.setting)]
    marks.append("in any namespace" if one.is_local else "at the root")
    if not one.in_core:
        marks.append("ours")
    return ", ".join(marks)


def _words(one: GatewaySetting) -> str:
    usual = show_value(one.setting, one.default)
    return f"**{one.setting.label}.** {one.help} Unset: {usual}."

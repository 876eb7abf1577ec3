"""Structures that people write as YAML in a text field: both ways, without loss.

Reading is bounded and in Core's dialect. Writing quotes whatever could be read as
something else than a text.
"""

import re
from typing import Any

import yaml
from django.utils.translation import gettext

from policies.language.decoding import OBSCURE, Bounds
from policies.language.errors import Report
from policies.language.nodes import to_json
from policies.language.source import compose
from policies.texts import worded
from policies.translating import translated

BOUNDS = Bounds(noun=worded("the text"), verb=worded("saved"), refused=OBSCURE)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./@-]*\Z")
# A block reads these as the end of a line, and gives back another.
_OTHER_BREAKS = re.compile("[\r\x85\u2028\u2029]")
_WORDS = frozenset(
    {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan"}
)


class YamlTextError(ValueError):
    """The text is no YAML that may be used; the message names line and column."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    if "\n" in text and not _OTHER_BREAKS.search(text):
        style: str | None = "|"
    elif _PLAIN.match(text) and text.lower() not in _WORDS:
        style = None
    else:
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent)


def read_yaml(text: str) -> Any:
    """Return the structure that a text stands for; None for an empty one.

    Raises:
        YamlTextError: it can't be read.
    """
    if not text.strip():
        return None
    report = Report()
    node = compose(text.replace("\r\n", "\n"), report, bounds=BOUNDS)
    if report.problems or node is None:
        first = next(iter(report.problems), None)
        raise YamlTextError(
            str(translated(first)) if first else gettext("nothing in it")
        )
    return to_json(node)


def write_yaml(value: Any) -> str:
    """Return a text that stands for a structure; "" for none."""
    if value is None:
        return ""
    text: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=80
    )
    return text

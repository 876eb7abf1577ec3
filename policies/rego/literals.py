"""The texts that a module writes out, without asking the engine for its tree. Pure.

What is in comments does not count. Texts in templates and joined ones are no literals.
"""

import json
import re

# A comment, a text, or a raw text: whichever begins first holds what follows.
PARTS = re.compile(r'#[^\n]*|"((?:[^"\\\n]|\\.)*)"|`([^`]*)`')


def texts_in(source: str) -> frozenset[str]:
    """Return every text that stands in a module."""
    found = set()
    for part in PARTS.finditer(source):
        quoted, raw = part.groups()
        if raw is not None:
            found.add(raw)
        elif quoted is not None:
            found.add(_read(quoted))
    return frozenset(found)


def _read(quoted: str) -> str:
    try:
        return str(json.loads(f'"{quoted}"', strict=False))
    except ValueError:
        return quoted

"""Empty sets, whose places the engine tells wrongly. Runs inside a worker.

To the engine, `set()` ends with whatever comes after it. In parentheses that is the
closing one, so that what is rewritten around it (`ordering`, `guards`, `negation`)
knows where it ends.
"""

from __future__ import annotations

import re
from typing import Final

# Texts and comments stay as they are.
_TOKEN: Final = re.compile(
    r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*|(?<![\w.])(?P<set>set\s*\(\s*\))'
)


def enclose(source: str) -> str:
    """Return a text with parentheses around each empty set."""
    return _TOKEN.sub(
        lambda found: "(set())" if found["set"] else found[0],
        source,
    )

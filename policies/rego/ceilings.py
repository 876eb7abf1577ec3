"""An enforced policy in Rego, written as a deny that Core understands.

Core knows no ceilings. The policy's own rules get other names, and new ones deny whom
its `allow` does not let in, with the reasons that it gives, and whom its `deny` denies.
"""

from __future__ import annotations

import re
from typing import Final

_TEXT: Final = r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*'
_NAMES: Final = re.compile(
    rf"(?P<kept>{_TEXT})"
    r"|(?P<whole>\bdata\.pomerium\.policy\.)(?P<member>allow|deny)\b"
    r"|(?<![\w.])(?P<name>allow|deny)\b"
)
_V1: Final = re.compile(r"^\s*import\s+rego\.v1\b", re.MULTILINE)
_DENIES: Final = re.compile(r"^(?:\s*default)?\s*postern_deny\b", re.MULTILINE)
_DENIED: Final = """
postern_refused{if} {{ postern_holds(postern_deny) }}
postern_told{contains} {{ postern_refused; reason := postern_reasons(postern_deny)[_] }}
"""
_RULES: Final = """
postern_listed(value) = value{if} {{ is_array(value) }}
postern_listed(value) = listed{if} {{ is_set(value); listed := sort(value) }}
postern_holds(value){if} {{ value == true }}
postern_holds(value){if} {{
	listed := postern_listed(value)
	count(listed) <= 3
	listed[0] == true
}}
postern_reasons(value) = postern_listed(listed[1]){if} {{
	listed := postern_listed(value)
	count(listed) <= 3
}}
postern_let_in{if} {{ postern_holds(postern_allow) }}
postern_refused{if} {{ not postern_let_in }}
postern_told{contains} {{
	not postern_let_in
	reason := postern_reasons(postern_allow)[_]
}}
deny = [true, postern_told]{if} {{ postern_refused }}
"""


def as_ceiling(source: str) -> str:
    """Return a module that denies exactly whom a policy does not let in."""
    renamed = _NAMES.sub(_renamed, source)
    rules = _RULES + (_DENIED if _DENIES.search(renamed) else "")
    is_v1 = _V1.search(source) is not None
    written = rules.format(
        **{
            "if": " if" if is_v1 else "",
            "contains": " contains reason if" if is_v1 else "[reason]",
        }
    )
    return f"{renamed.rstrip()}\n{written}"


def _renamed(found: re.Match[str]) -> str:
    if found["kept"] is not None:
        return found["kept"]
    if found["member"] is not None:
        return f"{found['whole']}postern_{found['member']}"
    return f"postern_{found['name']}"

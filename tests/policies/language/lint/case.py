"""What a case of a warning is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from policies.language import LintContext

NOW: Final = datetime(2030, 6, 1, tzinfo=UTC)
ENFORCED: Final = LintContext(enforced=True)
PUBLIC: Final = LintContext(attached_to_public=True)
GROUPS: Final = LintContext(
    groups={"g1": "Engineering", "g2": "Sales", "g3": "sales", "g4": "017"}
)
TYPES: Final = LintContext(device_types={"yubikey"})
TODAY: Final = LintContext(now=NOW)
NOTHING: Final = LintContext()


@dataclass(frozen=True)
class Case:
    """A policy, the code and the place of its warning, and the text after the fix."""

    code: str
    text: str
    place: str
    fixed: str | None = None
    context: LintContext = NOTHING

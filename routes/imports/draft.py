"""What a file says, read and checked, before it is compared with what is there.

Places lead back to the file. Nothing here knows the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies import language
from policies.language import Action, PolicyDocument
from routes.imports.findings import Findings, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPolicy:
    """A policy as one route of the file uses it, or as it stands there by itself.

    `name`, `description`, `explanation` and `remediation` are empty where the file
    says nothing. `id`, `home` (a namespace by its names) and `arrives_by` come from
    our own marks: the policy that it was exported from, where that lived, and whether
    it arrived at the route by itself ("inherited" or "enforced"). What limits only
    was enforced above the route. `document` is None for Rego; that can let in somebody
    if it defines `allow`.
    """

    source: str
    meaning: str
    document: PolicyDocument | None
    place: Place
    name: str = ""
    description: str = ""
    explanation: str = ""
    remediation: str = ""
    id: str = ""
    home: str = ""
    arrives_by: str = ""
    limits_only: bool = False
    defines_allow: bool = False

    @property
    def code(self) -> str:
        """What it is written in, by the code of its language."""
        return "rego" if self.document is None else "ppl"

    @property
    def allows_anonymous(self) -> bool:
        """It could let in anybody; of Rego nothing else can be proven."""
        if self.document is None:
            return self.defines_allow
        return language.could_allow_anonymous(self.document)

    @property
    def is_ceiling(self) -> bool:
        """It takes access away from whom its allow rules don't let in."""
        if self.document is None:
            return self.limits_only and self.defines_allow
        return self.limits_only and self.document.has(Action.ALLOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRoute:
    """A route of the file: its settings in the form that is stored, its policies.

    `home`, `inherits` and `left_out` come from our own marks: the namespace that the
    route was exported from, whether it inherits policies, and the settings whose
    secrets the export left out.
    """

    place: Place
    places: Mapping[str, Place]
    name: str
    settings: Mapping[str, Any]
    from_url: str
    match: str
    policies: tuple[DraftPolicy, ...]
    home: str = ""
    inherits: bool | None = None
    left_out: tuple[str, ...] = ()

    @property
    def address(self) -> tuple[str, str]:
        """What no two routes share."""
        return self.from_url, self.match


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A global setting of the file that the import does not touch, and why."""

    key: str
    place: Place
    why: str


@dataclass(slots=True, kw_only=True)
class Draft:
    """Everything that a file says. Incomplete when `findings` holds problems."""

    findings: Findings
    routes: list[DraftRoute] = field(default_factory=list)
    policies: list[DraftPolicy] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)
    exported_from: str = ""

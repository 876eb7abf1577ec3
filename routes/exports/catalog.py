"""The policies of an export: how Core is told each of them, once for all routes."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from policies import language, selectors
from policies.language import Action, Edition, Severity
from routes.exports import marks, policy_text
from routes.exports.policy_text import Items

if TYPE_CHECKING:
    from policies.models import Policy

CACHED_TEXTS = 4096
# Core reads these criteria from every field of a request, not from method and path.
MISREAD = frozenset({"http_method", "http_path"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A policy as an export carries it.

    `items` are its rules as items of a list, None if Core can't be given them as they
    are; `obstacle` then says why.
    """

    id: str
    name: str
    home: str
    description: str
    explanation: str
    remediation: str
    source: str
    items: Items | None
    obstacle: str
    has_allow_rules: bool

    def describe(self, *, with_source: bool) -> list[str]:
        """Return the comment lines that describe the policy at the head of a file."""
        lines = marks.write_source(self.source) if with_source else []
        return [
            marks.write_mark(
                "policy",
                id=self.id,
                name=self.name,
                namespace=self.home,
                description=self.description,
                explanation=self.explanation,
                remediation=self.remediation,
                source=self.source if lines is None else None,
            ),
            *(lines or []),
        ]


def make_entry(policy: "Policy", *, home: str) -> Entry:
    """Return a policy as an export carries it; `home` is its namespace by names."""
    obstacle = _obstacle(policy.source)
    return Entry(
        id=str(policy.pk),
        name=policy.name,
        home=home,
        description=policy.description,
        explanation=policy.explanation,
        remediation=policy.remediation,
        source=policy.source,
        items=None if obstacle else policy_text.to_items(policy.source),
        obstacle=obstacle,
        has_allow_rules=selectors.compile_source(policy.source).has(Action.ALLOW),
    )


@lru_cache(maxsize=CACHED_TEXTS)
def _obstacle(source: str) -> str:
    """Return why Core can't be given a text as PPL, or "" if it can."""
    for problem in language.check(source, saving=False, edition=Edition.CORE):
        if problem.severity is Severity.ERROR:
            return f"Core does not accept it: {problem.message}"
    misread = _named(selectors.read_source(source).criteria(), MISREAD)
    if misread:
        return f"Core reads `{misread}` from other parts of the request as well"
    return ""


def _named(criteria: Iterable[language.CriterionNode], names: frozenset[str]) -> str:
    return next((one.name for one in criteria if one.name in names), "")

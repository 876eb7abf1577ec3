"""The policies of an export: how Core is told each of them, once for all routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from policies import language, selectors
from policies.language import Action, Edition, Severity
from policies.language.records import ForeignKey
from policies.rego import ceilings
from routes.exports import marks, policy_text
from routes.exports.ceilings import ceiling_of
from routes.exports.policy_text import Items

if TYPE_CHECKING:
    from policies.models import Policy

CACHED_TEXTS = 4096
# Core reads these criteria from every field of a request, not from method and path.
MISREAD = frozenset({"http_method", "http_path"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A policy as an export carries it.

    Attributes:
        home: its namespace, by names.
        is_rego: it is written in Rego, which Core takes as it is.
        is_accepted: Core accepts the text as PPL.
        is_plain: Core reads it as it is meant, too.
        has_allow_rules: enforced, it is a ceiling.
        foreign_keys: how records of each type are found.
    """

    id: str
    name: str
    home: str
    description: str
    explanation: str
    remediation: str
    source: str
    is_rego: bool
    is_accepted: bool
    is_plain: bool
    has_allow_rules: bool
    foreign_keys: Mapping[str, ForeignKey]

    @property
    def has_notes(self) -> bool:
        """There is something to tell people, which Core does by policy."""
        return bool(self.explanation or self.remediation)

    @property
    def items(self) -> Items:
        """The rules as items of a list."""
        return policy_text.to_items(self.source)

    @property
    def ceiling(self) -> list[dict[str, Any]] | None:
        """The deny rules by which Core can be told the ceiling in PPL, if it can."""
        if self.is_rego:
            return None
        rules = policy_text.rules_of(self.source)
        return ceiling_of(rules) if isinstance(rules, list) else None  # type: ignore[arg-type]

    def rego(self, *, as_ceiling: bool) -> str:
        """Return the policy, or the ceiling that it puts up, in Rego.

        Raises:
            UntranslatableError: a criterion has no form in Rego.
        """
        if self.is_rego:
            limits = as_ceiling and self.has_allow_rules
            return ceilings.as_ceiling(self.source) if limits else self.source
        program = selectors.compile_source(self.source)
        return language.to_rego(
            program, as_ceiling=as_ceiling, foreign_keys=self.foreign_keys
        )

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
                language="rego" if self.is_rego else None,
            ),
            *(lines or []),
        ]


def make_entry(
    policy: "Policy", *, home: str, foreign_keys: Mapping[str, ForeignKey]
) -> Entry:
    """Return a policy as an export carries it."""
    is_rego = policy.language != "ppl"
    is_accepted = not is_rego and _is_accepted(policy.source)
    return Entry(
        id=str(policy.pk),
        name=policy.name,
        home=home,
        description=policy.description,
        explanation=policy.explanation,
        remediation=policy.remediation,
        source=policy.source,
        is_rego=is_rego,
        is_accepted=is_accepted,
        is_plain=is_accepted and not _is_misread(policy.source),
        has_allow_rules=policy.allows_anonymous
        if is_rego
        else selectors.compile_source(policy.source).has(Action.ALLOW),
        foreign_keys=foreign_keys,
    )


def _is_misread(source: str) -> bool:
    criteria = selectors.read_source(source).criteria()
    return any(one.name in MISREAD for one in criteria)


@lru_cache(maxsize=CACHED_TEXTS)
def _is_accepted(source: str) -> bool:
    problems = language.check(source, saving=False, edition=Edition.CORE)
    return all(problem.severity is not Severity.ERROR for problem in problems)

"""Policies of a file, parsed and checked once for each text that is different."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from policies import language
from policies.language import (
    PolicyDocument,
    PolicyLanguageError,
    Problem,
    Severity,
    Stage,
)
from policies.rego.checking import Check
from policies.rego.evaluation import key_of
from routes.imports.clippings import Clipping
from routes.imports.draft import DraftPolicy
from routes.imports.findings import Findings

CheckRego = Callable[[str], Check]
# What may be wrong with a text that still says nothing at all: no policy, then.
NO_RULES = frozenset({"no-rules"})


@dataclass(frozen=True, slots=True)
class _Checked:
    document: PolicyDocument | None
    meaning: str
    problems: tuple[Problem, ...]
    defines_allow: bool = False


class PolicyReader:
    """Reads policies, and remembers texts: many routes of a file say the same."""

    def __init__(
        self,
        findings: Findings,
        *,
        warns: bool = True,
        check_rego: CheckRego | None = None,
    ) -> None:
        self._findings = findings
        self._warns = warns
        self._check_rego = check_rego
        self._known: dict[tuple[str, str], _Checked] = {}

    @property
    def reads_rego(self) -> bool:
        """There is something that checks Rego."""
        return self._check_rego is not None

    def read(self, clipping: Clipping, **details: Any) -> DraftPolicy | None:
        """Return the policy of a clipping, or None when it has problems or no rules.

        `details` are further fields of the draft. Warnings are given once for a text.
        """
        checked = self._checked(("ppl", clipping.source), clipping)
        if checked.document is None:
            return None
        return _draft(clipping, checked, details)

    def read_rego(self, clipping: Clipping, **details: Any) -> DraftPolicy | None:
        """Return the policy of a clipping in Rego, or None when it has problems."""
        checked = self._checked(("rego", clipping.source), clipping)
        return _draft(clipping, checked, details) if checked.meaning else None

    def _checked(self, key: tuple[str, str], clipping: Clipping) -> _Checked:
        """Return what is known of a text, and report it."""
        is_new = key not in self._known
        if is_new:
            self._known[key] = (
                _rego(clipping.source, self._check_rego)
                if key[0] == "rego" and self._check_rego is not None
                else _check(clipping.source)
            )
        checked = self._known[key]
        self._report(checked.problems, clipping, with_warnings=is_new and self._warns)
        return checked

    def _report(
        self, problems: Iterable[Problem], clipping: Clipping, *, with_warnings: bool
    ) -> None:
        for problem in problems:
            place = clipping.locate(problem.span)
            code = f"policy_{problem.code.replace('-', '_')}"
            remedy = problem.suggestion or ""
            # What the linter says stops nobody from saving a policy, whatever it is.
            if problem.severity is Severity.ERROR and problem.stage is not Stage.LINT:
                self._findings.problem(code, problem.message, place, remedy=remedy)
            elif with_warnings:
                self._findings.warning(code, problem.message, place, remedy=remedy)


def _draft(
    clipping: Clipping, checked: _Checked, details: dict[str, Any]
) -> DraftPolicy:
    return DraftPolicy(
        source=clipping.source,
        meaning=checked.meaning,
        document=checked.document,
        defines_allow=checked.defines_allow,
        place=details.pop("place", clipping.place),
        **details,
    )


def _rego(source: str, check: CheckRego) -> _Checked:
    found = check(source)
    meaning = "" if found.has_errors else key_of(source)
    return _Checked(None, meaning, found.problems, "allow" in found.kinds)


def _check(source: str) -> _Checked:
    try:
        document = language.parse(source, saving=True)
        meaning = language.meaning_key(document)
    except PolicyLanguageError as error:
        codes = {problem.code for problem in error.problems}
        return _Checked(None, "", () if codes <= NO_RULES else error.problems)
    return _Checked(document, meaning, language.lint(document))

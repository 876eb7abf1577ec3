"""Policies of a file, parsed and checked once for each text that is different."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from policies import language
from policies.language import PolicyDocument, PolicyLanguageError, Problem, Stage
from routes.imports.clippings import Clipping
from routes.imports.draft import DraftPolicy
from routes.imports.findings import Findings

# What may be wrong with a text that still says nothing at all: no policy, then.
NO_RULES = frozenset({"no-rules"})


@dataclass(frozen=True, slots=True)
class _Checked:
    document: PolicyDocument | None
    meaning: str
    problems: tuple[Problem, ...]


class PolicyReader:
    """Reads policies, and remembers texts: many routes of a file say the same."""

    def __init__(self, findings: Findings, *, warns: bool = True) -> None:
        self._findings = findings
        self._warns = warns
        self._known: dict[str, _Checked] = {}

    def read(self, clipping: Clipping, **details: Any) -> DraftPolicy | None:
        """Return the policy of a clipping, or None when it has problems or no rules.

        `details` are further fields of the draft. Warnings are given once for a text.
        """
        is_new = clipping.source not in self._known
        if is_new:
            self._known[clipping.source] = _check(clipping.source)
        checked = self._known[clipping.source]
        self._report(checked.problems, clipping, with_warnings=is_new and self._warns)
        if checked.document is None:
            return None
        return DraftPolicy(
            source=clipping.source,
            meaning=checked.meaning,
            document=checked.document,
            place=details.pop("place", clipping.place),
            **details,
        )

    def _report(
        self, problems: Iterable[Problem], clipping: Clipping, *, with_warnings: bool
    ) -> None:
        for problem in problems:
            place = clipping.locate(problem.span)
            code = f"policy_{problem.code.replace('-', '_')}"
            remedy = problem.suggestion or ""
            # What the linter says stops nobody from saving a policy, whatever it is.
            if problem.stage is not Stage.LINT:
                self._findings.problem(code, problem.message, place, remedy=remedy)
            elif with_warnings:
                self._findings.warning(code, problem.message, place, remedy=remedy)


def _check(source: str) -> _Checked:
    try:
        document = language.parse(source, saving=True)
        meaning = language.meaning_key(document)
    except PolicyLanguageError as error:
        codes = {problem.code for problem in error.problems}
        return _Checked(None, "", () if codes <= NO_RULES else error.problems)
    return _Checked(document, meaning, language.lint(document))

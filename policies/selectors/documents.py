"""Policies' texts as the language reads them: trees, problems, and what they mean."""

from functools import lru_cache
from typing import Any

from policies import language
from policies.language import PolicyDocument, Problem, Program
from policies.models import Policy

CACHED_TEXTS = 4096


@lru_cache(maxsize=CACHED_TEXTS)
def read_source(source: str) -> PolicyDocument:
    """Return the tree of a text, parsed once for each text.

    Raises:
        PolicyLanguageError: the text is no policy.
    """
    return language.parse(source)


@lru_cache(maxsize=CACHED_TEXTS)
def compile_source(source: str) -> Program:
    """Return the program of a text, compiled once for each text.

    Raises:
        PolicyLanguageError: the text is no policy.
    """
    return language.compile_policy(read_source(source))


def get_document(policy: Policy) -> PolicyDocument:
    """Return the tree of a policy in PPL."""
    return read_source(policy.source)


def check_source(source: str) -> list[dict[str, Any]]:
    """Return everything that is wrong or dubious about a text that is to be saved."""
    return [problem_as_json(problem) for problem in language.check(source)]


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as the editor and the API take it.

    `line` and `column` count from 1, `column`, `length` and the edits of `fix` in
    characters, as Python counts them.
    """
    fix = problem.fix
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "line": problem.span.line,
        "column": problem.span.column,
        "length": problem.span.length,
        "suggestion": problem.suggestion,
        "fix": fix
        and {
            "title": fix.title,
            "edits": [
                {
                    "start": edit.start,
                    "end": edit.end,
                    "replacement": edit.replacement,
                }
                for edit in fix.edits
            ],
        },
    }

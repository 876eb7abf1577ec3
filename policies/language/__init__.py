"""The policy language: text to tree to program to decision, in pure Python.

This is the door for everybody else; what isn't exported here is internal. Nothing in
the package knows Django, reads a clock or does input and output.
"""

from __future__ import annotations

from . import editing
from .anonymous import could_allow_anonymous
from .builder import builder_tree, catalog, merge_tree
from .canonical import canonical, program_key
from .changes import Change, smallest_changes
from .compiler import Program, compile_policy
from .composition import (
    ForeignPolicy,
    RoutePolicy,
    RouteProgram,
    RouteSettings,
    Verdict,
    compile_route,
    evaluate_internal,
    settings_to_policy,
)
from .criteria import CRITERIA, Criterion, Need
from .decision import Decision, Outcome, Result, Trace, decide
from .engine import Explanation, evaluate, explain, meaning_key
from .errors import (
    Edit,
    Fix,
    PolicyLanguageError,
    Problem,
    Severity,
    Span,
    Stage,
)
from .facts import Facts, SourceState
from .formatter import format_policy
from .grammar import (
    Action,
    CriterionNode,
    Operator,
    OperatorNode,
    PolicyDocument,
    Rule,
)
from .lint import LintContext, lint
from .modes import Edition, Mode
from .reader import check, parse
from .reasons import Reason
from .rego import UntranslatableError, to_rego
from .sentences import Clause, Sentence, describe, summary
from .wording import Names

__all__ = [
    "CRITERIA",
    "Action",
    "Change",
    "Clause",
    "Criterion",
    "CriterionNode",
    "Decision",
    "Edit",
    "Edition",
    "Explanation",
    "Facts",
    "Fix",
    "ForeignPolicy",
    "LintContext",
    "Mode",
    "Names",
    "Need",
    "Operator",
    "OperatorNode",
    "Outcome",
    "PolicyDocument",
    "PolicyLanguageError",
    "Problem",
    "Program",
    "Reason",
    "Result",
    "RoutePolicy",
    "RouteProgram",
    "RouteSettings",
    "Rule",
    "Sentence",
    "Severity",
    "SourceState",
    "Span",
    "Stage",
    "Trace",
    "UntranslatableError",
    "Verdict",
    "builder_tree",
    "canonical",
    "catalog",
    "check",
    "compile_policy",
    "compile_route",
    "could_allow_anonymous",
    "decide",
    "describe",
    "editing",
    "evaluate",
    "evaluate_internal",
    "explain",
    "format_policy",
    "lint",
    "meaning_key",
    "merge_tree",
    "parse",
    "program_key",
    "settings_to_policy",
    "smallest_changes",
    "summary",
    "to_rego",
]

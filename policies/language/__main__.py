"""The language on the command line, without Django: `python -m policies.language`.

Reads files and writes text; everything else is in the package.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .changes import smallest_changes
from .compiler import compile_policy
from .engine import Explanation, explain
from .errors import PolicyLanguageError, Problem, Severity
from .modes import Edition, Mode
from .reader import check, parse
from .rego import UntranslatableError, to_rego
from .vectors import CaseVerdict, case_facts, run_case

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .composition import PartResult
    from .decision import Decision, Result
    from .evaluator import CriterionResult

_FAILURE: Final = 1
_UNUSABLE: Final = 2
_GZIP: Final = b"\x1f\x8b"
_MAX_SEEN: Final = 80


class UnusableFileError(Exception):
    """A file that can't be read, or holds something else than it should."""


def check_files(arguments: argparse.Namespace) -> int:
    """Print everything wrong with policies; fail if there is an error among it."""
    has_error = False
    for path in arguments.file:
        problems = check(
            _read_bytes(path), saving=not arguments.lenient, edition=arguments.edition
        )
        for problem in problems:
            print(f"{path}:{_line(problem)}")
        has_error |= any(one.severity is Severity.ERROR for one in problems)
    return _FAILURE if has_error else 0


def explain_request(arguments: argparse.Namespace) -> int:
    """Print what a policy answers to a request, and every step that led there."""
    case = _read_json(arguments.request)
    try:
        document = parse(_read_bytes(arguments.file), edition=arguments.edition)
        program = compile_policy(
            document, edition=arguments.edition, mode=arguments.mode
        )
    except PolicyLanguageError as error:
        for problem in error.problems:
            print(f"{arguments.file}:{_line(problem)}")
        return _FAILURE
    try:
        facts = case_facts(case, {})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnusableFileError(
            f"{arguments.request}: not a request with `input` and `records`"
        ) from error
    explanation = explain(program, facts, mode=arguments.mode)
    for line in [*_tree(explanation), *_change_lines(explanation)]:
        print(line)
    return 0


def write_rego(arguments: argparse.Namespace) -> int:
    """Print a policy as a module of Rego that Core accepts."""
    try:
        document = parse(_read_bytes(arguments.file))
        print(to_rego(document, as_ceiling=arguments.ceiling))
    except PolicyLanguageError as error:
        for problem in error.problems:
            print(f"{arguments.file}:{_line(problem)}")
        return _FAILURE
    except UntranslatableError as error:
        print(f"{arguments.file}: {error}")
        return _FAILURE
    return 0


def run_vectors(arguments: argparse.Namespace) -> int:
    """Run conformance cases, print each disagreement, and count."""
    counts: Counter[CaseVerdict] = Counter()
    for path in arguments.vectors:
        corpus = _read_json(path)
        cases = corpus.get("cases") if isinstance(corpus, dict) else None
        if not isinstance(cases, list):
            raise UnusableFileError(f"{path}: holds no list of `cases`")
        for case in cases:
            verdict, lines = run_case(case, corpus.get("record_sets", {}))
            counts[verdict] += 1
            for line in lines:
                print(f"{_case_id(case)}: {line}")
    passed, failed, skipped = (
        counts[verdict]
        for verdict in (CaseVerdict.PASSED, CaseVerdict.FAILED, CaseVerdict.SKIPPED)
    )
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return _FAILURE if failed else 0


def _case_id(case: Any) -> str:
    return str(case.get("id")) if isinstance(case, dict) else "?"


def _line(problem: Problem) -> str:
    place = f"{problem.span.line}:{problem.span.column}"
    hint = f"; {problem.suggestion}" if problem.suggestion else ""
    return f"{place}: {problem.severity}: {problem.message}{hint} [{problem.code}]"


def _tree(explanation: Explanation) -> list[str]:
    decision = explanation.decision
    lines = _headline(decision)
    for part in explanation.parts:
        lines += _part_lines(part)
    return lines


def _headline(decision: Decision) -> list[str]:
    return [
        f"{decision.outcome} {decision.status}",
        f"allow: {_result(decision.allowed)}",
        f"deny: {_result(decision.denied)}",
    ]


def _part_lines(part: PartResult) -> list[str]:
    lines: list[str] = []
    for rule in part.tree.rules if part.tree else ():
        place = f"line {rule.span.line}"
        lines.append(f"{rule.action}, {place}: {_result(rule.result)}")
        for block in rule.operators:
            lines.append(f"  {block.operator}: {_result(block.result)}")
            lines += [f"    {_criterion_line(entry)}" for entry in block.criteria]
    return lines


def _criterion_line(entry: CriterionResult) -> str:
    value = "undecided" if entry.value is None else str(entry.value).lower()
    seen = repr(entry.seen)
    if len(seen) > _MAX_SEEN:
        seen = f"{seen[:_MAX_SEEN]}…"
    place = f"line {entry.span.line}"
    return f"{entry.name}, {place}: {value} {entry.reason}; {entry.fact}: {seen}"


def _change_lines(explanation: Explanation) -> list[str]:
    changes = smallest_changes(explanation)
    return [
        "allowed if otherwise: "
        + " and ".join(f"{one.name}, line {one.span.line}" for one in change.criteria)
        for change in changes
    ]


def _result(result: Result) -> str:
    reasons = ", ".join(sorted(result.reasons)) or "no reason"
    return f"{str(result.value).lower()} ({reasons})"


def _read_bytes(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UnusableFileError(f"{path}: {error.strerror or error}") from error


def _read_json(path: str) -> Any:
    data = _read_bytes(path)
    try:
        if data.startswith(_GZIP):
            data = gzip.decompress(data)
        return json.loads(data)
    except (ValueError, OSError, EOFError) as error:
        raise UnusableFileError(f"{path}: not JSON: {error}") from error


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: what it takes, and what it does."""

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def _add_edition(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--edition",
        type=Edition,
        choices=list(Edition),
        default=Edition.ENTERPRISE,
        help="whose criteria are known",
    )


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="+", help="a policy; - for standard input")
    parser.add_argument(
        "--lenient",
        action="store_true",
        help="accept what Core accepts but Postern would not save",
    )
    _add_edition(parser)


def _add_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a policy; - for standard input")
    parser.add_argument("request", help="JSON with `input`, `records` and `now`")
    parser.add_argument(
        "--mode",
        type=Mode,
        choices=list(Mode),
        default=Mode.POSTERN,
        help="whose reading applies",
    )
    _add_edition(parser)


def _add_rego(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a policy; - for standard input")
    parser.add_argument(
        "--ceiling",
        action="store_true",
        help="what the policy amounts to where it is enforced",
    )


def _add_test(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("vectors", nargs="+", help="JSON, or JSON packed with gzip")


COMMANDS: Final = (
    Command("check", "say what is wrong with policies", _add_check, check_files),
    Command("explain", "answer a request, with reasons", _add_explain, explain_request),
    Command("rego", "write a policy in Rego", _add_rego, write_rego),
    Command("test", "run conformance cases", _add_test, run_vectors),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m policies.language", description="The Postern policy language."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        subparser = commands.add_parser(command.name, help=command.help)
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except UnusableFileError as error:
        print(error, file=sys.stderr)
        return _UNUSABLE


if __name__ == "__main__":
    sys.exit(main())

"""Rego on the command line, without Django: `python -m policies.rego test VECTORS`."""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from policies.language import Severity
from policies.language.vectors import CaseVerdict

from .checking import check
from .evaluation import Engine, SandboxEngine
from .opa_server import OpaServerEngine
from .vectors import run_case

if TYPE_CHECKING:
    from collections.abc import Sequence

_FAILURE: Final = 1
_UNUSABLE: Final = 2
_GZIP: Final = b"\x1f\x8b"


class UnusableFileError(Exception):
    """A file that can't be read, or holds something else than it should."""


def run_vectors(paths: Sequence[str], engine: Engine) -> int:
    """Run conformance cases, print each disagreement, and count."""
    counts: Counter[CaseVerdict] = Counter()
    for path in paths:
        corpus = _read_json(path)
        cases = corpus.get("cases") if isinstance(corpus, dict) else None
        if not isinstance(cases, list):
            raise UnusableFileError(f"{path}: holds no list of `cases`")
        for case in cases:
            verdict, lines = run_case(
                case, corpus.get("record_sets", {}), engine=engine
            )
            counts[verdict] += 1
            for line in lines:
                print(f"{case.get('id') if isinstance(case, dict) else '?'}: {line}")
    passed, failed, skipped = (
        counts[verdict]
        for verdict in (CaseVerdict.PASSED, CaseVerdict.FAILED, CaseVerdict.SKIPPED)
    )
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return _FAILURE if failed else 0


def check_files(paths: Sequence[str], engine: Engine) -> int:
    """Print everything wrong with policies; fail if there is an error among it."""
    has_error = False
    for path in paths:
        source = _read(path).decode(errors="replace")
        found = check(source, engine=engine, namespace="command-line")
        for problem in found.problems:
            print(f"{path}:{problem} [{problem.code}]")
        has_error |= any(one.severity is Severity.ERROR for one in found.problems)
    return _FAILURE if has_error else 0


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UnusableFileError(f"{path}: {error.strerror or error}") from error


def _read_json(path: str) -> Any:
    data = _read(path)
    try:
        return json.loads(gzip.decompress(data) if data.startswith(_GZIP) else data)
    except (ValueError, OSError, EOFError) as error:
        raise UnusableFileError(f"{path}: not JSON: {error}") from error


_COMMANDS: Final = {"test": run_vectors, "check": check_files}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m policies.rego", description="Policies in Rego."
    )
    parser.add_argument(
        "command",
        choices=_COMMANDS,
        help="test: run conformance cases; check: say what is wrong with policies",
    )
    parser.add_argument("file", nargs="+")
    parser.add_argument("--opa-url", help="a server of OPA to ask instead")
    options = parser.parse_args(arguments)
    url = options.opa_url
    engine: Engine = OpaServerEngine(url) if url else SandboxEngine()
    try:
        return _COMMANDS[options.command](options.file, engine)
    except UnusableFileError as error:
        print(error, file=sys.stderr)
        return _UNUSABLE
    finally:
        engine.close()


if __name__ == "__main__":
    sys.exit(main())

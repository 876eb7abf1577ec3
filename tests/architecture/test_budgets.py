"""Sizes: a file or a function that outgrows its budget is split, not excused."""

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import (
    APPS,
    ROOT,
    list_files,
    name_of,
    parse,
)

FILE_LINES = {
    ".py": 400,
    ".html": 150,
    ".css": 250,
    ".js": 150,
    ".mjs": 150,
}
FUNCTION_LINES, TEST_LINES = 50, 60
POSITIONAL = 3  # who, what and where of a question about access
DOORS = [
    f"{app}.{layer}"
    for app in APPS
    for layer in ("services", "selectors")
    if (ROOT / app / layer).exists() or (ROOT / app / f"{layer}.py").exists()
]
# file: (lines allowed, reason). A budget may be exceeded only with a reason.
LARGER_FILES: dict[str, tuple[int, str]] = {}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.mark.parametrize("suffix", sorted(FILE_LINES))
def test_no_file_is_longer_than_its_budget(suffix: str) -> None:
    long = {
        name_of(path): lines
        for path in list_files(suffix)
        if "/migrations/" not in name_of(path)
        and (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > LARGER_FILES.get(name_of(path), (FILE_LINES[suffix], ""))[0]
    }

    assert long == {}


def test_no_function_is_longer_than_its_budget() -> None:
    long = {}
    for path in list_files(".py"):
        budget = TEST_LINES if name_of(path).startswith("tests/") else FUNCTION_LINES
        if "/migrations/" in name_of(path):
            continue
        for function in list_functions(path):
            lines = count_lines(function)
            if lines > budget:
                long[f"{name_of(path)}:{function.lineno} {function.name}"] = lines

    assert long == {}


@pytest.mark.parametrize("name", DOORS)
def test_services_and_selectors_take_names_with_their_arguments(name: str) -> None:
    unclear = [
        function.__qualname__
        for _, function in inspect.getmembers(
            importlib.import_module(name), inspect.isfunction
        )
        if "actor" in inspect.signature(function).parameters
        if count_positional(function) > POSITIONAL
    ]

    assert unclear == []


def test_every_larger_file_has_a_reason_and_still_needs_it() -> None:
    for name, (lines, reason) in LARGER_FILES.items():
        path = ROOT / name
        assert reason
        assert lines > FILE_LINES[path.suffix]
        assert len(path.read_text(encoding="utf-8").splitlines()) > lines * 0.9


def count_positional(function: Callable[..., object]) -> int:
    """Count the arguments that a caller may give without their names."""
    return sum(
        each.kind in {each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD}
        for each in inspect.signature(function).parameters.values()
    )


def count_lines(function: Function) -> int:
    """Count a function's lines without its docstring, which may be as long as it helps.

    Decorators don't count either.
    """
    first = function.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    text = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - text


def list_functions(path: Path) -> Iterator[Function]:
    """Yield every function of a file, nested ones as well."""
    for node in ast.walk(parse(path)):
        if isinstance(node, Function):
            yield node

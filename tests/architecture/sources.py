"""Which files are ours, and the syntax trees of those in Python."""

import ast
import os
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "console",
    "namespaces",
    "directory",
    "devices",
    "policies",
    "routes",
    "gateway",
)
NOT_OURS = {"node_modules", "dist", "data", "collected", "pictures", "__pycache__"}


@cache
def list_files(suffix: str) -> tuple[Path, ...]:
    """Return our files that end so, without what is built, installed or made."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and name not in NOT_OURS
        ]
        found += [Path(folder, name) for name in names if name.endswith(suffix)]
    return tuple(sorted(found))


@cache
def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    """Return a path as we write it: from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def list_application_files() -> list[Path]:
    """Return the Python files of the product, without tests and benchmarks."""
    return [path for path in list_files(".py") if name_of(path).startswith(APPS)]

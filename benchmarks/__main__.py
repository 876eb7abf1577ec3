"""`python -m benchmarks [NAME …]`: run all benchmarks, or those named."""

import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path

NOT_BENCHMARKS = {"__main__", "goals", "report"}


def list_names() -> list[str]:
    """Return the names of all benchmarks."""
    folder = str(Path(__file__).parent)
    found = {module.name for module in pkgutil.iter_modules([folder])}
    return sorted(found - NOT_BENCHMARKS)


def main(wanted: Sequence[str]) -> int:
    """Run them; return 2 when one of the names is unknown."""
    unknown = set(wanted) - set(list_names())
    if unknown:
        print(f"there is no benchmark {sorted(unknown)}; choose of {list_names()}")
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    for name in wanted or list_names():
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"\n== {name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
        for goal in module.run(print):
            print(goal, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

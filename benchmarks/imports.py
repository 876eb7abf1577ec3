"""How long a whole configuration takes into the console, and out of it again.

By the commands, each a process of its own, on an embedded database.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.goals import Goal
from tests.routes.imports.generated import write_configuration

ROUTES, POLICIES = 10_000, 3_000
ROOT = Path(__file__).resolve().parent.parent


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure and print; return the goals."""
    with tempfile.TemporaryDirectory(prefix="postern-bench-") as folder:
        file, exported = Path(folder) / "core.yaml", Path(folder) / "exported.yaml"
        file.write_text(write_configuration(routes=ROUTES, policies=POLICIES))
        manage(folder, "migrate", "--verbosity", "0")
        seconds = {
            "import": manage(folder, "importcore", str(file)),
            "the same again": manage(folder, "importcore", str(file)),
            "export": manage(folder, "exportcore", str(exported)),
            "import of the export": manage(folder, "importcore", str(exported)),
        }
    write(f"{ROUTES:,} routes, {POLICIES:,} policies")
    for name, value in seconds.items():
        write(f"  {name:<22} {value:6.1f} s")
    return [Goal("import of 10,000 routes", seconds["import"], 60, " s")]


def manage(folder: str, *arguments: str) -> float:
    """Run a command of manage.py; return how long it took, in seconds."""
    environment = {
        **os.environ,
        "POSTERN_DATA_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "console.settings",
    }
    environment.pop("DATABASE_URL", None)
    started = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", *arguments],
        check=True,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started

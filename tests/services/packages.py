"""Debian's packages, for whoever may install them."""

import os
import shutil
import subprocess

from tests.services import UnavailableError


def may_install() -> bool:
    """Answer whether this user can install packages of a Debian system."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(name: str) -> None:
    """Install a package.

    Raises:
        UnavailableError: apt-get failed; its own words are shown.
    """
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", name]):
        done = subprocess.run(
            [shutil.which("apt-get") or "apt-get", "-qq", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise UnavailableError(
            f"apt-get can't install {name}: {done.stderr.strip()[-500:]}"
        )

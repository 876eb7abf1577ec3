"""Makes `.venv` and installs the pinned requirements: `python console/install.py run`.

Runs under the system's own Python, before anything of ours is installed, so it
uses the standard library only and imports nothing of the console. Whether there is
something to do is told by the contents of the requirement files, not by dates: the
second call ends at once. What is built or migrated afterwards is not said here.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
CONSTRAINTS = "constraints.txt"
SETS = {
    "run": ["requirements.txt"],
    "dev": ["requirements.txt", "requirements-dev.txt"],
    "bench": ["requirements.txt", "requirements-dev.txt", "requirements-bench.txt"],
}
REPORT_EVERY = 10


class InstallError(Exception):
    """The environment can't be made; the text says what to do."""


def main(arguments: Sequence[str]) -> int:
    """Install one of SETS; return the exit code."""
    wanted = arguments[0] if arguments else "run"
    try:
        install(wanted)
    except InstallError as error:
        say(f"error: {error}")
        return 1
    return 0


def install(wanted: str) -> None:
    """Bring `.venv` to hold what the set asks for.

    Raises:
        InstallError: this Python is too old, lacks venv, or pip failed.
    """
    if wanted not in SETS:
        raise InstallError(f"there is no set `{wanted}`; choose of {list(SETS)}")
    files = [name for name in SETS[wanted] if (ROOT / name).exists()]
    stamp = VENV / f".installed-{wanted}"
    digest = contents_digest([*files, CONSTRAINTS])
    if stamp.exists() and stamp.read_text().strip() == digest and works(VENV_PYTHON):
        return
    if not works(VENV_PYTHON):
        make_environment()
    run_pip(files)
    # A set holds those before it, so their files are satisfied as well.
    for name in list(SETS)[: list(SETS).index(wanted) + 1]:
        own = [file for file in SETS[name] if (ROOT / file).exists()]
        (VENV / f".installed-{name}").write_text(contents_digest([*own, CONSTRAINTS]))


def contents_digest(names: Sequence[str]) -> str:
    """Hash the requirement files, by name and content."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(f"{name}\n".encode())
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def works(python: Path) -> bool:
    """Answer whether that interpreter starts, is new enough, and has pip."""
    if not python.exists():
        return False
    question = (
        "import importlib.util as u, sys;"
        f"sys.exit(sys.version_info < {OLDEST} or u.find_spec('pip') is None)"
    )
    try:
        done = subprocess.run(
            [python, "-c", question], capture_output=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def make_environment() -> None:
    """Create `.venv` with this Python.

    Raises:
        InstallError: it is too old, or has no venv and can't be given it.
    """
    if sys.version_info < OLDEST:
        raise InstallError(
            f"Python 3.11 or later is needed, and {sys.executable} is "
            f"{sys.version.split()[0]}; install one, or run `make PYTHON=...`"
        )
    if not has_venv():
        add_venv()
    say(f"making .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "venv", VENV],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise InstallError(
            f"`{sys.executable} -m venv .venv` failed: {(done.stdout + done.stderr)}"
        )


def has_venv() -> bool:
    """Answer whether this Python can make environments with pip in them.

    Debian ships `venv` without `ensurepip`, so importing the first tells nothing.
    """
    done = subprocess.run(
        [sys.executable, "-c", "import ensurepip, venv; ensurepip.version()"],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def add_venv() -> None:
    """Install Debian's package that completes this Python.

    Raises:
        InstallError: no right to install, no apt, or apt failed.
    """
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    lack = f"{sys.executable} comes without venv; install the package {package}"
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        raise InstallError(f"{lack} (`apt-get install {package}` as root)")
    say(f"this Python comes without venv: installing Debian's {package}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", package]):
        done = subprocess.run(
            [apt, "-qq", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode or not has_venv():
        raise InstallError(f"{lack}; apt-get said: {done.stderr.strip()}")


def run_pip(files: Sequence[str]) -> None:
    """Install the requirement files, telling how far it is.

    Raises:
        InstallError: pip failed; its own words are shown.
    """
    say(f"installing {', '.join(files)} (a minute or two the first time)")
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--no-input", "--progress-bar", "off"]
    for name in files:
        command += ["-r", name]
    lines: list[str] = []
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as pip:
        collected = 0
        for line in pip.stdout or ():
            lines.append(line)
            collected += line.startswith("Collecting ")
            if line.startswith("Collecting ") and collected % REPORT_EVERY == 0:
                say(f"  {collected} packages found")
            elif line.startswith("Installing collected"):
                say(f"  putting {line.count(',') + 1} packages in place")
    if pip.returncode:
        raise InstallError("pip failed:\n" + "".join(lines[-20:]))


def say(text: str) -> None:
    """Print a line at once, also where the output is a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

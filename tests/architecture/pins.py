"""Whether what is installed is what is pinned; `--write` pins what is installed.

requirements*.txt name what we use ourselves, each with `==`; constraints.txt names
what those bring along.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import ROOT

FILES = ("requirements.txt", "requirements-dev.txt")
CONSTRAINTS = ROOT / "constraints.txt"
PINNED = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[A-Za-z0-9.]+")
HEADER = """\
# Versions of what the direct dependencies bring along, so that two installs
# of the same commit are the same. Written by `make pins`.
"""


def read_requirements(names: Iterable[str] = FILES) -> Iterator[tuple[str, str]]:
    """Yield each line that names a package, with its comment."""
    for name in names:
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            text, _, comment = line.partition("#")
            if text.strip() and not text.startswith("-"):
                yield text.strip(), comment.strip()


def read_constraints() -> dict[str, str]:
    """Return the pinned version of each package in constraints.txt."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def list_brought_along() -> dict[str, str]:
    """Return what the direct requirements need, as it is installed here."""
    named = [Requirement(text) for text, _ in read_requirements()]
    direct = [one for one in named if one.marker is None or one.marker.evaluate()]
    names = {canonicalize_name(requirement.name) for requirement in direct}
    found: dict[str, str] = {}
    waiting = direct
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (name, frozenset(requirement.extras)) in seen:
            continue
        seen.add((name, frozenset(requirement.extras)))
        distribution = metadata.distribution(requirement.name)
        if name not in names:
            found[distribution.metadata["Name"]] = distribution.version
        waiting += list_needed(distribution, requirement.extras)
    return found


def list_needed(
    distribution: metadata.Distribution, extras: Iterable[str]
) -> list[Requirement]:
    """Return what a package needs on this machine, with these extras."""
    environments = [{"extra": extra} for extra in ("", *extras)]
    return [
        requirement
        for text in distribution.requires or []
        if (requirement := Requirement(text))
        if requirement.marker is None
        or any(requirement.marker.evaluate(each) for each in environments)
    ]


def write() -> None:
    """Pin what is installed."""
    lines = [
        f"{name}=={version}"
        for name, version in sorted(
            list_brought_along().items(), key=lambda pair: pair[0].lower()
        )
    ]
    CONSTRAINTS.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


def is_pinned(text: str) -> bool:
    """Answer whether a requirement names exactly one version, if for some platforms."""
    return PINNED.fullmatch(text.partition(";")[0]) is not None


if __name__ == "__main__" and sys.argv[1:] == ["--write"]:
    write()

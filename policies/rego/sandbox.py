"""What a worker takes away from itself before it reads its first policy.

Each part that the system refuses is named in what `enter` returns, so that the
console can say so; nothing is left out silently.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from typing import TYPE_CHECKING, Any, Final

from . import seccomp

if TYPE_CHECKING:
    from collections.abc import Collection

PARTS: Final = ("limits", "system calls", "network", "user")
_NEWUSER, _NEWNET, _NEWIPC, _NEWUTS = 0x10000000, 0x40000000, 0x08000000, 0x04000000
_SET_DUMPABLE: Final = 4
_NOBODY: Final = 65534
_LIFETIME_CPU: Final = 600  # seconds; the pool retires a worker long before


def enter(*, memory: int, without: Collection[str] = ()) -> dict[str, Any]:
    """Give up what can be given up; return each part, and what was refused and why.

    `memory` is in bytes, on top of what the process has now. `without` names parts
    that are to be left out, to see how the rest does without them.
    """
    steps = {
        "network": _leave_the_network,
        "user": _become_nobody,
        "limits": lambda: _limit(memory),
        "system calls": _filter_calls,
    }
    ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    missing = {}
    for part, step in steps.items():
        problem = "left out" if part in without else step()
        if problem:
            missing[part] = problem
    return {
        "parts": [part for part in PARTS if part not in missing],
        "missing": missing,
    }


def _leave_the_network() -> str:
    if not sys.platform.startswith("linux"):
        return "only Linux has network namespaces"
    libc = ctypes.CDLL(None, use_errno=True)
    for flags in (
        _NEWNET | _NEWIPC | _NEWUTS,
        _NEWUSER | _NEWNET | _NEWIPC | _NEWUTS,
    ):
        if libc.unshare(flags) == 0:
            return ""
    return f"the system gives no network namespace: {os.strerror(ctypes.get_errno())}"


def _become_nobody() -> str:
    if os.getuid() != 0:
        return ""
    try:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    except OSError as error:
        return f"the system keeps the worker as root: {error.strerror}"
    return ""


def _limit(memory: int) -> str:
    limits = {
        resource.RLIMIT_AS: _address_space() + memory,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CPU: _LIFETIME_CPU,
        resource.RLIMIT_NOFILE: 0,
    }
    try:
        for name, value in limits.items():
            resource.setrlimit(name, (value, value))
    except (OSError, ValueError) as error:
        return f"the system refuses limits: {error}"
    return ""


def _address_space() -> int:
    """Return how much memory the process has mapped, in bytes."""
    # In bytes: once the rights are gone, not even a codec can be loaded.
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _filter_calls() -> str:
    if not seccomp.is_known():
        return "the system calls of this kind of processor aren't known here"
    return "" if seccomp.restrict(os.getpid()) else "the system takes no filter"

"""The filter on system calls that a worker puts on itself: reads, writes, memory.

What would start a process or use the network kills the worker; everything else that
isn't listed fails. Memory can't be made executable.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from dataclasses import dataclass
from typing import Final

_NO_NEW_PRIVS: Final = 38
_SECCOMP: Final = 22
_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_REFUSE: Final = 0x00050000 | 1  # EPERM
_LOAD, _EQUAL, _ATLEAST, _ANYBIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _PROTECTION, _TARGET = 0, 4, 32, 16  # offsets in seccomp_data
_EXECUTABLE: Final = 4
_X32: Final = 0x40000000


@dataclass(frozen=True, slots=True)
class _Calls:
    """Numbers of system calls on one architecture."""

    arch: int
    allowed: tuple[int, ...]
    memory: tuple[int, ...]  # mmap, mprotect
    signal: int  # tgkill
    deadly: tuple[int, ...]


# read write close lseek fstat poll pread64 writev munmap brk mremap madvise
# rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack sched_yield nanosleep
# clock_nanosleep clock_gettime clock_getres gettimeofday setitimer getrusage
# getpid gettid sendto recvfrom futex rseq getrandom exit exit_group restart_syscall
_CALLS: Final = {
    "x86_64": _Calls(
        0xC000003E,
        (
            *(0, 1, 3, 8, 5, 7, 17, 20, 11, 12, 25, 28, 13, 14, 15, 131, 24, 35, 230),
            *(228, 229, 96, 38, 98, 39, 186, 44, 45, 202, 334, 318, 60, 231, 219, 201),
        ),
        (9, 10),
        234,
        (56, 57, 58, 435, 59, 322, 101, 41, 42, 49, 50, 53, 272, 308),
    ),
    "aarch64": _Calls(
        0xC00000B7,
        (
            *(63, 64, 57, 62, 80, 73, 67, 66, 215, 214, 216, 233, 134, 135, 139, 132),
            *(124, 101, 115, 113, 114, 169, 103, 165, 172, 178, 206, 207, 98, 293),
            *(278, 93, 94, 128),
        ),
        (222, 226),
        131,
        (220, 435, 221, 281, 117, 198, 203, 200, 201, 199, 97, 268),
    ),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def is_known() -> bool:
    """Return whether the numbers of this machine's system calls are known."""
    return platform.machine() in _CALLS


def restrict(pid: int) -> bool:
    """Put the filter on this process; say whether the system took it."""
    calls = _CALLS.get(platform.machine())
    if calls is None:
        return False
    code = b"".join(_instructions(calls, pid))
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)


def _instructions(calls: _Calls, pid: int) -> list[bytes]:
    """Return the filter: each test jumps over one return, or falls on it."""
    code = [
        *_when(_ARCH, calls.arch, otherwise=_KILL),
        _step(_LOAD, _NUMBER),
        _step(_ATLEAST, _X32, no=1),
        _step(_RETURN, _REFUSE),
    ]
    for number in calls.allowed:
        code += [_step(_EQUAL, number, no=1), _step(_RETURN, _ALLOW)]
    for number in calls.memory:
        code += [
            _step(_EQUAL, number, no=4),
            _step(_LOAD, _PROTECTION),
            _step(_ANYBIT, _EXECUTABLE, no=1),
            _step(_RETURN, _REFUSE),
            _step(_RETURN, _ALLOW),
        ]
    # abort() sends a signal to its own process, and to no other.
    code += [
        _step(_EQUAL, calls.signal, no=4),
        _step(_LOAD, _TARGET),
        _step(_EQUAL, pid, no=1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _REFUSE),
    ]
    for number in calls.deadly:
        code += [_step(_EQUAL, number, no=1), _step(_RETURN, _KILL)]
    return [*code, _step(_RETURN, _REFUSE)]


def _when(offset: int, value: int, *, otherwise: int) -> list[bytes]:
    return [
        _step(_LOAD, offset),
        _step(_EQUAL, value, yes=1),
        _step(_RETURN, otherwise),
    ]


def _step(operation: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", operation, yes, no, value)

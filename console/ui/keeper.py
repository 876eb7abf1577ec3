"""Ends the console's processes when `manage.py up` itself was killed.

A process of its own, outside the group that a terminal signals. It reads from a
pipe which process groups there are (`+123` or `-123` a line); the end of the pipe
means that the supervisor is gone, however it went. Standard library only, so that
it starts in no time and can't fail on the console's account.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 2.0
POLL_SECONDS = 0.05


def groups_left(lines: Iterable[str]) -> set[int]:
    """Follow the lines to their end; return the groups that were left running."""
    groups: set[int] = set()
    for line in lines:
        sign, number = line[:1], int(line[1:])
        if sign == "+":
            groups.add(number)
        else:
            groups.discard(number)
    return groups


def signal_group(group: int, number: int) -> bool:
    """Send a signal to a group; answer whether there was somebody to get it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def end_groups(groups: set[int]) -> None:
    """Ask the groups to end, and kill what has not ended in time."""
    alive = {group for group in groups if signal_group(group, signal.SIGTERM)}
    deadline = time.monotonic() + GRACE_SECONDS
    while alive and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        alive = {group for group in alive if signal_group(group, 0)}
    for group in alive:
        signal_group(group, signal.SIGKILL)


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    end_groups(groups_left(sys.stdin))

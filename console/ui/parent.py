"""Notices that the process which started this one is ending.

GNU make passes SIGTERM on to its children, but not SIGINT: there it counts on the
terminal having told them too, and waits. Signaled alone, it would wait for ever.
"""

import os
import signal
from pathlib import Path


class ParentWatch:
    """Remembers the parent as it is now."""

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._caught_interrupts = self._catches_interrupts()

    def is_ending(self) -> bool:
        """Answer whether the parent is gone, or was interrupted since."""
        if os.getppid() != self._parent:
            return True
        return self._caught_interrupts and not self._catches_interrupts()

    def _catches_interrupts(self) -> bool:
        """Answer whether the parent has a handler for SIGINT (Linux tells).

        make takes its handler away when it runs: a lost one means interrupted.
        """
        try:
            status = Path(f"/proc/{self._parent}/status").read_text(encoding="ascii")
        except OSError:
            return False
        for line in status.splitlines():
            if line.startswith("SigCgt:"):
                mask = int(line.split()[1], 16)
                return bool(mask >> (signal.SIGINT - 1) & 1)
        return False

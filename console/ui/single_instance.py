"""One `manage.py up` for each data folder: two would fight over one queue."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK_NAME = "up.lock"


class AlreadyRunningError(Exception):
    """Another process holds the data folder; the text says which."""


@contextmanager
def only_one(folder: Path) -> Iterator[Callable[[str], None]]:
    """Hold the folder while the body runs; what is yielded notes the address.

    The lock is the kernel's: it is free again however this process ends.

    Raises:
        AlreadyRunningError: somebody else holds it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / LOCK_NAME).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunningError(file.read().strip()) from None

        def note(text: str) -> None:
            file.seek(0)
            file.truncate()
            file.write(f"process {os.getpid()}{text}\n")
            file.flush()

        note("")
        yield note
        file.truncate(0)

"""One measurement in a process of its own: `WHO VERSION [empty|full]`; prints JSON.

`empty` throws everything away before, `full` compares row by row.
"""

import json
import sys
import time
from pathlib import Path


def main(who: str, version: int, how: str) -> dict[str, float]:
    """Measure; return seconds of our own and of the provider, and MiB at most."""
    import django  # noqa: PLC0415 - a process of its own begins here

    django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from benchmarks.sync import peer, rows  # noqa: PLC0415
    from benchmarks.sync.feed import Feed  # noqa: PLC0415

    if how == "empty":
        rows.empty()
        rows.ensure_admin()
    directory, feed = rows.directory(is_full=how == "full"), Feed(version)
    rows.warm_up()
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    started, cpu = time.perf_counter(), time.process_time()
    if who == "ours":
        rows.run(directory, feed)
    else:
        peer.sync(directory, feed, now=timezone.now())
    seconds, spent = time.perf_counter() - started, time.process_time() - cpu
    memory = _memory("VmHWM") - before
    rows.check(directory, version)
    return {
        "own": seconds - feed.seconds,
        "cpu": spent - feed.cpu,
        "feed": feed.seconds,
        "memory": memory,
    }


def _memory(name: str) -> float:
    """Return a figure of this process in MiB (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    raise ValueError(name)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), (sys.argv[3:] or [""])[0])))

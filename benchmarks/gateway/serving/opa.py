"""OPA's own server, with a module for each route."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.gateway.serving import asking


def missing() -> str:
    """Return why it can't run; "" if it can."""
    return "" if shutil.which("opa") else "there is no `opa` on the path"


@contextmanager
def server(folder: Path, modules: Iterable[str]) -> Iterator[str]:
    """Run it; yield its address."""
    policies = folder / "policies"
    policies.mkdir()
    for number, module in enumerate(modules):
        text = module.replace("package route", f"package route{number}", 1)
        (policies / f"route{number}.rego").write_text(text)
    place = f"127.0.0.1:{asking.free_port()}"
    quiet = ("--log-level", "error", "--disable-telemetry")
    command = ["opa", "run", "--server", *quiet, "--addr", place, str(policies)]
    with asking.server(command, f"http://{place}/health"):
        yield f"http://{place}"

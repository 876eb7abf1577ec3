"""OPA as Envoy's external authorization: its plugin, with a package for each host.

Who asks it takes from a header, unchecked; our authorizer verifies a session's cookie
and hands the upstream an identity.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.gateway.serving import asking

COMMAND = "opa-envoy-plugin"
PERSON = "x-person"
ENTRY = """\
package envoy.authz
import rego.v1
default allow := false
allow if data.routes[input.attributes.request.http.host].allow
"""
KNOWN = f"""\
package lib
import rego.v1
known := object.union(
  data.people[input.attributes.request.http.headers["{PERSON}"]],
  {{"method": input.attributes.request.http.method}},
)
"""


def missing() -> str:
    """Return why it can't run; "" if it can."""
    return "" if shutil.which(COMMAND) else f"there is no `{COMMAND}` on the path"


def write(
    folder: Path, modules: Mapping[str, str], people: Mapping[str, Any]
) -> Sequence[str]:
    """Write policies by host, and people; return the command without its addresses."""
    folder.mkdir()
    (folder / "entry.rego").write_text(ENTRY)
    (folder / "lib.rego").write_text(KNOWN)
    (folder / "data.json").write_text(json.dumps({"people": people}))
    for number, (host, module) in enumerate(modules.items()):
        text = module.replace("package route", f'package routes["{host}"]', 1)
        text = text.replace("input.", "data.lib.known.")
        (folder / f"route{number}.rego").write_text(text)
    settings = (
        "plugins.envoy_ext_authz_grpc.path=envoy/authz/allow",
        "decision_logs.console=false",
    )
    quiet = ("--log-level", "error", "--disable-telemetry")
    more = [word for one in settings for word in ("--set", one)]
    return [COMMAND, "run", "--server", *quiet, *more, str(folder)]


@contextmanager
def server(command: Sequence[str], grpc: str) -> Iterator[None]:
    """Run it until the end of the block."""
    own, health = (f"127.0.0.1:{asking.free_port()}" for _ in range(2))
    places = ("--addr", own, "--diagnostic-addr", health)
    listen = ("--set", f"plugins.envoy_ext_authz_grpc.addr={grpc}")
    with asking.server(
        [*command[:-1], *places, *listen, command[-1]], f"http://{health}/health"
    ):
        yield

"""`python -m benchmarks.gateway.proxied.rendering FOLDER`: what each Envoy reads.

Takes places as JSON from standard input, `host:port` of `upstream`, of who decides over
`http`, `grpc` and `opa`, and of the Envoys, `envoy.alone` and so on. Below FOLDER there
is then a folder for each Envoy: `alone` asks nobody, `http` and `grpc` ask our
authorizer, `opa` asks OPA. All are the files that the product renders; only the filter
that asks is another. Prints Envoy's path.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import django

django.setup()

from django.utils import timezone  # noqa: E402 - needs the set-up

from gateway.envoy import Options, render  # noqa: E402
from gateway.envoy.filters import EXT_AUTHZ  # noqa: E402
from gateway.services.envoy_files import envoy_path, write_files  # noqa: E402
from gateway.services.envoy_options import Place, options_for, unseal  # noqa: E402
from tests.gateway.authorizer.processes import TOKEN  # noqa: E402
from tests.gateway.end_to_end.over_grpc import asking_over_grpc  # noqa: E402
from tests.gateway.following import follow, snapshot_of  # noqa: E402

Files = Mapping[str, bytes]
NAMES = ("alone", "http", "grpc", "opa")


def main(folder: Path, places: Mapping[str, str]) -> None:
    """Write the files of all four."""
    snapshot = snapshot_of(follow("envoy"))
    changes: dict[str, Callable[[Files], Files]] = {
        "alone": asking_nobody,
        "http": dict,
        "grpc": lambda files: asking_over_grpc(files, places["grpc"]),
        "opa": lambda files: asking_opa(files, places["opa"]),
    }
    for name in NAMES:
        own = folder / name
        own.mkdir()
        base = Options(
            folder=str(own),
            port=int(places[f"envoy.{name}"].rpartition(":")[2]),
            authorizers=(places["http"],),
            proxy_token=TOKEN,
            resolve={".internal": places["upstream"]},
            authorizer_seconds=20,
        )
        place = Place(base=base, folder=own, is_plain=True)
        options = options_for(snapshot, place, now=timezone.now())
        rendered = render(snapshot, options, unseal=unseal)
        write_files(changes[name](rendered.files()), own)
    print(envoy_path())


def asking_nobody(files: Files) -> dict[str, bytes]:
    """Return an Envoy's files without the filter that asks."""
    listeners: dict[str, Any] = json.loads(files["listeners.json"])
    for one in listeners["resources"]:
        for chain in one["filter_chains"]:
            manager = chain["filters"][0]["typed_config"]
            manager["http_filters"] = [
                held for held in manager["http_filters"] if held["name"] != EXT_AUTHZ
            ]
    return {**files, "listeners.json": json.dumps(listeners).encode()}


def asking_opa(files: Files, address: str) -> dict[str, bytes]:
    """Return an Envoy's files with a filter as OPA wants it: headers as plain text."""
    changed = asking_over_grpc(files, address)
    plain = changed["listeners.json"].replace(
        b'"encode_raw_headers": true', b'"encode_raw_headers": false'
    )
    if plain == changed["listeners.json"]:
        raise AssertionError("the filter is not what it was")
    return {**changed, "listeners.json": plain}


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.stdin.read()))

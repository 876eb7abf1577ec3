"""Envoys that run on files, on the core of wrk; one of them answers by itself."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.gateway.serving import asking

CORE = "1"
HTTP = "envoy.extensions.filters.network.http_connection_manager.v3"
ROUTER = "envoy.extensions.filters.http.router.v3"


@contextmanager
def envoy(program: str, folder: Path, place: str) -> Iterator[str]:
    """Run an Envoy on a folder's files; yield the address where it listens."""
    command = [
        *("taskset", "--cpu-list", CORE, program),
        *("--config-path", str(folder / "bootstrap.json"), "--use-dynamic-base-id"),
        *("--concurrency", "1", "--log-level", "error"),
    ]
    process = subprocess.Popen(command, cwd=folder)  # noqa: S603 - a path of ours
    try:
        _wait(process, place)
        yield f"http://{place}"
    finally:
        process.terminate()
        process.wait(asking.PATIENCE)


def _wait(process: "subprocess.Popen[bytes]", place: str) -> None:
    host, _, port = place.rpartition(":")
    deadline = time.monotonic() + asking.PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        time.sleep(0.2)
    raise RuntimeError(f"no Envoy listens at {place}")


def write(folder: Path, place: str) -> None:
    """Write the files of an upstream that answers `ok` to everything."""
    host, _, port = place.rpartition(":")
    manager: dict[str, Any] = {
        "@type": f"type.googleapis.com/{HTTP}.HttpConnectionManager",
        "stat_prefix": "upstream",
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [
                        {
                            "match": {"prefix": "/"},
                            "direct_response": {
                                "status": asking.OK,
                                "body": {"inline_string": "ok"},
                            },
                        }
                    ],
                }
            ]
        },
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"type.googleapis.com/{ROUTER}.Router"},
            }
        ],
    }
    listener = {
        "name": "upstream",
        "address": {"socket_address": {"address": host, "port_value": int(port)}},
        "filter_chains": [
            {
                "filters": [
                    {
                        "name": "envoy.filters.network.http_connection_manager",
                        "typed_config": manager,
                    }
                ]
            }
        ],
    }
    bootstrap = {"static_resources": {"listeners": [listener]}}
    folder.mkdir()
    (folder / "bootstrap.json").write_text(json.dumps(bootstrap))

"""Where decisions go beside the database: standard output, a file, OTLP.

Each is told batches of lines by the thread that writes the log. One that can't take
them misses them; that is said on the page of the log, and nothing waits for it.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import httpx
from django.utils.translation import gettext

from gateway.authorizer.recording import as_json

SECONDS = 5.0
SERVICE = "postern-authorizer"
SCOPE = "postern.decisions"
# https://opentelemetry.io/docs/specs/otel/logs/data-model/: INFO and WARN.
ALLOWED, REFUSED = (9, "INFO"), (13, "WARN")


class SinkError(Exception):
    """Lines could not be handed over; the text says why."""


class Sink(Protocol):
    """Takes lines of the log."""

    name: str

    def send(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Hand lines over.

        Raises:
            SinkError: that failed.
        """


class StandardOutput:
    """One line of JSON for each decision, marked so that it can be told apart."""

    name = "standard output"

    def send(self, lines: Sequence[Mapping[str, Any]]) -> None:
        try:
            sys.stdout.write("".join(f"{_marked(one)}\n" for one in lines))
            sys.stdout.flush()
        except OSError as error:
            raise SinkError(str(error)) from error


class AppendedFile:
    """The same, at the end of a file that is opened anew for each batch.

    So whoever rotates files may move it away at any time.
    """

    name = "file"

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, lines: Sequence[Mapping[str, Any]]) -> None:
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.writelines(f"{_marked(one)}\n" for one in lines)
        except OSError as error:
            raise SinkError(f"{error.strerror or error}") from error


class Otlp:
    """OpenTelemetry's protocol over HTTP, in its JSON form, version 1 of logs."""

    name = "OTLP"

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._client = httpx.Client(headers=dict(headers), timeout=SECONDS)

    def send(self, lines: Sequence[Mapping[str, Any]]) -> None:
        try:
            answer = self._client.post(
                self._url,
                content=json.dumps(otlp_request(lines)),
                headers={"content-type": "application/json"},
            )
        except httpx.HTTPError as error:
            raise SinkError(f"{type(error).__name__}: {error}") from error
        if not answer.is_success:
            raise SinkError(
                gettext("answered %(status_code)s")
                % {"status_code": answer.status_code}
            )


def otlp_request(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return lines as an ExportLogsServiceRequest in JSON."""
    recorder = str(lines[0]["recorder"]) if lines else ""
    resource = {"service.name": SERVICE, "service.instance.id": recorder}
    return {
        "resourceLogs": [
            {
                "resource": {"attributes": _attributes(resource)},
                "scopeLogs": [
                    {
                        "scope": {"name": SCOPE},
                        "logRecords": [_record(one) for one in lines],
                    }
                ],
            }
        ]
    }


def _record(line: Mapping[str, Any]) -> dict[str, Any]:
    nanoseconds = str(int(line["at"].timestamp() * 1_000_000) * 1_000)
    number, text = ALLOWED if line["outcome"] == "allow" else REFUSED
    told = {
        "http.request.method": line["method"],
        "server.address": line["host"],
        "url.path": line["path"],
        "client.address": line["address"],
        "enduser.id": line["who"],
        **{
            f"postern.{name}": value
            for name, value in line.items()
            if name not in {"at", "method", "host", "path", "address", "who"}
        },
    }
    return {
        "timeUnixNano": nanoseconds,
        "observedTimeUnixNano": nanoseconds,
        "severityNumber": number,
        "severityText": text,
        "eventName": "postern.decision",
        "body": {"stringValue": _sentence(line)},
        "attributes": _attributes(told),
    }


def _sentence(line: Mapping[str, Any]) -> str:
    who = line["who"] or "nobody"
    return f"{line['outcome']}: {who} {line['method']} {line['host']}{line['path']}"


def _attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"key": name, "value": _value(value)}
        for name, value in values.items()
        if value not in ("", None)
    ]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(one) for one in value]}}
    return {"stringValue": str(value)}


def _marked(line: Mapping[str, Any]) -> str:
    return as_json({"event": "decision", **line})


def make_sinks(stream: str, otlp_url: str, otlp_headers: str) -> list[Sink]:
    """Return the sinks that settings name.

    `stream` is "", `stdout` or the path of a file; headers are `name=value` by comma.
    """
    found: list[Sink] = []
    if stream == "stdout":
        found.append(StandardOutput())
    elif stream:
        found.append(AppendedFile(Path(stream)))
    if otlp_url:
        pairs = (one.partition("=") for one in otlp_headers.split(",") if "=" in one)
        found.append(Otlp(otlp_url, {n.strip(): v.strip() for n, _, v in pairs}))
    return found

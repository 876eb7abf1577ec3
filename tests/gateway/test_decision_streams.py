"""Decisions beside the database: lines of JSON, a file, OpenTelemetry's protocol."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from gateway.authorizer.recording import (
    Count,
    Sampling,
    shown_path,
)
from gateway.services.streaming import SinkError, make_sinks, otlp_request
from tests.factories import NOW

LINE = {
    "at": NOW,
    "outcome": "deny",
    "status": 403,
    "reasons": ["email-unauthorized"],
    "method": "GET",
    "host": "wiki.example.com",
    "path": "/page?q=…",
    "who": "cyd@example.com",
    "address": "203.0.113.7",
    "person_id": "",
    "recorder": "edge-1",
}


class Collector(BaseHTTPRequestHandler):
    """Keeps what it is told, and answers as it is told to."""

    told: list[tuple[str, str, dict[str, Any]]] = []
    status = 200

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        body = json.loads(self.rfile.read(length))
        self.told.append((self.path, self.headers["x-key"], body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[str]:
    Collector.told, Collector.status = [], 200
    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/logs"
    server.shutdown()
    thread.join()
    server.server_close()


def attributes(record: dict[str, Any]) -> dict[str, Any]:
    return {one["key"]: one["value"] for one in record["attributes"]}


def test_a_collector_is_told_each_decision(collector: str) -> None:
    [sink] = make_sinks("", collector, "x-key=secret, other=1")

    sink.send([LINE, {**LINE, "outcome": "allow"}])

    [(path, key, body)] = Collector.told
    assert (path, key) == ("/v1/logs", "secret")
    [resource] = body["resourceLogs"]
    assert attributes(resource["resource"])["service.name"] == {
        "stringValue": "postern-authorizer"
    }
    refused, allowed = resource["scopeLogs"][0]["logRecords"]
    assert refused["timeUnixNano"] == str(int(NOW.timestamp()) * 10**9)
    assert (refused["severityNumber"], allowed["severityNumber"]) == (13, 9)
    said = attributes(refused)
    assert said["postern.status"] == {"intValue": "403"}
    assert said["postern.reasons"] == {
        "arrayValue": {"values": [{"stringValue": "email-unauthorized"}]}
    }
    assert said["enduser.id"] == {"stringValue": "cyd@example.com"}
    assert "postern.person_id" not in said


def test_a_collector_that_refuses_is_named(collector: str) -> None:
    Collector.status = 503
    [sink] = make_sinks("", collector, "")

    with pytest.raises(SinkError, match="503"):
        sink.send([LINE])


def test_a_collector_that_is_not_there_is_named() -> None:
    [sink] = make_sinks("", "http://127.0.0.1:1/v1/logs", "")

    with pytest.raises(SinkError, match="ConnectError"):
        sink.send([LINE])


def test_a_file_may_be_moved_away_at_any_time(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    [sink] = make_sinks(str(path), "", "")

    sink.send([LINE])
    path.rename(tmp_path / "older")
    sink.send([LINE, LINE])

    lines = [json.loads(one) for one in path.read_text().splitlines()]
    assert [one["event"] for one in lines] == ["decision", "decision"]
    assert lines[0]["at"] == NOW.isoformat()


def test_standard_output_gets_lines_of_json(capsys: Any) -> None:
    [sink] = make_sinks("stdout", "", "")

    sink.send([LINE])

    assert json.loads(capsys.readouterr().out)["who"] == "cyd@example.com"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    [sink] = make_sinks(str(tmp_path), "", "")

    with pytest.raises(SinkError):
        sink.send([LINE])


def test_nothing_is_told_of_nothing() -> None:
    assert otlp_request([])["resourceLogs"][0]["scopeLogs"][0]["logRecords"] == []


@pytest.mark.parametrize(
    ("share", "keeps_refusals", "is_allowed", "expected"),
    [
        (1.0, False, True, True),
        (0.0, True, False, True),
        (0.0, True, True, False),
        (0.0, False, False, False),
    ],
)
def test_sampling_keeps_what_it_says(
    share: float, keeps_refusals: bool, is_allowed: bool, expected: bool
) -> None:
    sampling = Sampling(share, keeps_refusals)

    assert sampling.keeps(is_allowed=is_allowed) is expected


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/a", "", "/a"),
        ("/a", "token=s3cret&x", "/a?token=…&x=…"),
        ("/a", "=s3cret", "/a"),
        ("/a", "a\n=b", "/a?a%0A=…"),
    ],
)
def test_values_of_a_query_are_not_shown(path: str, query: str, expected: str) -> None:
    found = shown_path(path, query)

    assert found.rstrip("?") == expected


def test_times_are_counted_by_ranges() -> None:
    count = Count()

    for seconds in (0.0002, 0.001, 0.003, 0.05, 3.0):
        count.add(seconds)

    assert (count.requests, count.ranges) == (5, (2, 1, 0, 1, 1))

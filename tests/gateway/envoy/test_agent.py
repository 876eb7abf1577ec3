"""What keeps an Envoy at the newest deployment, with a real one."""

import signal
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console.core import secrets
from gateway.envoy import Options
from gateway.services.envoy_agent import EnvoyAgent
from gateway.services.envoy_files import envoy_path
from gateway.services.envoy_options import Place, is_covered, options_for
from gateway.services.envoy_process import EnvoyProcess, ask_admin
from gateway.services.local_certificates import local_certificates
from gateway.snapshot import CertificateDocument, Snapshot, SnapshotError
from tests.gateway.envoy.documents import route_document, snapshot_of
from tests.gateway.envoy.running import RunningEnvoy, wait_for
from tests.gateway.envoy.servers import StubAuthorizer

NOW = datetime.now(UTC)


@pytest.fixture
def stub() -> Iterator[StubAuthorizer]:
    server = StubAuthorizer("authorizer")
    yield server
    server.stop()


@pytest.fixture
def place(tmp_path: Path, stub: StubAuthorizer) -> Place:
    # Deeper than the path of a socket may be long.
    folder = tmp_path / ("deep" * 20) / "gateway"
    base = Options(
        folder=str(folder / "envoy"), port=free_port(), authorizers=(stub.place,)
    )
    return Place(base=base, folder=folder, has_local_authority=True)


@pytest.fixture
def process(place: Place) -> Iterator[EnvoyProcess]:
    process = EnvoyProcess(Path(place.base.folder), concurrency=1)
    yield process
    process.stop()


@pytest.fixture
def agent(place: Place, process: EnvoyProcess) -> EnvoyAgent:
    return EnvoyAgent(place, process, clock=lambda: NOW)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answering(name: str, **more: Any) -> Any:
    return route_document(name, response={"status": 200, "body": name}, **more)


def ask(place: Place, name: str) -> str:
    """Return what the host answers, "" while it doesn't."""
    envoy = RunningEnvoy(Path(place.base.folder))
    envoy.port = place.base.port
    try:
        trust = ssl.create_default_context(cafile=place.folder / "ca.pem")
        answer = envoy.ask("/", host=f"{name}.example.com", context=trust)
    except (OSError, ssl.SSLError):
        return ""
    return answer.body.decode() if answer.status == 200 else ""


def test_each_deployment_is_served_with_a_certificate_that_can_be_trusted(
    agent: EnvoyAgent, place: Place
) -> None:
    agent.take_over(snapshot_of(answering("a")))
    wait_for(lambda: ask(place, "a") == "a")

    agent.take_over(snapshot_of(answering("b")))
    wait_for(lambda: ask(place, "b") == "b")

    assert ask(place, "a") == ""
    assert agent.problem() == ""


def test_a_route_that_is_not_served_is_named_and_the_others_are(
    agent: EnvoyAgent, place: Place
) -> None:
    broken = answering("broken")
    broken.settings["response"] = {"status": 99}

    agent.take_over(snapshot_of(answering("a"), broken))

    wait_for(lambda: ask(place, "a") == "a")
    assert "1 routes are not served: Route broken: " in agent.problem()


def test_a_deployment_that_envoy_refuses_leaves_the_last_good_one(
    agent: EnvoyAgent, place: Place
) -> None:
    agent.take_over(snapshot_of(answering("a")))
    wait_for(lambda: ask(place, "a") == "a")
    certificate = CertificateDocument(
        id="c",
        namespace_id="n",
        hosts=("b.example.com",),
        chain="no certificate",
        sealed_key=secrets.seal("no key"),
    )
    whole = snapshot_of(answering("b"))

    with pytest.raises(SnapshotError, match="Envoy refuses it"):
        agent.take_over(replace(whole, certificates={"c": certificate}))

    assert ask(place, "a") == "a"


def test_envoy_is_started_again_when_it_ends(
    agent: EnvoyAgent, place: Place, process: EnvoyProcess
) -> None:
    agent.take_over(snapshot_of(answering("a")))
    wait_for(lambda: ask(place, "a") == "a")
    running = process._process
    assert running is not None

    running.send_signal(signal.SIGKILL)

    wait_for(lambda: process._process is not running and ask(place, "a") == "a")
    assert "uptime" in ask_admin(Path(place.base.folder), "/server_info")


def test_an_envoy_that_does_not_run_is_said(place: Place) -> None:
    process = EnvoyProcess(Path(place.base.folder), concurrency=1)

    assert process.problem() == "Envoy does not run"


def test_envoy_is_where_its_wheel_has_it() -> None:
    assert envoy_path().is_file()


class TestLocalCertificates:
    def test_keep_a_host_s_certificate_and_add_one_for_new_hosts(
        self, tmp_path: Path
    ) -> None:
        first = local_certificates({"a.example"}, folder=tmp_path, now=NOW)
        both = local_certificates({"a.example", "b.example"}, folder=tmp_path, now=NOW)
        last = local_certificates({"b.example"}, folder=tmp_path, now=NOW)

        assert first == both[:1]
        assert len(both) == 2
        assert last == both[1:]

    def test_are_issued_for_hosts_that_no_uploaded_one_covers(
        self, place: Place
    ) -> None:
        certificate = CertificateDocument(
            id="c",
            namespace_id="n",
            hosts=("*.example.com",),
            chain="chain",
            sealed_key=secrets.seal("key"),
        )
        routes = (answering("a"), answering("b", from_="https://b.other.example"))
        snapshot: Snapshot = replace(
            snapshot_of(*routes), certificates={"c": certificate}
        )

        options = options_for(snapshot, place, now=NOW)

        assert [one.name for one in options.certificates] == ["c", "local-1"]
        assert options.certificates[0].key == "key"

    @pytest.mark.parametrize(
        ("host", "covered"),
        [
            ("a.example", True),
            ("b.zone.example", True),
            ("c.b.zone.example", False),
            ("zone.example", False),
            ("*.zone.example", True),
        ],
    )
    def test_a_wildcard_covers_one_label(self, host: str, covered: bool) -> None:
        assert is_covered(host, {"a.example", "*.zone.example"}) is covered

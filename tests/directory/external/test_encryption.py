"""Client certificates, shown to a real server that asks for one."""

import ssl
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from directory import services
from directory.exceptions import CredentialRefusedError
from directory.models import ExternalDataSource
from directory.providers.encryption import transport_for
from tests.directory.external.conftest import Read, records_of
from tests.directory.external.serving import Handler, Served
from tests.directory.providers.certificates import make_certificates
from tests.directory.sync.running import TEST
from tests.directory.sync.running import run as sync
from tests.factories import NOW, make_credential


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[tuple[Served, dict[str, str]]]:
    """A server that talks to nobody without a certificate, and what it takes."""
    authority = make_certificates(tmp_path, "localhost")
    served = Served()
    handler = type("Own", (Handler,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    context.load_verify_locations(tmp_path / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    served.url = f"https://localhost:{server.server_address[1]}/records"
    try:
        yield (
            served,
            {
                "ca_certificate": authority,
                "client_certificate": (tmp_path / "server.pem").read_text(),
                "client_key": (tmp_path / "server.key").read_text(),
            },
        )
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_source_shows_its_certificate(
    strict: tuple[Served, dict[str, str]], source: ExternalDataSource, read: Read
) -> None:
    served, parts = strict
    bare = make_credential(
        kind="http_json",
        settings={"base_url": served.url, "ca_certificate": parts["ca_certificate"]},
        secrets={},
    )
    services.update_data_source(
        source.pk,
        version=1,
        url=served.url,
        account_id=bare.pk,
        actor=TEST,
        now=NOW,
    )
    served.put([{"id": "eve"}])

    without = read()
    services.update_service_account(
        bare.pk,
        version=1,
        settings={"client_certificate": parts["client_certificate"]},
        secrets={"client_key": parts["client_key"]},
        actor=TEST,
        now=NOW,
    )
    shown = read()

    assert (without.state, shown.state) == ("failed", "applied")
    assert records_of(source) == {"eve": {"id": "eve"}}


def test_a_directory_shows_its_certificate(
    db: None, strict: tuple[Served, dict[str, str]]
) -> None:
    served, parts = strict
    key = parts.pop("client_key")
    account = make_credential(
        kind="http_json",
        settings={"base_url": served.url, **parts},
        secrets={"client_key": key},
    )
    directory = services.create_directory(
        name="over TLS", options={}, account_id=account.pk, actor=TEST, now=NOW
    )
    served.put({"groups": [], "users": [{"id": "eve", "email": "eve@example.com"}]})

    run = sync(directory)

    assert (run.state, run.failure) == ("applied", "")


def test_what_does_not_fit_together_is_refused(
    strict: tuple[Served, dict[str, str]], tmp_path: Path
) -> None:
    _, parts = strict
    (tmp_path / "other").mkdir()
    make_certificates(tmp_path / "other")
    other = (tmp_path / "other" / "server.key").read_text()

    for name, text, words in (
        ("client_key", "", "one is missing"),
        ("client_key", other, "not its own"),
        ("client_certificate", "nonsense", "can't be read"),
        ("ca_certificate", "nonsense", "can't be read"),
    ):
        with pytest.raises(CredentialRefusedError, match=words):
            transport_for({**parts, name: text})

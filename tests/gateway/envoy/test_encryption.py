"""TLS on both sides of a real Envoy, and a configuration that Envoy refuses."""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from cryptography import x509

from gateway.envoy import ClientAuthority, Enforcement, Options, ServerCertificate
from gateway.envoy import render as render_snapshot
from gateway.services import envoy_files
from gateway.services.local_authority import LocalAuthority, is_due, open_authority
from tests.gateway.envoy.documents import route_document, snapshot_of
from tests.gateway.envoy.running import running_envoy, wait_for
from tests.gateway.envoy.servers import Recorder, StubAuthorizer

NOW = datetime.now(UTC)


@pytest.fixture
def authority(tmp_path: Path) -> LocalAuthority:
    return open_authority(tmp_path / "ca", now=NOW)


@pytest.fixture
def stub() -> Iterator[StubAuthorizer]:
    server = StubAuthorizer("authorizer")
    yield server
    server.stop()


def options_of(tmp_path: Path, stub: Recorder, **more: Any) -> Options:
    return Options(
        folder=str(tmp_path / "envoy"), port=0, authorizers=(stub.place,), **more
    )


def certificate(
    authority: LocalAuthority, *hosts: str, name: str = "a"
) -> ServerCertificate:
    issued = authority.issue(hosts, now=NOW)
    return ServerCertificate(name=name, chain=issued.chain, key=issued.key)


def client_of(authority: LocalAuthority, folder: Path, own: str = "") -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=authority.pem)
    if own:
        issued = authority.issue([own], now=NOW, for_clients=True)
        path = folder / "client.pem"
        path.write_text(issued.chain + issued.key)
        context.load_cert_chain(path)
    return context


def render(
    options: Options, *routes: Any, closed: Mapping[str, str] = MappingProxyType({})
) -> Any:
    return render_snapshot(snapshot_of(*routes), options, unseal=str, closed=closed)


def answering(name: str) -> Any:
    return route_document(name, response={"status": 200, "body": name})


def test_clients_are_shown_the_certificate_of_their_host_and_a_renewed_one_at_once(
    authority: LocalAuthority, stub: StubAuthorizer, tmp_path: Path
) -> None:
    first = certificate(authority, "a.example.com")
    second = certificate(authority, "b.example.com", name="b")
    options = options_of(tmp_path, stub, certificates=(first, second))
    trusting = client_of(authority, tmp_path)
    routes = [answering("a"), answering("b")]

    with running_envoy(render(options, *routes)) as envoy:
        for name in "ab":
            host = f"{name}.example.com"
            answer = envoy.ask("/", host=host, context=trusting)
            assert answer.body == name.encode()
            assert stub.seen[-1].headers["x-forwarded-proto"] == "https"

        third = certificate(authority, "c.example.com")
        renewed = replace(options, certificates=(third, second))
        files = render(renewed, *routes).files()
        assert envoy_files.write_files(files, tmp_path / "envoy") == [
            "secret-server-a.json"
        ]

        def shows_the_new_one() -> bool:
            try:
                envoy.ask("/", host="c.example.com", context=trusting)
            except ssl.SSLCertVerificationError:
                return False
            return True

        wait_for(shows_the_new_one)


@pytest.mark.parametrize("enforcement", list(Enforcement))
def test_a_client_without_certificate_is_refused_by_envoy_or_left_to_the_authorizer(
    authority: LocalAuthority,
    stub: StubAuthorizer,
    tmp_path: Path,
    enforcement: Enforcement,
) -> None:
    options = options_of(
        tmp_path,
        stub,
        certificates=(certificate(authority, "a.example.com"),),
        client_authority=ClientAuthority(bundle=authority.pem, enforcement=enforcement),
    )
    foreign = open_authority(tmp_path / "other", now=NOW)

    def outcome(own: LocalAuthority | None) -> bool:
        context = client_of(authority, tmp_path)
        if own:
            issued = own.issue(["ada"], now=NOW, for_clients=True)
            path = tmp_path / "client.pem"
            path.write_text(issued.chain + issued.key)
            context.load_cert_chain(path)
        try:
            answer = envoy.ask("/", host="a.example.com", context=context)
        except (ssl.SSLError, ConnectionError):
            return False
        return answer.status == 200

    rejects = enforcement is Enforcement.REJECT
    with running_envoy(render(options, answering("a"))) as envoy:
        assert outcome(authority)
        shown = stub.seen[-1].headers["x-postern-client-cert"]
        assert shown.startswith("-----BEGIN%20CERTIFICATE-----")
        assert outcome(None) is not rejects
        assert outcome(foreign) is not rejects
        if not rejects:
            assert "x-postern-client-cert" in stub.seen[-1].headers


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"tls_custom_ca": "ours", "tls_client_cert": "ours"}, 200),
        ({"tls_custom_ca": "ours"}, 503),
        ({"tls_client_cert": "ours"}, 503),
        ({"tls_custom_ca": "foreign", "tls_client_cert": "ours"}, 503),
        ({"tls_skip_verify": True, "tls_client_cert": "ours"}, 200),
        (
            {
                "tls_custom_ca": "ours",
                "tls_client_cert": "ours",
                "tls_upstream_server_name": "other.example",
            },
            503,
        ),
    ],
    ids=["all-right", "no-client", "unknown", "foreign", "unchecked", "other-name"],
)
def test_envoy_and_the_upstream_prove_who_they_are(
    authority: LocalAuthority,
    stub: StubAuthorizer,
    tmp_path: Path,
    more: dict[str, Any],
    status: int,
) -> None:
    server = _encrypted_upstream(authority, tmp_path)
    issued = authority.issue(["postern"], now=NOW, for_clients=True)
    others = open_authority(tmp_path / "other", now=NOW)
    empty = tmp_path / "authorities.pem"
    empty.write_text(others.pem)
    if "tls_custom_ca" in more:
        chosen = authority if more["tls_custom_ca"] == "ours" else others
        more |= {"tls_custom_ca": chosen.pem}
    if "tls_client_cert" in more:
        more |= {"tls_client_cert": issued.chain, "tls_client_key": issued.key}
    options = options_of(
        tmp_path, stub, authorities=str(empty), resolve={".internal": server.place}
    )
    route = route_document("a", to=["https://app.internal"], **more)

    with running_envoy(render(options, route)) as envoy:
        answer = envoy.ask("/", host="a.example.com")
    server.stop()

    assert answer.status == status


def _encrypted_upstream(authority: LocalAuthority, folder: Path) -> Recorder:
    """Return an upstream that wants a client certificate of ours."""
    issued = authority.issue(["app.internal"], now=NOW)
    path = folder / "upstream.pem"
    path.write_text(issued.chain + issued.key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=authority.pem)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(path)
    return Recorder("one", context)


def test_one_route_that_envoy_refuses_is_closed_and_the_others_served(
    stub: StubAuthorizer, tmp_path: Path
) -> None:
    options = options_of(tmp_path, stub)
    broken = route_document("broken", to=["http://127.0.0.2"])
    broken.settings["health_checks"] = [{"timeout": "0s", "interval": "0s"}]  # type: ignore[index]
    routes = [*(answering(f"r{number}") for number in range(5)), broken]

    rendered = envoy_files.render_acceptable(
        lambda closed: render(options, *routes, closed=closed),
        [route.id for route in routes],
    )

    (problem,) = rendered.problems
    assert problem.route_id == "broken"
    assert "HealthCheck" in problem.text
    assert envoy_files.validate(rendered) == ""


def test_what_is_wrong_without_any_route_is_said_and_not_put_in_place(
    stub: StubAuthorizer, tmp_path: Path
) -> None:
    wrong = ServerCertificate(name="a", chain="no certificate", key="no key")
    options = options_of(tmp_path, stub, certificates=(wrong,))

    with pytest.raises(envoy_files.RefusedError):
        envoy_files.render_acceptable(
            lambda closed: render(options, answering("a"), closed=closed), ["a"]
        )


def test_the_authority_of_a_folder_stays_the_same_one(tmp_path: Path) -> None:
    first = open_authority(tmp_path, now=NOW)
    again = open_authority(tmp_path, now=NOW + timedelta(days=1))

    assert again.pem == first.pem
    assert (tmp_path / "ca-key.pem").stat().st_mode & 0o777 == 0o600


def test_a_certificate_is_issued_anew_before_it_ends(authority: LocalAuthority) -> None:
    issued = authority.issue(["a.example.com", "127.0.0.1"], now=NOW)

    leaf = x509.load_pem_x509_certificate(issued.chain.encode())
    assert not is_due(issued.chain, now=NOW)
    assert is_due(issued.chain, now=leaf.not_valid_after_utc - timedelta(days=30))

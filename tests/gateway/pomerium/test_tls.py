"""The databroker of a Core over TLS: who vouches for it, and under which name."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from gateway.pomerium.client import Address, Broker, BrokerError
from gateway.services.local_authority import LocalAuthority, make_authority
from tests.gateway.pomerium.broker import KEY, FakeBroker

NAME = "databroker.pomerium.svc"
SECONDS = 5.0


def new_authority() -> LocalAuthority:
    return make_authority(ec.generate_private_key(ec.SECP256R1()), now=timezone.now())


@pytest.fixture(scope="module")
def authority() -> LocalAuthority:
    return new_authority()


@pytest.fixture
def broker(authority: LocalAuthority) -> Iterator[FakeBroker]:
    issued = authority.issue((NAME,), now=timezone.now())
    with FakeBroker((issued.chain, issued.key)) as found:
        yield found


def greet(broker: FakeBroker, **values: str) -> int:
    """Ask it who it is, at the address that was looked at."""
    options = {
        "url": f"https://{NAME}:{broker.port}",
        "connect_to": "127.0.0.1",
        **values,
    }
    made = Broker(Address(**options), KEY, seconds=SECONDS)
    with closing(made):
        return made.greet()


def test_talks_to_the_one_that_its_authority_vouches_for(
    broker: FakeBroker, authority: LocalAuthority
) -> None:
    assert greet(broker, authorities=authority.pem) == broker.server_version


def test_talks_to_it_under_the_name_that_is_in_its_certificate(
    broker: FakeBroker, authority: LocalAuthority
) -> None:
    elsewhere = f"https://core.example.com:{broker.port}"
    trusted = {"url": elsewhere, "authorities": authority.pem}

    assert greet(broker, **trusted, server_name=NAME) == broker.server_version
    with pytest.raises(BrokerError, match="can't be reached"):
        greet(broker, **trusted)


@pytest.mark.parametrize("authorities", ["another", ""], ids=["another", "well-known"])
def test_tells_nothing_to_one_that_nobody_vouches_for(
    broker: FakeBroker, authorities: str
) -> None:
    pem = new_authority().pem if authorities else ""

    with pytest.raises(BrokerError, match="can't be reached"):
        greet(broker, authorities=pem)

    assert broker.calls == []


def test_tells_nothing_to_one_whose_certificate_has_ended(
    authority: LocalAuthority,
) -> None:
    long_ago = timezone.now() - timedelta(days=4000)
    issued = authority.issue((NAME,), now=long_ago)
    with FakeBroker((issued.chain, issued.key)) as broker:
        with pytest.raises(BrokerError, match="can't be reached"):
            greet(broker, authorities=authority.pem)

        assert broker.calls == []


def test_sends_its_secret_to_nobody_without_encryption(
    broker: FakeBroker, authority: LocalAuthority
) -> None:
    """Whoever says `https` never falls back to plain text."""
    with socket.create_server(("127.0.0.1", 0)) as plain:
        plain.settimeout(SECONDS)
        port = plain.getsockname()[1]
        made = Broker(
            Address(
                url=f"https://{NAME}:{port}",
                authorities=authority.pem,
                connect_to="127.0.0.1",
            ),
            KEY,
            seconds=1,
        )
        with closing(made), pytest.raises(BrokerError):
            made.greet()
        connection, _ = plain.accept()
        with closing(connection):
            first = connection.recv(3)

    assert first[0] == 22  # the beginning of TLS, and nothing else
    assert first[1] == ssl.TLSVersion.TLSv1 >> 8

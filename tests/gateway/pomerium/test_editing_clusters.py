"""Cores as admins of the root add and change them."""

import json
from typing import Any

import pytest

from console.core.exceptions import (
    PermissionDeniedError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.models import AuditEvent
from gateway import selectors, services
from gateway.models import Cluster
from namespaces.exceptions import NamespaceNotFoundError
from tests.factories import NOW
from tests.gateway.certificates import make_pair
from tests.gateway.pomerium.broker import SECRET
from tests.gateway.pomerium.clusters import SYSTEM, make_cluster
from tests.people import Cast, actor_of

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://core.example.com:5443"


@pytest.fixture(autouse=True)
def _listed(settings: Any) -> None:
    settings.UPSTREAM_ALLOWLIST = ["127.0.0.1", "core.internal"]


def test_only_an_admin_of_the_root_may(cast: Cast) -> None:
    for user in (cast.ada, cast.ben, cast.cyd):
        with pytest.raises((PermissionDeniedError, NamespaceNotFoundError)):
            selectors.list_clusters(actor_of(user))


def test_the_secret_is_sealed_and_in_no_event(cast: Cast) -> None:
    row = make_cluster(ELSEWHERE)

    assert SECRET not in row.sealed_secret
    event = AuditEvent.objects.latest("sequence")
    assert event.action == "cluster.created"
    assert SECRET not in json.dumps(event.after)


def test_another_destination_takes_the_secret_again(cast: Cast) -> None:
    row = make_cluster(ELSEWHERE)
    for changes in (
        {"url": "https://evil.example.com"},
        {"server_name": "evil.example.com"},
        {"authorities": make_pair("evil.example.com")[0]},
    ):
        with pytest.raises(ValidationFailedError) as caught:
            services.update_cluster(row.pk, version=1, actor=SYSTEM, now=NOW, **changes)
        assert "shared_secret" in caught.value.fields

    changed = services.update_cluster(
        row.pk,
        version=1,
        url="https://other.example.com",
        shared_secret=SECRET,
        actor=SYSTEM,
        now=NOW,
    )

    assert changed.version == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("url", "http://core.example.com:5443", "not encrypted"),
        ("url", "https://core.example.com/path", "no path"),
        ("url", "grpc://core.example.com", "whole address"),
        ("url", "https://169.254.169.254", "metadata"),
        ("url", "https://user:pw@core.example.com", "out of the address"),
        ("status_url", "ftp://core.example.com", "whole address"),
        ("shared_secret", "c2hvcnQ=", "32 bytes"),
        ("shared_secret", "?", "base64"),
        ("authorities", "nothing", "PEM"),
        ("name", "", "needed"),
        ("name", "a\nb", "one line"),
        ("mode", "sometimes", "one of"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    cast: Cast, field: str, value: str, words: str
) -> None:
    values = {"url": ELSEWHERE, field: value}
    with pytest.raises(ValidationFailedError) as caught:
        make_cluster(values.pop("url"), **values)
    assert words in " ".join(caught.value.fields[field])


def test_a_listed_host_may_be_reached_without_encryption(cast: Cast) -> None:
    assert make_cluster("http://core.internal:5443/").url == (
        "http://core.internal:5443"
    )
    assert make_cluster("http://127.0.0.1:5443", name="two").mode == "published"


def test_names_and_addresses_differ(cast: Cast) -> None:
    make_cluster(ELSEWHERE)
    with pytest.raises(ValidationFailedError) as caught:
        make_cluster(ELSEWHERE, name="CORE")
    assert set(caught.value.fields) == {"name", "url"}


def test_saves_since_are_noticed(cast: Cast) -> None:
    row = make_cluster(ELSEWHERE)
    services.update_cluster(row.pk, version=1, name="B", actor=SYSTEM, now=NOW)
    with pytest.raises(StaleVersionError):
        services.update_cluster(row.pk, version=1, name="C", actor=SYSTEM, now=NOW)
    with pytest.raises(StaleVersionError):
        services.delete_cluster(row.pk, version=1, actor=SYSTEM, now=NOW)
    services.delete_cluster(row.pk, version=2, actor=SYSTEM, now=NOW)
    assert not Cluster.objects.exists()

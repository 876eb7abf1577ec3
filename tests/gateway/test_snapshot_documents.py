"""A snapshot read again is the same one, and a damaged one is refused."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.snapshot import (
    NamespaceDocument,
    PolicyDocument,
    RouteDocument,
    Snapshot,
    SnapshotError,
    canonical_bytes,
    sign,
    verify,
)

POLICY = PolicyDocument(
    id="p",
    version=3,
    name="Everybody",
    language="ppl",
    source="allow: {or: [authenticated_user: true]}",
    has_allow_rules=True,
)
ROUTE = RouteDocument(
    id="r",
    version=1,
    namespace_id="n",
    name="Wiki",
    from_url="https://wiki.example.com",
    host="wiki.example.com",
    other_hosts=("docs.example.com",),
    settings={"to": ["http://wiki:8080"], "timeout": "30s"},
    policies=("p@3",),
)


def snapshot(number: int = 1, made_at: str = "2026-01-01T00:00:00+00:00") -> Snapshot:
    return Snapshot(
        number=number,
        made_at=made_at,
        namespaces={"n": NamespaceDocument(id="n", path="Global")},
        routes={"r": ROUTE},
        policies={"p@3": POLICY},
    )


def test_a_snapshot_read_again_is_the_same() -> None:
    data = canonical_bytes(snapshot().to_json())

    again = Snapshot.from_json(json.loads(data))

    assert again == snapshot()
    assert canonical_bytes(again.to_json()) == data


def test_the_same_content_has_the_same_hash_in_another_deployment() -> None:
    later = snapshot(number=9, made_at="2027-01-01T00:00:00+00:00")

    assert later.content_hash == snapshot().content_hash


@pytest.mark.parametrize("part", ["number", "routes", "policies", "settings"])
def test_a_snapshot_without_a_part_is_refused(part: str) -> None:
    value = snapshot().to_json()
    del value[part]

    with pytest.raises(SnapshotError):
        Snapshot.from_json(value)


def test_a_route_whose_policy_is_left_out_is_refused() -> None:
    value = snapshot().to_json() | {"policies": []}

    with pytest.raises(SnapshotError, match="lacks its policies p@3"):
        Snapshot.from_json(value)


def test_a_field_that_is_not_known_is_refused() -> None:
    value = snapshot().to_json()
    value["routes"][0]["also_requires"] = "a moon"

    with pytest.raises(SnapshotError, match="also_requires"):
        Snapshot.from_json(value)


def test_another_format_is_refused() -> None:
    with pytest.raises(SnapshotError, match="format"):
        Snapshot.from_json(snapshot().to_json() | {"format": 2})


def test_only_the_signed_bytes_bear_the_signature() -> None:
    key = Ed25519PrivateKey.generate()
    data = canonical_bytes(snapshot().to_json())
    signature = sign(data, key)

    assert verify(data, signature, key.public_key())
    assert not verify(data + b" ", signature, key.public_key())
    assert not verify(data, signature, Ed25519PrivateKey.generate().public_key())


def test_what_json_has_no_number_for_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_bytes({"timeout": float("inf")})

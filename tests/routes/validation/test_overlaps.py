"""Which route answers, and which never does."""

import pytest

from routes.validation.overlaps import (
    OverlapKind,
    Place,
    find_overlaps,
    matching_order,
)

HOST = "https://app.corp.com"


def place(
    id: str, match: str = "", from_url: str = HOST, order: int | None = None
) -> Place:
    return Place(
        id=id, name=id, from_url=from_url, match=match, regex_priority_order=order
    )


def test_exact_paths_come_first_then_expressions_then_longer_prefixes() -> None:
    places = [
        place("all"),
        place("short", "prefix:/a"),
        place("long", "prefix:/a/b"),
        place("late", "regex:/x.*"),
        place("early", "regex:/x[0-9]", order=5),
        place("later", "regex:/x[1-9]", order=1),
        place("exact", "path:/a"),
    ]

    assert [p.id for p in matching_order(places)] == [
        "exact",
        "early",
        "later",
        "late",
        "long",
        "short",
        "all",
    ]


@pytest.mark.parametrize(
    ("match", "other", "kind"),
    [
        ("", "", OverlapKind.SAME),
        ("prefix:/a", "prefix:/a", OverlapKind.SAME),
        ("", "prefix:/admin", OverlapKind.AFTER),
        ("prefix:/admin", "", OverlapKind.BEFORE),
        ("path:/admin/x", "prefix:/admin", OverlapKind.BEFORE),
        ("prefix:/admin", "regex:.*", OverlapKind.HIDDEN_BY),
        ("regex:.*", "prefix:/admin", OverlapKind.HIDES),
        ("prefix:/admin", "regex:/admin/[0-9]+", OverlapKind.AFTER),
        ("prefix:/a", "prefix:/b", None),
        ("path:/a", "path:/b", None),
        ("path:/a", "regex:/b+", None),
    ],
)
def test_says_how_two_routes_of_a_host_stand(
    match: str, other: str, kind: OverlapKind | None
) -> None:
    found = find_overlaps(place("1", match), [place("2", other)])

    assert [overlap.kind for overlap in found] == ([kind] if kind else [])


def test_routes_of_other_hosts_and_ports_are_no_concern() -> None:
    others = [
        place("host", from_url="https://other.corp.com"),
        place("port", from_url="https://app.corp.com:8443"),
        place("tunnel", from_url="tcp+https://app.corp.com:22"),
    ]

    assert find_overlaps(place("1"), others) == []


def test_http_and_https_of_a_host_are_one_address() -> None:
    found = find_overlaps(place("1"), [place("2", from_url="http://app.corp.com")])

    assert [overlap.kind for overlap in found] == [OverlapKind.SAME]


def test_tunnels_to_one_target_conflict_whatever_their_proxy() -> None:
    first = place("1", from_url="tcp+https://a.corp.com/db.internal:22")
    second = place("2", from_url="tcp+https://b.corp.com/db.internal:22")

    assert [o.kind for o in find_overlaps(first, [second])] == [OverlapKind.SAME]


def test_an_exact_host_leaves_the_wildcard() -> None:
    wildcard = place("star", from_url="https://*.corp.com")

    found = find_overlaps(place("1"), [wildcard])
    assert [overlap.kind for overlap in found] == [OverlapKind.WILDCARD]
    found = find_overlaps(wildcard, [place("1")])
    assert [overlap.kind for overlap in found] == [OverlapKind.EXACT_HOST]


def test_of_nested_wildcards_the_earlier_one_answers() -> None:
    broad = place("broad", from_url="https://*.corp.com")
    narrow = place("narrow", from_url="https://*.eng.corp.com")

    found = find_overlaps(narrow, [broad])

    assert [overlap.kind for overlap in found] == [OverlapKind.HIDDEN_BY]
    assert "`broad` hides this one" in found[0].sentence

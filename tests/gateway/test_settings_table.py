"""The table of the gateway's settings, and what becomes of values that are typed."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from gateway.settings_table import BY_KEY, DEFAULTS, SECTIONS, TABLE, Honorer
from gateway.settings_table.reading import read_values
from gateway.settings_table.reference import describe_all
from gateway.settings_table.showing import show_value, tell_changes
from gateway.snapshot import own_settings, put_together, settings_at
from tests.gateway.certificates import make_pair

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def problems_of(**values: Any) -> dict[str, list[str]]:
    return read_values(values)[1]


def test_every_setting_has_its_section_and_a_default_that_can_be_set() -> None:
    codes = {one.code for one in SECTIONS}

    assert {one.setting.section for one in TABLE} == codes
    assert read_values(DEFAULTS) == (DEFAULTS, {})
    assert all(one.in_core for one in TABLE if one.honored_by is Honorer.CORE)


def test_what_protects_people_is_set_at_the_root_only() -> None:
    for key in ("downstream_mtls", "cookie_name", "cookie_secure", "cookie_http_only"):
        assert not BY_KEY[key].is_local


def test_the_page_of_the_manual_is_the_table() -> None:
    page = Path(settings.BASE_DIR, "docs", "gateway-settings.md")

    assert page.read_text(encoding="utf-8") == describe_all()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("primary_color", "red", "not a color"),
        ("primary_color", "#12345g", "not a color"),
        ("primary_color", "#fff}body{", "characters"),
        ("logo_url", "http://a.example/x.png", "use `https://`"),
        ("logo_url", "https://a.example/;x", "no address of a picture"),
        ("cookie_name", "__Host-x", "name of a cookie"),
        ("cookie_name", "a=b", "name of a cookie"),
        ("cookie_expire", "1s", "out of range"),
        ("cookie_same_site", "sometimes", "not possible"),
        ("decision_log_days", 0, "out of range"),
        ("decision_log_percent", "many", "not a whole number"),
        ("timeout_idle", "0s", "out of range"),
        ("jwt_claims_headers", {"Authorization": "email"}, "can't carry a claim"),
        ("jwt_claims_headers", {"X-Postern-Route": "email"}, "can't carry a claim"),
        ("jwt_claims_headers", {"X-Mail": "a b"}, "name of a claim"),
        ("downstream_mtls", {"enforcement": "policy"}, "needs an authority"),
        ("unknown", 1, "unknown setting"),
    ],
)
def test_a_value_that_means_nothing_is_refused(
    key: str, value: Any, words: str
) -> None:
    [(named, texts)] = problems_of(**{key: value}).items()

    assert named.partition(".")[0] == key
    assert words in " ".join(texts)


def test_an_authority_is_kept_and_one_that_cannot_be_read_is_named() -> None:
    chain, _ = make_pair("ca.example.org")

    read, problems = read_values({"downstream_mtls": {"ca": chain}})

    assert set(read["downstream_mtls"]) == {"ca"}
    assert not problems
    assert "downstream_mtls.ca" in problems_of(downstream_mtls={"ca": "nonsense"})


@given(st.dictionaries(st.sampled_from([*BY_KEY, "other"]), ANYTHING, max_size=4))
def test_whatever_is_sent_is_read_or_refused_and_reads_the_same_again(
    values: dict[str, Any],
) -> None:
    read, problems = read_values(values)

    if not problems:
        assert read_values(read) == (read, {})
        assert json.loads(json.dumps(read)) == read
        held = {key: value for key, value in read.items() if value is not None}
        assert len(list(tell_changes({}, held))) == len(held)


def test_changes_are_told_in_sentences() -> None:
    before = {"brand_name": "Old", "cookie_http_only": True}
    after = {"brand_name": "New", "decision_log_mode": "refused"}

    assert list(tell_changes(before, after)) == [
        "“Name” is `New`; it was `Old`.",
        "“What is kept” is set: `Refusals only`.",
        "“Hidden from scripts” is no longer set; it was `yes`.",
    ]
    assert show_value(BY_KEY["downstream_mtls"].setting, {"ca": "x"}) == (
        "ca: a certificate"
    )


class TestWhatHoldsWhere:
    @given(st.data())
    def test_the_nearest_value_on_the_way_up_counts(self, data: st.DataObject) -> None:
        size = data.draw(st.integers(1, 12))
        parents: dict[str, str | None] = {"0": None}
        for number in range(1, size):
            parents[str(number)] = str(data.draw(st.integers(0, number - 1)))
        values = st.dictionaries(st.sampled_from("abc"), st.integers(0, 9), max_size=3)
        own = {pk: data.draw(values) for pk in parents if data.draw(st.booleans())}

        carried = put_together("0", own, parents)

        carried = json.loads(json.dumps(carried))
        for pk in parents:
            assert dict(settings_at(carried, pk)) == naively(pk, own, parents)
        assert own_settings(carried, "0") == {k: v for k, v in own.items() if v}

    def test_a_namespace_that_is_not_known_has_what_the_root_has(self) -> None:
        carried = put_together(
            "0", {"0": {"a": 1}, "1": {"a": 2}}, {"0": None, "1": "0"}
        )

        assert settings_at(carried, "other") == {"a": 1}
        assert settings_at({}, "other") == {}


def naively(
    pk: str | None, own: dict[str, dict[str, Any]], parents: dict[str, str | None]
) -> dict[str, Any]:
    """Return what holds, walked up step by step."""
    if pk is None:
        return {}
    return {**naively(parents[pk], own, parents), **own.get(pk, {})}


@pytest.mark.parametrize("key", BY_KEY)
def test_each_says_what_holds_while_it_is_not_set(key: str) -> None:
    one = BY_KEY[key]

    assert show_value(one.setting, one.default)

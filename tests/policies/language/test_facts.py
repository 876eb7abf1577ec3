"""Facts share one empty mapping, and the rules by which a session is found."""

from __future__ import annotations

import pytest

from policies.language.facts import (
    NO_RECORDS,
    NOTHING,
    Facts,
    Session,
    SourceState,
    normalize_address,
    resolve_session,
)

OWN, OTHER, ROBOT = Session(id="own"), Session(id="other"), Session(id="robot")


def test_the_empty_mapping_stays_empty() -> None:
    with pytest.raises(TypeError):
        NOTHING["a"] = 1  # type: ignore[index]

    assert NOTHING == {}
    assert hash(NOTHING) == hash(Facts().devices)


def test_a_service_account_shadows_a_session() -> None:
    assert resolve_session(service_account=ROBOT, session=OWN) is ROBOT


def test_an_impersonating_session_stands_for_the_other_one_or_for_nobody() -> None:
    found = resolve_session(session=OWN, impersonates=True, impersonated=OTHER)

    assert found is OTHER
    assert resolve_session(session=OWN, impersonates=True) is None
    assert resolve_session(session=OWN) is OWN
    assert resolve_session(impersonates=True, impersonated=OTHER) is None


def test_only_ascii_letters_of_an_address_are_folded() -> None:
    assert normalize_address("ADA@Example.COM") == "ada@example.com"
    assert normalize_address("\u0130\u00c9A") == "\u0130\u00c9a"


def test_without_external_data_nothing_is_found_and_nothing_is_missing() -> None:
    assert NO_RECORDS.find("hr", Facts()) is None
    assert NO_RECORDS.state("hr") is SourceState.NOT_CONFIGURED

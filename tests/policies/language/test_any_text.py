"""Whatever the text is, reading, saying, warning and editing end in an orderly way."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .fuzzing import PIECES, Run, damaged, exercise, run

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
SECONDS = float(os.environ.get("FUZZING_SECONDS", "600"))


@given(TEXTS)
def test_any_text_is_dealt_with(text: str) -> None:
    exercise(text)


@given(st.integers(0, 2**32))
def test_any_damaged_policy_is_dealt_with(seed: int) -> None:
    exercise(damaged(seed))


@pytest.mark.nightly
def test_no_damaged_or_large_text_breaks_anything_or_costs_much(
    tmp_path: Path,
) -> None:
    done = run(SECONDS, seed=random.randrange(2**32), folder=tmp_path)

    assert done.found == []
    assert done.inputs > SECONDS


# What fuzzing found; each broke something once.
FOUND = {
    "a criterion without a name": "allow: {or: ['': 1, {email: a@b.c}]}",
    "more problems than are told": "allow:\n  or:\n"
    + "    - &a {isr: 1}\n" * 120
    + "    - {client_certificate: {fingerprint: x}}\n",
    "a comment right behind a bracket": "allow: {}\ndeny:\n or: []# c\n",
    "a zone of many parts": (
        "allow: {or: [{time_of_day: {after: '9:00', timezone: " + "a/" * 9000 + "a}}]}"
    ),
    "many rules without criteria": "- deny: {}\n" * 1000,
    "a comma in a row of its own": (
        "{deny: {or: [\n {pomerium_routes: {}}\n  ,\n {user: a},\n]}}\n"
    ),
    "many that could hold without a session": (
        "deny:\n  or:\n" + "    - ssh_username_matches_email: {}\n" * 490
    ),
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
def test_what_was_found_once_is_dealt_with(tmp_path: Path, text: str) -> None:
    done = Run(tmp_path)

    done.take(text)

    assert done.found == []

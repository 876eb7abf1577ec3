"""Whatever the text is, reading, saying, warning and editing end in an orderly way."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .fuzzing import PIECES, damaged, exercise, run

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

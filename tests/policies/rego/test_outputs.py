"""From values to verdicts: as Core reads them, and where ours refuses instead."""

from __future__ import annotations

from typing import Any

import pytest

from policies.language import Mode, Result
from policies.rego.evaluation import Answer
from policies.rego.outputs import read_result, verdict_of

WITH_NUMBER: dict[str, Any] = {"k": 1}
MALFORMED: list[Any] = [
    "true",
    1,
    None,
    {"a": True},
    [],
    [1],
    ["true"],
    [True, ["r"], {}, 1],
]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, Result(True)),
        ([True], Result(True)),
        ([False, ["b", "a"]], Result(False, frozenset({"a", "b"}))),
        ([True, "dropped"], Result(True)),
        (
            [True, [1, True, None, [2], {"k": 1.5}]],
            Result(True, frozenset({"1", "true", "<nil>", "[2]", "map[k:1.5]"})),
        ),
        ([True, ["r"], {"k": 1}], Result(True, frozenset({"r"}), WITH_NUMBER)),
        ([1, ["r"]], Result(False, frozenset({"r"}))),
    ],
)
def test_a_value_is_read_as_core_reads_it(value: Any, expected: Result) -> None:
    assert read_result(value) == expected


@pytest.mark.parametrize("value", MALFORMED)
def test_a_malformed_deny_denies_and_a_malformed_allow_allows_nobody(
    value: Any,
) -> None:
    denied = verdict_of(Answer(values={"allow": True, "deny": value}))
    not_allowed = verdict_of(Answer(values={"allow": value}))
    in_core = verdict_of(Answer(values={"deny": value}), mode=Mode.CORE_EXACT)

    assert denied.deny == Result(True, frozenset({"policy-malformed"}))
    assert not not_allowed.allow.value
    assert not in_core.deny.value


def test_an_empty_set_of_denials_denies_nothing() -> None:
    verdict = verdict_of(Answer(values={"deny": []}, kinds={"deny": "Set"}))

    assert not verdict.deny.value


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("cpu", "policy-budget-exceeded"),
        ("memory", "policy-budget-exceeded"),
        ("late", "policy-budget-exceeded"),
        ("crash", "policy-crashed"),
        ("conflict", "policy-conflict"),
        ("quota", "policy-quota-exceeded"),
        ("failed", "policy-error"),
        ("compile", "policy-error"),
        ("no-result", "policy-error"),
    ],
)
def test_what_went_wrong_denies(error: str, reason: str) -> None:
    verdict = verdict_of(Answer(error=error, values={"allow": True}))

    assert not verdict.allow.value
    assert verdict.deny == Result(True, frozenset({reason}))


def test_missing_data_denies_unless_core_is_asked() -> None:
    answer = Answer(values={"allow": True})

    ours = verdict_of(answer, missing=["pomerium.io/DirectoryUser"])
    cores = verdict_of(answer, missing=["hr"], mode=Mode.CORE_EXACT)

    assert ours.deny.reasons == {"directory-data-unavailable"}
    assert cores.allow.value

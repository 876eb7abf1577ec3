"""Whatever people do to the tree in any order: what must hold holds at each step."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.namespaces.machine import TreeMachine

CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def run(*, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        TreeMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            suppress_health_check=CHECKS,
            deadline=None,
        ),
    )


def test_what_must_hold_holds_after_each_step(db: None) -> None:
    run(examples=4, steps=20)


@pytest.mark.nightly
def test_what_must_hold_holds_after_each_of_many_steps(db: None) -> None:
    run(examples=60, steps=50)

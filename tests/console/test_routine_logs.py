"""What looks for work every few seconds doesn't fill the log."""

import logging

import pytest

from console.core.logs import WithoutRoutine


def record(name: str, level: int, text: str) -> logging.LogRecord:
    return logging.LogRecord(name, level, "", 0, "Task %s[1] succeeded", (text,), None)


def test_a_job_that_looked_for_work_says_nothing() -> None:
    said = record("celery.app.trace", logging.INFO, "gateway.deploy")

    assert not WithoutRoutine().filter(said)


@pytest.mark.parametrize(
    ("name", "level", "text"),
    [
        ("celery.app.trace", logging.ERROR, "gateway.deploy"),
        ("celery.app.trace", logging.INFO, "routes.apply_import"),
        ("gateway.services.deploying", logging.INFO, "gateway.deploy"),
    ],
)
def test_everything_else_is_said(name: str, level: int, text: str) -> None:
    assert WithoutRoutine().filter(record(name, level, text))

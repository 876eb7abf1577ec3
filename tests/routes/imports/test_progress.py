"""How far an import is, told to whoever looks at it."""

from uuid import uuid4

import pytest

from routes.imports import progress


def test_is_read_by_others_until_it_is_forgotten() -> None:
    run_id = uuid4()
    report = progress.reporter(run_id)

    report("writing", 5, 10)
    held = progress.read_progress(run_id)

    assert held is not None
    assert (held.phase, held.done, held.total) == ("writing", 5, 10)
    progress.forget(run_id)
    assert progress.read_progress(run_id) is None


def test_is_told_now_and_then_and_at_each_new_phase(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = 1000.0
    monkeypatch.setattr("routes.imports.progress.time.time", lambda: clock)
    run_id = uuid4()
    report = progress.reporter(run_id)

    def heard() -> int:
        held = progress.read_progress(run_id)
        assert held is not None
        return held.done

    report("reading", 1, 100)
    report("reading", 2, 100)
    assert heard() == 1
    clock += 1
    report("reading", 50, 100)
    assert heard() == 50
    report("writing", 3, 9)
    assert heard() == 3

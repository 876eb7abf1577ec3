"""Plans are applied as they were seen: completely or not at all, and once."""

from datetime import timedelta
from typing import Any

import pytest

from console.core.actor import system
from console.core.exceptions import TooLargeError
from policies.models import Policy
from routes import services
from routes.exceptions import ImportChangedError, ImportNotReadyError
from routes.imports.plan import Options
from routes.models import ImportRun, Route
from tests.factories import NOW, make_policy
from tests.people import Cast, actor_of
from tests.routes.imports.running import WIKI, begin, finish, import_all, sample


class TestApplying:
    def test_needs_the_plan_that_was_seen(self, cast: Cast) -> None:
        mia = actor_of(cast.mia)
        run = begin(WIKI, cast.web, actor=mia)

        with pytest.raises(ImportChangedError):
            services.apply_import(run.pk, fingerprint="other", actor=mia, now=NOW)

    def test_stops_when_things_have_changed_meanwhile(self, cast: Cast) -> None:
        mia = actor_of(cast.mia)
        run = begin(WIKI, cast.web, actor=mia)
        make_policy("Employees of example.com", namespace=cast.web)

        run = finish(run, actor=mia)

        assert run.status == "failed"
        assert run.failure == ImportChangedError.default_message
        assert not Route.objects.exists()

    def test_can_be_reviewed_and_started_again_after_a_failure(
        self, cast: Cast
    ) -> None:
        mia = actor_of(cast.mia)
        run = begin(WIKI, cast.web, actor=mia)
        make_policy("Employees of example.com", namespace=cast.web)
        run = finish(run, actor=mia)

        run = services.review_import(run.pk, options=Options(), actor=mia, now=NOW)

        assert finish(run, actor=mia).status == "done"

    def test_with_problems_is_not_possible(self, cast: Cast) -> None:
        mia = actor_of(cast.mia)
        run = begin("routes: []\n", cast.web, actor=mia)

        with pytest.raises(ImportNotReadyError):
            finish(run, actor=mia)

    def test_happens_once(self, cast: Cast) -> None:
        mia = actor_of(cast.mia)
        run = import_all(WIKI, cast.web, actor=mia)

        again = services.perform_import(run.pk, now=NOW)

        assert again.status == "done"
        assert Route.objects.count() == 1
        with pytest.raises(ImportNotReadyError):
            finish(run, actor=mia)

    def test_leaves_nothing_behind_when_it_breaks(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mia = actor_of(cast.mia)
        run = begin(WIKI, cast.web, actor=mia)
        monkeypatch.setattr(
            "routes.services.import_writing.create_routes", _fail_unexpectedly
        )

        with pytest.raises(ZeroDivisionError):
            finish(run, actor=mia)

        run.refresh_from_db()
        assert run.status == "failed"
        assert "nothing was written" in run.failure
        assert not Policy.objects.exists()

    def test_says_how_far_it_is(self, cast: Cast) -> None:
        root = system("test")
        run = begin(sample("whole_configuration.yaml"), cast.web, actor=root)
        heard: list[tuple[str, int, int]] = []

        services.apply_import(
            run.pk,
            fingerprint=run.plan["fingerprint"],
            actor=root,
            now=NOW,
            report=lambda *said: heard.append(said),
        )

        assert heard == [
            ("reading", 0, 0),
            ("reading", 1, 3),
            ("reading", 2, 3),
            ("reading", 3, 3),
            ("comparing", 0, 0),
            ("writing", 2, 5),
            ("writing", 5, 5),
        ]


def _fail_unexpectedly(*_: Any, **__: Any) -> None:
    raise ZeroDivisionError


class TestStalledImports:
    def test_are_marked_so_that_they_can_be_started_again(self, cast: Cast) -> None:
        mia = actor_of(cast.mia)
        run = begin(WIKI, cast.web, actor=mia)
        ImportRun.objects.filter(pk=run.pk).update(status="running")

        assert services.fail_stalled_imports(now=NOW + timedelta(minutes=1)) == 0
        assert services.fail_stalled_imports(now=NOW + timedelta(hours=1)) == 1

        run.refresh_from_db()
        assert run.status == "failed"

    def test_files_are_dropped_after_a_week(self, cast: Cast) -> None:
        mia = actor_of(cast.mia)
        run = begin(WIKI, cast.web, actor=mia)

        services.fail_stalled_imports(now=NOW + timedelta(days=8))

        with pytest.raises(ImportNotReadyError):
            services.review_import(run.pk, options=Options(), actor=mia, now=NOW)


class TestLargeFiles:
    def test_are_read_by_a_worker(self, cast: Cast) -> None:
        mia = actor_of(cast.mia)
        run = begin(WIKI + "#" * 300_000, cast.web, actor=mia)

        assert run.status == "reading"
        run = services.read_import(run.pk, now=NOW)
        assert run.status == "planned"

    def test_over_the_limit_are_refused(self, cast: Cast) -> None:
        with pytest.raises(TooLargeError):
            begin(b"#" * (33 * 1024 * 1024), cast.web, actor=actor_of(cast.mia))


def test_a_preview_keeps_nothing(cast: Cast) -> None:
    plan = services.preview_import(
        namespace_id=cast.web.pk,
        content=WIKI.encode(),
        options=Options(),
        actor=actor_of(cast.mia),
    )

    assert plan.is_applicable
    assert not ImportRun.objects.exists()
    assert not Route.objects.exists()

"""Jobs are queued by name; a name that nobody registered would wait for ever."""

import ast

from console.celery import app
from tests.architecture.sources import list_application_files, name_of, parse


def list_job_names() -> dict[str, str]:
    """Return the names of jobs that are queued, with where."""
    found = {}
    for path in list_application_files():
        for node in ast.walk(parse(path)):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).endswith(("run_after_commit", "run_now"))
                and node.args
            ):
                place = f"{name_of(path)}:{node.lineno}"
                argument = node.args[0]
                assert isinstance(argument, ast.Constant), f"{place}: give a literal"
                found[place] = str(argument.value)
    return found


def test_every_job_that_a_service_queues_is_registered() -> None:
    app.loader.import_default_modules()

    unknown = {
        place: name for place, name in list_job_names().items() if name not in app.tasks
    }

    assert unknown == {}


def test_every_task_of_ours_is_named_for_its_app_and_has_a_time_limit() -> None:
    app.loader.import_default_modules()
    ours = {
        name: task
        for name, task in app.tasks.items()
        if not name.startswith(("celery.", "django_celery_beat."))
    }

    badly_named = [
        name
        for name, task in ours.items()
        if not task.__module__.startswith(name.partition(".")[0])
    ]
    unlimited = [name for name, task in ours.items() if not task.time_limit]

    assert badly_named == []
    assert unlimited == []


def test_every_job_that_nobody_asks_for_is_on_the_schedule() -> None:
    app.loader.import_default_modules()
    asked = set(list_job_names().values())
    planned = {one["task"] for one in app.conf.beat_schedule.values()}

    forgotten = {
        name
        for name in app.tasks
        if not name.startswith(("celery.", "django_celery_beat."))
        and name not in asked | planned
    }

    assert forgotten == set()

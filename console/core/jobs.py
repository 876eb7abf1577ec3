"""Start a job by its name once the transaction has been committed.

Services name the task instead of importing it: tasks import services, and an
arrow back would be a cycle. A test checks that every name in use is registered.
"""

from functools import partial

from celery import current_app
from django.db import transaction


def run_after_commit(task_name: str, **ids: str) -> None:
    """Queue the task when the surrounding transaction commits.

    Arguments are identifiers as text: a message may wait, and what it would
    carry may have changed by then.
    """
    transaction.on_commit(partial(current_app.send_task, task_name, kwargs=ids))


def run_now(task_name: str) -> None:
    """Queue a task that can be missed: without waiting for a broker that is away."""
    current_app.send_task(task_name, retry=False)

"""Start a job by its name once the transaction has been committed.

Services name the task instead of importing it: tasks import services, and an
arrow back would be a cycle. A test checks that every name in use is registered.
"""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def run_after_commit(task_name: str, **ids: str) -> None:
    """Queue the task when the surrounding transaction commits.

    Arguments are identifiers as text: a message may wait, and what it would
    carry may have changed by then.
    """
    transaction.on_commit(partial(current_app.send_task, task_name, kwargs=ids))


def run_now(task_name: str) -> None:
    """Queue a task that runs by itself every few seconds as well.

    So it may be missed: nobody waits for a broker that is away, or hears of it. Where
    there is none at all (`task_always_eager`), it is left out.
    """
    if current_app.conf.task_always_eager:
        return
    try:
        current_app.send_task(task_name, retry=False)
    except (OperationalError, OSError) as error:
        logger.debug("%s can't be queued now: %s", task_name, error)

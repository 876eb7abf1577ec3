"""Attempts to connect before anything is saved: asked for here, made by a worker.

What is tried takes secrets, and what comes back is foreign bytes: neither belongs into
the process that answers people. The page asks for the result until it is there.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from console.core import audit, jobs
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import ConsoleError
from console.core.transactions import writing
from directory import selectors
from directory.exceptions import ProviderError
from directory.external.fetching import IMPATIENT
from directory.external.fields import learn
from directory.external.problems import remedy_of, storable
from directory.external.records import FOREIGN_KEYS, INDEX
from directory.models import ExternalDataSource, ServiceAccount, Trial, TrialKind
from directory.models import TrialState as State
from directory.providers.client import Seen
from directory.services.data_sources import set_options
from directory.services.directories import check_options, connect_once
from directory.services.reading import shown, try_source
from namespaces.selectors import get_root

KEPT = timedelta(hours=1)
FIRST_ROWS, FIRST_PROBLEMS = 10, 20
UNFORESEEN = "something went wrong that nobody foresaw"


@writing()
def try_directory(
    *, account_id: UUID | str, options: Mapping[str, str], actor: Actor, now: datetime
) -> Trial:
    """Have the first page of a provider read.

    Raises:
        PermissionDeniedError: the actor is no admin of the root.
        ValidationFailedError: an option is wrong.
    """
    selectors.check_may_edit_directory(actor)
    given = check_options(account_id, options, actor)
    asked = {"account_id": str(account_id), "options": given}
    return _ask(TrialKind.DIRECTORY, asked, actor=actor, now=now)


@writing()
def try_data_source(
    *, foreign_key: str, url: str, actor: Actor, now: datetime, **more: Any
) -> Trial:
    """Have external data fetched and read, to see its first records.

    Raises:
        PermissionDeniedError: the actor is no admin of the root.
        ValidationFailedError: says what is wrong with each field.
    """
    selectors.check_may_edit_directory(actor)
    source = ExternalDataSource(
        foreign_key=foreign_key if foreign_key in dict(FOREIGN_KEYS) else ""
    )
    set_options(source, {"url": url, **more}, actor)
    names = ("foreign_key", "url", "key_field", "format", "items", "files")
    asked = {name: getattr(source, name) for name in names}
    asked["account_id"] = str(source.account_id) if source.account_id else None
    return _ask(TrialKind.DATA, asked, actor=actor, now=now)


def _ask(kind: str, asked: dict[str, Any], *, actor: Actor, now: datetime) -> Trial:
    trial = Trial.objects.create(
        kind=kind,
        state=State.WAITING,
        asked_by=actor.label[:255],
        asked=asked,
        created_at=now,
        modified_at=now,
    )
    audit.record(
        Change(
            action="connection.tried",
            target_type="trial",
            target_id=trial.pk,
            target_label=trial.get_kind_display(),
            namespace_id=get_root().id,
            after=asked,
        ),
        actor=actor,
        now=now,
    )
    jobs.run_after_commit("directory.make_trial", trial_id=str(trial.pk))
    return trial


@writing()
def forget_trials(*, now: datetime) -> int:
    """Forget what was tried an hour ago: it may hold records. Return how many."""
    return Trial.objects.filter(created_at__lt=now - KEPT).delete()[0]


def make_trial(trial_id: UUID | str, *, clock: Callable[[], datetime]) -> None:
    """Make an attempt that was asked for; its result is kept for who asked."""
    trial = Trial.objects.filter(pk=trial_id, state=State.WAITING).first()
    if trial is None:
        return
    steps = {TrialKind.DIRECTORY: _directory, TrialKind.DATA: _data}
    try:
        trial.result = steps[TrialKind(trial.kind)](trial, clock())
        trial.state = State.DONE
    except ConsoleError as error:
        trial.state, trial.failure = State.FAILED, storable(error.message)
        if isinstance(error, ProviderError) and trial.kind == TrialKind.DATA:
            trial.remedy = remedy_of(error)
    except Exception:
        trial.state, trial.failure = State.FAILED, UNFORESEEN
        raise
    finally:
        _keep(trial, now=clock())


@writing()
def _keep(trial: Trial, *, now: datetime) -> None:
    trial.modified_at = now
    if Trial.objects.filter(pk=trial.pk).exists():
        trial.save()


def _directory(trial: Trial, now: datetime) -> dict[str, Any]:
    text = connect_once(
        account_id=trial.asked["account_id"], options=trial.asked["options"], now=now
    )
    return {"text": text}


def _data(trial: Trial, now: datetime) -> dict[str, Any]:
    given = dict(trial.asked)
    account_id = given.pop("account_id")
    account = ServiceAccount.objects.filter(pk=account_id).first()
    source = ExternalDataSource(**given, account=account)
    started = time.monotonic()

    def look(seen: Seen) -> None:
        trial.result = {"answer": shown(seen)}

    found = try_source(source, limits=IMPATIENT, look=look, now=now)
    records = list(found.records.values())
    data = [one.data for one in records]
    return {
        **trial.result,
        "count": len(records),
        "seconds": round(time.monotonic() - started, 1),
        "fields": learn(data),
        "first": [
            {
                "key": one.network or one.key,
                "data": {k: v for k, v in one.data.items() if k != INDEX},
            }
            for one in records[:FIRST_ROWS]
        ],
        "problem_count": len(found.problems),
        "problems": [
            [storable(key), storable(text)]
            for key, text in found.problems[:FIRST_PROBLEMS]
        ],
    }

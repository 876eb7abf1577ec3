"""Reads of external data sources, their records and runs, by admins of the root."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from directory.models import (
    DataRun,
    ExternalDataSource,
    ExternalRecord,
    RunState,
    Trial,
)
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission

UNDECIDED = (RunState.QUEUED, RunState.RUNNING, RunState.PREVIEWED)


def list_managed_sources(actor: Actor) -> QuerySet[ExternalDataSource]:
    """Return the sources, if the actor administers the root; else none."""
    if not namespace_selectors.holds_on_root(actor, Permission.DIRECTORY_EDIT):
        return ExternalDataSource.objects.none()
    return ExternalDataSource.objects.select_related("account")


def get_data_source(source_id: UUID | str, *, actor: Actor) -> ExternalDataSource:
    """Return a source.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
    """
    found = list_managed_sources(actor).filter(pk=source_id).first()
    if found is None:
        raise NotFoundError(gettext("there is no such source, or you may not see it"))
    return found


def list_records(actor: Actor) -> QuerySet[ExternalRecord]:
    """Return the records of all sources, for admins of the root."""
    if not namespace_selectors.holds_on_root(actor, Permission.DIRECTORY_EDIT):
        return ExternalRecord.objects.none()
    return ExternalRecord.objects.all()


def search_records(
    rows: QuerySet[ExternalRecord], text: str
) -> QuerySet[ExternalRecord]:
    """Keep the records with a text in their key, network or data."""
    return rows.filter(
        Q(record_id__icontains=text)
        | Q(network__icontains=text)
        | Q(data__icontains=text)
        | Q(data__icontains=json.dumps(text)[1:-1])  # as SQLite holds other letters
    )


def list_data_runs(actor: Actor) -> QuerySet[DataRun]:
    """Return the runs of all sources, the newest first."""
    if not namespace_selectors.holds_on_root(actor, Permission.DIRECTORY_EDIT):
        return DataRun.objects.none()
    return DataRun.objects.select_related("source").defer("plan")


def get_data_run(run_id: UUID | str, *, actor: Actor) -> DataRun:
    """Return a run.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
    """
    run = list_data_runs(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFoundError(gettext("there is no such run, or you may not see it"))
    return run


def list_data_troubles(
    actor: Actor, *, now: datetime
) -> Mapping[ExternalDataSource, str]:
    """Return the sources that need somebody, and why."""
    found = {}
    for source in list_managed_sources(actor):
        last = source.runs.defer("plan").exclude(state__in=UNDECIDED).first()
        limit = timedelta(seconds=source.max_age_seconds)
        age = now - (source.complete_at or source.created_at)
        if last is not None and last.state == RunState.HELD:
            found[source] = "a run is held, and waits for your decision"
        elif age > limit:
            found[source] = "it is too old: criteria on it refuse"
        elif last is not None and last.state == RunState.FAILED:
            found[source] = f"it can't be read: {last.failure}"
        elif age > limit / 2 and age > 2 * timedelta(seconds=source.interval_seconds):
            found[source] = "what is known of it grows old"
    return found


def get_trial(trial_id: UUID | str, *, actor: Actor) -> Trial:
    """Return an attempt to connect.

    Raises:
        NotFoundError: it isn't there any more, or the actor may not see it.
    """
    may = namespace_selectors.holds_on_root(actor, Permission.DIRECTORY_EDIT)
    found = Trial.objects.filter(pk=trial_id).first() if may else None
    if found is None:
        raise NotFoundError(gettext("there is no such trial any more"))
    return found

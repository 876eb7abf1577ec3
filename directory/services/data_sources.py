"""Sources of external data: added, changed, deleted. Reading them is `data_runs`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from console.core import audit, destinations, outbox
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import (
    ConflictError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.models import AuditEvent
from console.core.transactions import writing
from directory import selectors
from directory.external.fetching import is_below
from directory.external.formats import FORMATS
from directory.external.records import FOREIGN_KEYS
from directory.models import ExternalDataSource, ServiceAccount
from namespaces.selectors import get_root

ACCOUNT_KIND = "http_json"
LIMITS = {
    "interval_seconds": (60, 7 * 24 * 3600),
    "max_age_seconds": (300, 30 * 24 * 3600),
    "brake_percent": (1, 100),
}
TEXTS = {"key_field": 255, "items": 255, "files": 255}
FIXED = {"record_type", "foreign_key"}
# What changes that reads the same answer in another way, or another answer.
READING = {"url", "account_id", "key_field", "format", "items", "files"}


@writing()
def create_data_source(
    *,
    record_type: str,
    foreign_key: str,
    url: str,
    actor: Actor,
    now: datetime,
    **more: Any,
) -> ExternalDataSource:
    """Add a source; it is read for the first time within a minute.

    Raises:
        PermissionDeniedError: the actor is no admin of the root.
        ValidationFailedError: says what is wrong with each field.
        ConflictError: there is a source of this type of records.
    """
    selectors.check_may_edit_directory(actor)
    source = ExternalDataSource(created_at=now, modified_at=now, next_run_at=now)
    _set_fixed(source, record_type, foreign_key)
    set_options(source, {"url": url, **more}, actor)
    source.save()
    record("created", source, before=None, actor=actor, now=now)
    return source


@writing()
def update_data_source(
    source_id: UUID | str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    **changes: Any,
) -> ExternalDataSource:
    """Change how a source is read. Type and foreign key stay: policies rely on them.

    Raises:
        NotFoundError: it isn't there for the actor: only admins of the root see it.
        StaleVersionError: somebody saved since.
        ValidationFailedError: says what is wrong with each field.
    """
    source = _get(source_id, version=version, actor=actor)
    before = state_of(source)
    set_options(source, changes, actor)
    after = state_of(source)
    if after == before:
        return source
    latest = now + timedelta(seconds=source.interval_seconds)
    source.next_run_at = min(source.next_run_at or latest, latest)
    if READING & changes.keys() and source.is_enabled:
        source.next_run_at = now
    source.version += 1
    source.modified_at = now
    source.save()
    event = record("updated", source, before=before, actor=actor, now=now)
    outbox.enqueue("records", {"id": str(source.pk)}, event=event, now=now)
    return source


@writing()
def delete_data_source(
    source_id: UUID | str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Delete a source with its records and runs. No policy may ask for them any more.

    Without its source a record is known not to be there, so that a denial by it would
    end without a word.

    Raises:
        NotFoundError: it isn't there for the actor: only admins of the root see it.
        StaleVersionError: somebody saved since.
        ConflictError: a policy asks for its records.
    """
    source = _get(source_id, version=version, actor=actor)
    if source.record_type in types_in_use():
        raise ConflictError(
            gettext("policies ask for records of `%(record_type)s`; change them first")
            % {"record_type": source.record_type}
        )
    event = record(
        "deleted", source, before=state_of(source), actor=actor, now=now, after=None
    )
    outbox.enqueue("records", {"id": str(source.pk)}, event=event, now=now)
    source.delete()


def types_in_use() -> frozenset[str]:
    """Return the types of records that the apps above ask for."""
    found: set[str] = set()
    for path in settings.RECORD_USES:
        found |= import_string(path)()
    return frozenset(found)


def _get(source_id: UUID | str, *, version: int, actor: Actor) -> ExternalDataSource:
    source = selectors.get_data_source(source_id, actor=actor)
    if source.version != version:
        raise StaleVersionError(details={"current": audit.plain(state_of(source))})
    return source


def _set_fixed(source: ExternalDataSource, record_type: str, foreign_key: str) -> None:
    source.record_type, source.foreign_key = record_type.strip(), foreign_key
    if not _is_line(source.record_type, 255) or not source.record_type:
        raise ValidationFailedError(fields={"record_type": ["1 to 255 characters"]})
    if foreign_key not in dict(FOREIGN_KEYS):
        known = ", ".join(code for code, _ in FOREIGN_KEYS)
        raise ValidationFailedError(
            fields={"foreign_key": [gettext("one of %(known)s") % {"known": known}]}
        )
    same = ExternalDataSource.objects.filter(record_type=source.record_type)
    if same.exists():
        raise ConflictError(
            gettext("there is a source of `%(record_type)s` already")
            % {"record_type": source.record_type},
            fields={"record_type": [gettext("this type has a source already")]},
        )


def set_options(
    source: ExternalDataSource, changes: Mapping[str, Any], actor: Actor
) -> None:
    """Set what may change on a source that is not saved yet.

    Raises:
        ValidationFailedError: says what is wrong with each field.
    """
    problems: dict[str, list[str]] = {}
    for name, value in changes.items():
        problem = _set(source, name, value, actor)
        if problem:
            problems[name.removesuffix("_id")[:100]] = [problem]
    if not source.key_field:
        problems["key_field"] = ["this is needed"]
    if not problems and source.account is not None:
        base = source.account.settings["base_url"]
        if not is_below(source.url, base):
            problems["url"] = [
                f"the account's secrets go to `{base}` and below, not there"
            ]
    if problems:
        raise ValidationFailedError(fields=problems)


def _set(source: ExternalDataSource, name: str, value: Any, actor: Actor) -> str:
    """Set one field; return what is wrong with it, "" when nothing is."""
    if name == "url":
        try:
            source.url = destinations.clean_url(str(value))
        except ValidationFailedError as error:
            return error.message
    elif name == "account_id":
        source.account = _account(value, actor) if value else None
        return "there is no such account" if value and not source.account else ""
    elif name == "format":
        source.format = str(value)
        known = ", ".join(code for code, _ in FORMATS)
        return "" if value in dict(FORMATS) else f"one of {known}"
    elif name == "is_enabled":
        source.is_enabled = bool(value)
    elif name in TEXTS:
        setattr(source, name, str(value).strip())
        is_line = _is_line(getattr(source, name), TEXTS[name])
        return "" if is_line else f"at most {TEXTS[name]} characters in one line"
    elif name in LIMITS:
        least, most = LIMITS[name]
        setattr(source, name, int(value))
        return "" if least <= int(value) <= most else f"{least:,} to {most:,}"
    elif name in FIXED:
        return "this can't be changed: policies rely on it"
    else:
        return "there is no such field"
    return ""


def _is_line(text: str, most: int) -> bool:
    return len(text) <= most and text.isprintable()


def _account(account_id: UUID | str, actor: Actor) -> ServiceAccount | None:
    known = selectors.list_service_accounts(actor).filter(kind=ACCOUNT_KIND)
    return known.filter(pk=account_id).first()


def state_of(source: ExternalDataSource) -> dict[str, Any]:
    """Return what the audit log keeps of a source: never a secret, they are sealed."""
    names = ("record_type", "foreign_key", "url", "format", "is_enabled")
    state = {name: getattr(source, name) for name in (*names, *TEXTS, *LIMITS)}
    return state | {"account": str(source.account) if source.account else None}


def record(
    verb: str,
    source: ExternalDataSource,
    *,
    actor: Actor,
    now: datetime,
    before: dict[str, Any] | None = None,
    **more: Any,
) -> AuditEvent:
    """Append an event about a source to the audit log; by default with its state."""
    return audit.record(
        Change(
            action=f"data_source.{verb}",
            target_type="data_source",
            target_id=source.pk,
            target_label=source.record_type,
            namespace_id=get_root().id,
            before=before,
            after=more["after"] if "after" in more else state_of(source),
        ),
        actor=actor,
        now=now,
    )

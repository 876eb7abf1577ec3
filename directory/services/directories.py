"""Directories: added, changed, tested. Reading them is `sync_runs`."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from console.core import audit
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import (
    ConflictError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.transactions import writing
from directory import selectors
from directory.models import Directory, ServiceAccount
from directory.providers import BY_CODE, open_client, pushed
from directory.providers.base import Limits, Provider
from directory.providers.engine import enumerate_all
from directory.services.service_accounts import open_secret
from namespaces.selectors import get_root

MAX_NAME, MAX_OPTION = 100, 500
# Somebody waits for the answer.
IMPATIENT = Limits(connect_seconds=5, read_seconds=10, tries=1, throttles=0)
SHORTEST, LONGEST = 300, 7 * 24 * 3600
LIMITS = {
    "interval_seconds": (SHORTEST, LONGEST),
    "max_age_seconds": (3600, 30 * 24 * 3600),
    "brake_percent": (1, 100),
    "brake_count": (1, 1_000_000),
}
SWITCHES = ("is_enabled", "only_used_groups")


@writing()
def create_directory(
    *,
    name: str,
    options: Mapping[str, str],
    actor: Actor,
    now: datetime,
    account_id: UUID | str | None = None,
    **settings: Any,
) -> Directory:
    """Add a directory that is read with a service account.

    Without an account it is one that an identity provider pushes to, by SCIM.

    Raises:
        PermissionDeniedError: the actor is no admin of the root.
        ValidationFailedError: says what is wrong with each field.
        ConflictError: the name is taken.
    """
    selectors.check_may_edit_directory(actor)
    account = _account(account_id, actor) if account_id else None
    directory = Directory(
        account=account,
        provider=account.kind if account else pushed.CODE,
        created_at=now,
        modified_at=now,
        next_run_at=now if account else None,  # before a push there is nothing to read
    )
    _change(directory, {"name": name, "options": options, **settings})
    directory.save()
    _record(directory, "created", before=None, actor=actor, now=now)
    return directory


@writing()
def update_directory(
    directory_id: UUID | str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    **changes: Any,
) -> Directory:
    """Change a directory: name, options, schedule, brake, account of the same kind.

    Raises:
        NotFoundError: it isn't there for the actor: only admins of the root see it.
        StaleVersionError: somebody saved since.
        ValidationFailedError, ConflictError: as for `create_directory`.
    """
    directory = selectors.get_directory(directory_id, actor=actor)
    before = state_of(directory)
    if directory.version != version:
        raise StaleVersionError(details={"current": before})
    if "account_id" in changes:
        account = _account(changes.pop("account_id"), actor)
        if account.kind != directory.provider:
            raise ValidationFailedError(
                fields={
                    "account": [gettext("it is an account at another kind of provider")]
                }
            )
        directory.account = account
    _change(directory, changes)
    latest = now + timedelta(seconds=directory.interval_seconds)
    if directory.next_run_at or directory.account_id:
        directory.next_run_at = min(directory.next_run_at or latest, latest)
    directory.version += 1
    directory.modified_at = now
    directory.save()
    _record(directory, "updated", before=before, actor=actor, now=now)
    return directory


def check_options(
    account_id: UUID | str, options: Mapping[str, str], actor: Actor
) -> dict[str, str]:
    """Return the options of a provider in the form that is kept.

    Raises:
        ValidationFailedError: there is no such account, or an option is wrong.
    """
    return _clean_options(_provider(_account(account_id, actor).kind), options)


def connect_once(
    *, account_id: UUID | str, options: Mapping[str, str], now: datetime
) -> str:
    """Read the first page of a provider; return in words what came.

    Only tasks call this: it opens the account's secret.

    Raises:
        ProviderError: says what the provider said.
    """
    credential = open_secret(account_id, now=now)
    provider = _provider(credential.kind)
    asked = provider.with_defaults({**options, **credential.settings})
    asked |= credential.secrets
    if provider.fetch is not None:
        batch = next(provider.fetch(asked, limits=IMPATIENT, sleep=time.sleep), None)
    else:
        with open_client(provider, asked, limits=IMPATIENT) as client:
            batch = next(enumerate_all(provider, asked, client), None)
    found = len(batch.records) if batch else 0
    return f"{provider.name} answered: {found:,} entries on the first page"


def _account(account_id: UUID | str, actor: Actor) -> ServiceAccount:
    found = selectors.list_service_accounts(actor).filter(pk=account_id).first()
    if found is None:
        raise ValidationFailedError(
            fields={"account": [gettext("there is no such account")]}
        )
    _provider(found.kind)
    return found


def _provider(kind: str) -> Provider:
    if kind not in BY_CODE:
        raise ValidationFailedError(
            fields={
                "account": [gettext("people and groups are not read from this kind")]
            }
        )
    return BY_CODE[kind]


def _change(directory: Directory, changes: Mapping[str, Any]) -> None:
    problems: dict[str, list[str]] = {}
    for name, value in changes.items():
        if name == "name":
            directory.name = str(value).strip()
        elif name == "options":
            directory.options = _clean_options(_provider(directory.provider), value)
        elif name in SWITCHES:
            setattr(directory, name, bool(value))
        elif name in LIMITS:
            least, most = LIMITS[name]
            if not least <= int(value) <= most:
                problems[name] = [f"{least:,} to {most:,}"]
            setattr(directory, name, int(value))
        else:
            problems[name[:100]] = ["there is no such field"]
    if not 0 < len(directory.name) <= MAX_NAME or not directory.name.isprintable():
        problems["name"] = [f"1 to {MAX_NAME} characters"]
    if problems:
        raise ValidationFailedError(fields=problems)
    same = Directory.objects.filter(name__iexact=directory.name)
    if same.exclude(pk=directory.pk).exists():
        raise ConflictError(
            gettext("there is another `%(name)s`") % {"name": directory.name},
            fields={"name": [gettext("this name is taken")]},
        )


def _clean_options(provider: Provider, given: Mapping[str, str]) -> dict[str, str]:
    problems: dict[str, list[str]] = {}
    cleaned: dict[str, str] = {}
    shapes = {one.name: one for one in provider.options}
    for name in sorted(set(given) - shapes.keys())[:20]:
        problems[f"options.{name}"[:100]] = ["there is no such option"]
    for name, shape in shapes.items():
        text = str(given.get(name) or "").strip() or shape.default
        if not text and shape.is_required:
            problems[f"options.{name}"] = ["this is needed"]
        elif len(text) > MAX_OPTION or not text.isprintable():
            problems[f"options.{name}"] = [f"at most {MAX_OPTION} characters"]
        elif shape.choices and text not in dict(shape.choices):
            known = ", ".join(value for value, _ in shape.choices)
            problems[f"options.{name}"] = [f"one of {known}"]
        elif text and shape.check(text):
            problems[f"options.{name}"] = [shape.check(text)]
        elif text:
            cleaned[name] = text
    if problems:
        raise ValidationFailedError(fields=problems)
    return cleaned


def state_of(directory: Directory) -> dict[str, Any]:
    """Return what the audit log keeps of a directory."""
    names = ("name", "provider", "options", *SWITCHES, *LIMITS)
    state = {name: getattr(directory, name) for name in names}
    return state | {"account": str(directory.account) if directory.account else None}


def _record(
    directory: Directory,
    verb: str,
    *,
    before: dict[str, Any] | None,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        Change(
            action=f"directory.{verb}",
            target_type="directory",
            target_id=directory.pk,
            target_label=directory.name,
            namespace_id=get_root().id,
            before=before,
            after=state_of(directory),
        ),
        actor=actor,
        now=now,
    )

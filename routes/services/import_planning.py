"""Planning an import: the file is read, compared with what is there, and shown.

Reading needs no lock and happens outside; what is there is read under the writers'
lock. Nothing of the file is written here but the import itself.
"""

import base64
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext

from console.core import jobs
from console.core import secrets as envelopes
from console.core.actor import Actor
from console.core.exceptions import ConsoleError, TooLargeError
from console.core.transactions import writing
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from policies import selectors as policy_selectors
from routes import selectors
from routes.exceptions import ImportNotReadyError
from routes.imports import progress as board
from routes.imports.analysis import analyze
from routes.imports.draft import Draft
from routes.imports.existing import read_existing
from routes.imports.plan import WRITES, Action, Options, Plan, options_of
from routes.imports.reader import FILE, MEBIBYTE
from routes.imports.reconcile import reconcile
from routes.models import ImportRun, ImportStatus
from routes.services import rules
from routes.services.hosts import Use, claim_hosts
from routes.services.upstreams import Registry, owned_upstream
from routes.services.writing import uses_of
from routes.validation import parse_from
from routes.validation.ownership import hosts_of_upstreams

if TYPE_CHECKING:
    from namespaces.models import Namespace
    from routes.imports.findings import Place

# Files up to this size are read while the person waits; larger ones by a worker.
READ_AT_ONCE = 256 * 1024
MAX_REFUSED_HOSTS = 20
REVIEWABLE = frozenset(
    {ImportStatus.PLANNED, ImportStatus.REFUSED, ImportStatus.FAILED}
)


def preview_import(
    *,
    namespace_id: UUID | str,
    content: bytes,
    options: Options,
    actor: Actor,
) -> Plan:
    """Return what importing a file would do. Nothing is kept.

    Raises:
        NamespaceNotFoundError: the namespace isn't there, or not to be seen.
        PermissionDeniedError: the actor may not create routes and policies there.
    """
    check_may_import(namespace_id, actor=actor)
    draft = read_file(content, namespace_id)
    with writing(), _rolled_back():
        return make_plan(draft, namespace_id, options=options, actor=actor)


def begin_import(
    *,
    namespace_id: UUID | str,
    content: bytes,
    file_name: str,
    options: Options,
    actor: Actor,
    now: datetime,
    may_wait: bool = False,
) -> ImportRun:
    """Keep a file and plan its import; of a large file, let a worker do so.

    `may_wait` says that the caller takes the time to read a large one.

    Raises:
        TooLargeError: the file is over the limit.
        and as `preview_import` does.
    """
    namespace = check_may_import(namespace_id, actor=actor)
    if len(content) > FILE.max_bytes:
        raise TooLargeError(
            gettext(
                "the file has %(count)s MiB; at most %(max_bytes)s can be "
                "imported at once"
            )
            % {
                "count": f"{len(content) / MEBIBYTE:.1f}",
                "max_bytes": FILE.max_bytes // MEBIBYTE,
            }
        )
    run = ImportRun(
        id=uuid4(),
        namespace=namespace,
        file_name=_shown_name(file_name),
        source=pack(content),
        plan={"options": options.to_json()},
        status=ImportStatus.READING,
        started_by_id=actor.user_id or actor.service_account_id,
        started_by_machine=actor.service_account_id is not None,
        started_by=actor.label[:255],
        created_at=now,
        modified_at=now,
    )
    if len(content) > READ_AT_ONCE and not may_wait:
        with writing():
            run.save(force_insert=True)
            jobs.run_after_commit("routes.read_import", run_id=str(run.pk))
        return run
    draft = read_file(content, namespace.pk)
    with writing():
        run.save(force_insert=True)
        return _keep_plan(run, draft, actor=actor, now=now)


def read_import(run_id: UUID | str, *, now: datetime) -> ImportRun:
    """Plan an import whose file waits to be read. Done by a worker."""
    run = selectors.find_import(run_id)
    if run.status != ImportStatus.READING:
        return run
    report = board.reporter(run.pk)
    report("reading", 0, 0)
    draft = read_file(unpack(run), run.namespace_id, report=report)
    report("comparing", 0, 0)
    with writing():
        run.refresh_from_db()
        if run.status != ImportStatus.READING:
            return run
        return _keep_plan(run, draft, actor=actor_of(run), now=now)


def review_import(
    run_id: UUID | str, *, options: Options, actor: Actor, now: datetime
) -> ImportRun:
    """Plan an import anew: with other options, or because things have changed.

    Raises:
        NotFoundError: there is no such import, or the actor may not see it.
        ImportNotReadyError: it is under way or done, or its file is gone.
    """
    run = selectors.get_import(run_id, actor=actor)
    check_may_import(run.namespace_id, actor=actor)
    content = unpack(run)
    draft = read_file(content, run.namespace_id)
    with writing():
        run.refresh_from_db()
        if run.status not in REVIEWABLE:
            raise ImportNotReadyError
        run.plan = {"options": options.to_json()}
        return _keep_plan(run, draft, actor=actor, now=now)


def read_file(
    content: bytes, namespace_id: UUID | str, *, report: board.Report = board.unheard
) -> Draft:
    """Return what a file says; Rego in it is checked as it is when it is saved."""
    return analyze(
        content,
        allowlist=rules.allowlist(),
        report=report,
        check_rego=partial(policy_selectors.check_rego, namespace_id=namespace_id),
    )


def check_may_import(namespace_id: UUID | str, *, actor: Actor) -> "Namespace":
    """Refuse unless the actor may create routes and policies in a namespace.

    Raises:
        NamespaceNotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: they see it, but may not import into it.
    """
    access.check_can(actor, Permission.POLICY_CREATE, namespace_id)
    return access.check_can(actor, Permission.ROUTE_CREATE, namespace_id)


def make_plan(
    draft: Draft,
    namespace_id: UUID | str,
    *,
    options: Options,
    actor: Actor,
    is_final: bool = False,
) -> Plan:
    """Return the plan for a draft; called under the writers' lock.

    A final one is applied at once, which finds hosts that can't be had by itself.
    """
    actor = rules.afresh(actor)
    namespace = check_may_import(namespace_id, actor=actor)
    existing = read_existing(draft, namespace, actor=actor)
    plan = reconcile(draft, existing, options)
    if draft.findings.problems == 0 and not is_final:
        _check_hosts(plan, draft, actor=actor)
        _check_upstreams(plan, draft, actor=actor)
        _check_rego(plan, draft, actor=actor)
        plan.findings = draft.findings.in_order()
    return plan


def actor_of(run: ImportRun) -> Actor:
    """Return whoever started an import; their rights are read anew wherever used."""
    if run.started_by_id is None:
        return Actor(is_system=True, label=run.started_by)
    if run.started_by_machine:
        return Actor(
            service_account_id=run.started_by_id,
            label=run.started_by,
            on_behalf_of=namespace_selectors.name_owner_of(run.started_by_id),
        )
    return Actor(user_id=run.started_by_id, label=run.started_by)


def pack(content: bytes) -> str:
    """Return the envelope of a file."""
    return envelopes.seal(base64.b64encode(zlib.compress(content)).decode())


def unpack(run: ImportRun) -> bytes:
    """Return the file of an import.

    Raises:
        ImportNotReadyError: it has been dropped.
    """
    if not run.source:
        raise ImportNotReadyError(
            gettext("the file is no longer kept; upload it again")
        )
    return zlib.decompress(base64.b64decode(envelopes.unseal(run.source)))


def _keep_plan(
    run: ImportRun, draft: Draft, *, actor: Actor, now: datetime
) -> ImportRun:
    options = options_of(run.plan)
    plan = make_plan(draft, run.namespace_id, options=options, actor=actor)
    run.plan = plan.to_json()
    run.status = ImportStatus.PLANNED if plan.is_applicable else ImportStatus.REFUSED
    run.done, run.total, run.failure = 0, plan.writes, ""
    run.version += 1
    run.modified_at = now
    run.save()
    return run


def _shown_name(file_name: str) -> str:
    shown = "".join(char for char in file_name if char.isprintable())
    return shown.replace("\\", "/").rpartition("/")[2][:255]


def _check_hosts(plan: Plan, draft: Draft, *, actor: Actor) -> None:
    """Report hosts that the namespaces of new routes can't have."""
    places: dict[tuple[UUID, Use], Place] = {}
    for step in plan.routes:
        if step.action in WRITES:
            address = parse_from(step.settings["from"])
            for use in uses_of(step.settings, address):
                places.setdefault((step.namespace_id, use), step.place)
    for namespace_id in dict.fromkeys(place for place, _ in places):
        namespace = access.check_can(actor, Permission.ROUTE_CREATE, namespace_id)
        uses = [use for place, use in places if place == namespace_id]
        refused = _refused_hosts(uses, namespace, actor=actor)
        for use, error in refused[:MAX_REFUSED_HOSTS]:
            draft.findings.problem(
                error.code,
                error.message,
                places[namespace_id, use],
                remedy="remove the route, or import it where its host belongs",
            )


def _check_rego(plan: Plan, draft: Draft, *, actor: Actor) -> None:
    """Report policies in Rego where the actor may write none."""
    for step in plan.policies:
        if step.language == "ppl" or step.action not in WRITES:
            continue
        namespace = access.check_can(actor, Permission.POLICY_CREATE, step.namespace_id)
        if not access.can(actor, Permission.POLICY_EDIT_REGO, namespace):
            draft.findings.problem(
                "rego_needs_admin",
                f"policies in Rego are for admins of {namespace.name}",
                step.place,
                remedy="have an admin import the file",
            )


def _check_upstreams(plan: Plan, draft: Draft, *, actor: Actor) -> None:
    """Report upstreams that the namespaces of routes need somebody's consent for."""
    registry, places = Registry(), {}
    for step in plan.routes:
        if step.action not in WRITES or registry.is_empty:
            continue
        if step.action is Action.UPDATE and "to" not in step.changes:
            continue
        if step.namespace_id not in places:
            places[step.namespace_id] = access.check_can(
                actor, Permission.ROUTE_CREATE, step.namespace_id
            )
        place = places[step.namespace_id]
        for host, claim in registry.refused(hosts_of_upstreams(step.settings), place):
            error = owned_upstream(host, claim, actor=actor)
            draft.findings.problem(
                error.code,
                error.message,
                step.place,
                remedy="ask for consent, or remove the route",
            )


def _refused_hosts(
    hosts: Sequence[Use], namespace: "Namespace", *, actor: Actor
) -> list[tuple[Use, ConsoleError]]:
    """Return the hosts that can't be claimed, by halving; nothing stays claimed."""
    error = _try_to_claim(hosts, namespace, actor=actor)
    if error is None:
        return []
    if len(hosts) == 1:
        return [(hosts[0], error)]
    middle = len(hosts) // 2
    found = _refused_hosts(hosts[:middle], namespace, actor=actor)
    if len(found) < MAX_REFUSED_HOSTS:
        found += _refused_hosts(hosts[middle:], namespace, actor=actor)
    return found


def _try_to_claim(
    hosts: Sequence[Use], namespace: "Namespace", *, actor: Actor
) -> ConsoleError | None:
    with _rolled_back():
        try:
            claim_hosts(hosts, namespace, actor=actor, now=namespace.modified_at)
        except ConsoleError as error:
            return error
    return None


@contextmanager
def _rolled_back() -> Iterator[None]:
    """Take back whatever the body writes."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)

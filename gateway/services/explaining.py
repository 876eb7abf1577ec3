"""Explains a decision of the log: what each policy said, as it was in force then.

The request is the one of the log and the policies are those of its deployment; what is
known of the person is what is known now, and it is said whether that is the same. What
the log doesn't keep (headers, certificates, bodies, values of a query) is named.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from django.utils.translation import gettext

from console.core.actor import Actor
from gateway import selectors
from gateway.authorizer.programs import RouteEntry, RouteTable
from gateway.authorizer.recording import facts_digest
from gateway.exceptions import DamagedDeploymentError, NotExplainableError
from gateway.models import Decision
from gateway.selectors import DatabaseSource
from gateway.snapshot import PolicyDocument, SnapshotError
from gateway.stream import People, RecordSet
from namespaces import access
from namespaces.permissions import Permission
from policies import language
from policies import selectors as policy_selectors
from policies import services as policy_services
from policies.language import Facts, Need
from policies.language.facts import Request
from policies.selectors import Attempt
from policies.services import Trial

NOT_KEPT = {
    Need.HEADERS: "headers of the request",
    Need.CERTIFICATE: "the client's certificate",
    Need.MCP: "the body of the request",
}


WITHOUT_POLICIES = {
    "token-invalid": "it came with a token that doesn't count, so no policy was asked",
    "mcp-data-unavailable": "the request's body was not known, so no policy was asked",
    "path-ambiguous": "its path could be read in two ways, so no policy was asked",
    "not-ready": "there was nothing to decide by",
    "fault": "there was a fault, so it was refused",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision of the log, worked out again.

    Attributes:
        trial: the answer now, policy by policy.
        policies: as they were in force, by their ids.
        agrees: the answer is the one that was given.
        has_changed: what is known of the person has changed since; None when that
            can't be told, since nobody was known.
        not_kept: what the policies ask for and the log doesn't hold.
    """

    trial: Trial
    policies: dict[str, PolicyDocument]
    agrees: bool
    has_changed: bool | None
    not_kept: tuple[str, ...]


def explain_decision(decision_id: int, *, actor: Actor, now: datetime) -> Explained:
    """Work a decision of the log out again, by the policies of its deployment.

    Needs the right to try policies where the route lived.

    Raises:
        NotFoundError, PermissionDeniedError
        NotExplainableError: no policy was asked, or the deployment is gone.
    """
    row = selectors.get_decision(decision_id, actor=actor)
    if row.namespace_id is None or row.route_id is None:
        raise NotExplainableError(gettext("no route was asked, and so no policy"))
    access.check_can(actor, Permission.POLICY_TRY, row.namespace_id)
    entry = _entry_of(row)
    request = _request_of(row)
    facts = _facts_of(row, request, entry)
    answers = {
        one.id: policy_selectors.evaluate_rego(
            one.source, facts, namespace_id=row.namespace_id, now=now
        )
        for one in entry.foreign
    }
    explanation = language.explain(
        entry.compiled.program,
        facts,
        verdicts=policy_services.verdicts_of(answers),
    )
    attempt = Attempt(
        at=row.at,
        person_id=row.person_id,
        method=row.method,
        path=row.path,
        host=row.host,
        address=row.address,
    )
    trial = policy_services.trial_of(attempt, explanation, answers=answers)
    return Explained(
        trial=trial,
        policies=dict(entry.policies),
        agrees=trial.outcome == row.outcome,
        has_changed=_has_changed(row, facts),
        not_kept=_not_kept(entry, row),
    )


def _entry_of(row: Decision) -> RouteEntry:
    """Return the route as it was enforced.

    Raises:
        NotExplainableError
    """
    for reason, words in WITHOUT_POLICIES.items():
        if reason in row.reasons:
            raise NotExplainableError(words)
    route_id = str(row.route_id)
    try:
        snapshot = selectors.read_past(
            row.deployment, namespace_id=str(row.namespace_id), route_id=route_id
        )
    except (SnapshotError, DamagedDeploymentError) as error:
        raise NotExplainableError(str(error)) from error
    entry = RouteTable.build(snapshot).find(route_id)
    if entry is None:
        raise NotExplainableError(gettext("the route was not part of the deployment"))
    return entry


def _request_of(row: Decision) -> Request:
    raw_path = row.path.partition("?")[0]
    return Request(
        method=row.method,
        path=unquote(raw_path, errors="replace"),
        raw_path=raw_path,
        host=row.host,
        hostname=row.host.partition(":")[0],
        url=f"https://{row.host}{raw_path}",
        ip=row.address,
    )


def _facts_of(row: Decision, request: Request, entry: RouteEntry) -> Facts:
    """Return what is known now, put together as authorizers do."""
    source = DatabaseSource(lambda *_: None)
    people = People(directories={one.id: one for one in source.directories()})
    if entry.foreign or Need.RECORDS in entry.compiled.program.needs:
        people.records = {
            one.record_type: RecordSet.read(one, source.records(one.id))
            for one in source.record_sources()
        }
    if row.account_id is not None:
        for account in source.accounts([str(row.account_id)]):
            return people.account_facts(account, now=row.at, request=request)
    person_id = "" if row.person_id is None else str(row.person_id)
    if person_id:
        people.people = {one.id: one for one in source.people([person_id])}
        devices = tuple(one for _, one in source.devices([person_id]))
        people.devices = {person_id: devices}
    return people.facts(
        now=row.at,
        request=request,
        person_id=person_id or None,
        session_id=row.session_id,
        device_ids=frozenset(row.device_ids),
    )


def _has_changed(row: Decision, facts: Facts) -> bool | None:
    if row.person_id is None and row.account_id is None:
        return None
    return facts_digest(facts) != row.facts


def _not_kept(entry: RouteEntry, row: Decision) -> tuple[str, ...]:
    needs = entry.compiled.program.needs
    found = [words for need, words in NOT_KEPT.items() if need in needs]
    if entry.foreign:
        found = [*NOT_KEPT.values()]
        if "?" in row.path:
            found.append("the values in the query")
    return tuple(found)

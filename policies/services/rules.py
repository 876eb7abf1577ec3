"""What every write of a policy checks, and how it is recorded.

Called under the writers' lock; rights are read anew, so what is found here still
holds at the commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext, ngettext

from console.core import audit, outbox
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import PermissionDeniedError, StaleVersionError
from console.core.models import AuditEvent
from namespaces import access
from namespaces.permissions import Permission
from policies import language, selectors, validation
from policies.exceptions import (
    EnforcedPolicyError,
    OpenToAnyoneError,
    PolicyNameTakenError,
    PolicyTextError,
)
from policies.language import PolicyLanguageError
from policies.models import Policy, PolicyLanguage, PolicyVersion
from policies.rego.evaluation import key_of
from policies.translating import translated

if TYPE_CHECKING:
    from namespaces.models import Namespace

WRITTEN = ("name", "description", "language", "source", "explanation", "remediation")
NOTES = ("description", "explanation", "remediation")
BATCH = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """What the language says of a text that may be saved."""

    meaning: str
    allows_anonymous: bool


def afresh(actor: Actor) -> Actor:
    """Return the actor without what was read of their rights before the lock."""
    return replace(actor, cache={})


def load(
    policy_id: UUID | str, permission: Permission, *, actor: Actor
) -> tuple[Policy, Actor]:
    """Return a policy that the actor may change, and the actor with fresh rights.

    Raises:
        PolicyNotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: they see it, but may not do this where it lives.
    """
    actor = afresh(actor)
    policy = selectors.get_policy(policy_id, actor=actor)
    if not access.can(actor, permission, policy.namespace):
        raise PermissionDeniedError(
            gettext(
                "this policy lives in %(name)s; `%(value)s` needs another role there"
            )
            % {"name": policy.namespace.name, "value": permission.value}
        )
    return policy, actor


def check_version(policy: Policy, version: int) -> None:
    """Refuse when somebody else saved since the caller looked.

    Raises:
        StaleVersionError: `details` has the current number, its author and time, and
            the diff from the version that the caller saw.
    """
    if policy.version == version:
        return
    newest = policy.versions.get(number=policy.version)
    # The number is the caller's word; what it said elsewhere may be none of theirs.
    here = policy.versions.filter(lived_in=policy.namespace_id)
    seen = here.filter(number=version).first()
    raise StaleVersionError(
        gettext("%(saved_by)s saved version %(number)s in the meantime")
        % {"saved_by": newest.saved_by, "number": newest.number},
        details={
            "current_version": newest.number,
            "saved_by": newest.saved_by,
            "saved_at": newest.saved_at.isoformat(),
            "changed": changed_fields(seen, newest),
            "diff": selectors.diff_texts(seen.source if seen else "", newest.source),
        },
    )


def changed_fields(before: PolicyVersion | None, after: PolicyVersion) -> list[str]:
    """Return the names of what differs between two versions."""
    if before is None:
        return list(WRITTEN)
    return [name for name in WRITTEN if getattr(before, name) != getattr(after, name)]


def cleaned(values: Mapping[str, str]) -> dict[str, str]:
    """Return what was given in the form in which it is stored.

    Raises:
        ValidationFailedError: a name or a note can't be used.
    """
    clean = dict(values)
    if "name" in clean:
        clean["name"] = validation.clean_name(clean["name"])
    for field in NOTES:
        if field in clean:
            clean[field] = validation.clean_note(field, clean[field])
    if "source" in clean:
        clean["source"] = validation.clean_source(clean["source"])
    return clean


def check_language(code: str, namespace: "Namespace", *, actor: Actor) -> None:
    """Refuse Rego to whoever may not write it.

    Raises:
        PermissionDeniedError: Rego is for admins of the namespace.
    """
    if code != PolicyLanguage.PPL:
        access.check_can(actor, Permission.POLICY_EDIT_REGO, namespace.pk)


def read_text(
    source: str, *, code: str = PolicyLanguage.PPL, namespace_id: Any = None
) -> Reading:
    """Return what a text means, if it may be saved. `code` is its language.

    Nothing can be proven of Rego: whatever defines `allow` could let in anybody.

    Raises:
        PolicyTextError: it may not; `details["problems"]` says why, with positions.
    """
    if code == PolicyLanguage.REGO:
        return _read_rego(source, namespace_id)
    try:
        document = language.parse(source, saving=True)
    except PolicyLanguageError as error:
        raise text_error(error, source) from error
    return Reading(
        meaning=language.meaning_key(document),
        allows_anonymous=language.could_allow_anonymous(document),
    )


def _read_rego(source: str, namespace_id: Any) -> Reading:
    found = selectors.check_rego(source, namespace_id=namespace_id)
    if found.has_errors:
        raise text_error(PolicyLanguageError(found.problems), source)
    return Reading(meaning=key_of(source), allows_anonymous="allow" in found.kinds)


def text_error(error: PolicyLanguageError, source: str) -> PolicyTextError:
    """Return the domain's error for a text that the language refuses."""
    count = len(error.problems)
    return PolicyTextError(
        ngettext(
            "the text has %(count)s problem", "the text has %(count)s problems", count
        )
        % {"count": count},
        fields={"source": [str(translated(problem)) for problem in error.problems]},
        details={
            "problems": [
                selectors.problem_as_json(problem, source) for problem in error.problems
            ]
        },
    )


def check_openness(
    *, allows_anonymous: bool, namespace: "Namespace", actor: Actor
) -> None:
    """Refuse what could let in anybody, unless an admin wants it (decision 4).

    Raises:
        OpenToAnyoneError: the actor is no admin of the namespace.
    """
    if allows_anonymous and not access.can(
        actor, Permission.ROUTE_OPEN_TO_ANYONE, namespace
    ):
        raise OpenToAnyoneError


def check_enforcers(policy: Policy, *, actor: Actor) -> None:
    """Refuse unless the actor is an admin wherever the policy is enforced.

    Raises:
        EnforcedPolicyError: somewhere they are not.
    """
    for attachment in selectors.list_enforced(policy):
        if not access.can(actor, Permission.POLICY_ENFORCE, attachment.namespace):
            raise EnforcedPolicyError


def check_name_is_free(
    name: str, namespace: "Namespace", *, besides: Policy | None = None
) -> None:
    """Refuse a name that another policy of the namespace has, in whatever case.

    Raises:
        PolicyNameTakenError: there is such a policy.
    """
    taken = Policy.objects.filter(namespace=namespace, name__iexact=name)
    if besides is not None:
        taken = taken.exclude(pk=besides.pk)
    if taken.exists():
        raise name_taken(name, namespace)


def name_taken(name: str, namespace: "Namespace") -> PolicyNameTakenError:
    """Return the error for a name that is in use."""
    return PolicyNameTakenError(
        gettext("%(owner)s already has a policy `%(name)s`")
        % {"owner": namespace.name, "name": name},
        fields={"name": [gettext("this name is taken here")]},
    )


def state_of(policy: Policy) -> dict[str, Any]:
    """Return a policy as the audit log keeps it."""
    return {
        **{name: getattr(policy, name) for name in WRITTEN},
        "namespace_id": policy.namespace_id,
        "allows_anonymous": policy.allows_anonymous,
        "version": policy.version,
    }


def add_version(policy: Policy, *, actor: Actor, now: datetime, reason: str) -> None:
    """Keep what the policy says now as its newest version."""
    version_of(policy, actor=actor, now=now, reason=reason).save(force_insert=True)


def version_of(
    policy: Policy, *, actor: Actor, now: datetime, reason: str
) -> PolicyVersion:
    """Return the version row of what a policy says now, not saved yet."""
    return PolicyVersion(
        policy=policy,
        number=policy.version,
        lived_in=policy.namespace_id,
        saved_at=now,
        saved_by=actor.label[:255],
        reason=reason,
        **{name: getattr(policy, name) for name in WRITTEN},
    )


def change(
    verb: str,
    policy: Policy,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    namespace_id: UUID | None = None,
) -> Change:
    """Return the audit log's word for what happened to a policy."""
    return Change(
        action=f"policy.{verb}",
        target_type="policy",
        target_id=policy.pk,
        target_label=policy.name,
        namespace_id=namespace_id or policy.namespace_id,
        before=before,
        after=after,
    )


def record(
    changes: Iterable[Change] | Sequence[Change],
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> list[AuditEvent]:
    """Write the audit events of changes, and tell enforcement of each."""
    reason = validation.clean_note("reason", reason, limit=validation.MAX_REASON_LENGTH)
    events = audit.record_all(list(changes), actor=actor, now=now, reason=reason)
    outbox.enqueue_all("policies", events, now=now)
    return events


def write(
    policy: Policy,
    verb: str,
    before: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> Policy:
    """Save a policy as its next version, and record what changed."""
    reason = validation.clean_note("reason", reason, limit=validation.MAX_REASON_LENGTH)
    policy.version += 1
    policy.modified_at = now
    policy.save()
    add_version(policy, actor=actor, now=now, reason=reason)
    one = change(verb, policy, before=before, after=state_of(policy))
    record([one], actor=actor, now=now, reason=reason)
    return policy

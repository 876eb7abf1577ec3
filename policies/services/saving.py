"""Creating, changing and reverting policies. Each save is a new version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.transactions import writing
from namespaces import access
from namespaces.permissions import Permission
from policies import selectors, validation
from policies.models import Policy, PolicyVersion
from policies.services import examples, rules, signals

if TYPE_CHECKING:
    from namespaces.models import Namespace


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """A policy that is to be created."""

    name: str
    source: str
    language: str = "ppl"
    description: str = ""
    explanation: str = ""
    remediation: str = ""


@writing()
def create_policy(
    *,
    namespace_id: UUID | str,
    name: str,
    source: str,
    actor: Actor,
    now: datetime,
    language: str = "ppl",
    description: str = "",
    explanation: str = "",
    remediation: str = "",
    reason: str = "",
) -> Policy:
    """Create a policy, with its version 1.

    Raises:
        ValidationFailedError: a name or a note can't be used.
        PolicyTextError: the text has problems; `details` lists them.
        PolicyNameTakenError: the namespace has a policy of that name.
        OpenToAnyoneError: it could let in anybody, and the actor is no admin.
        PermissionDeniedError: it is Rego, and the actor is no admin.
    """
    draft = PolicyDraft(
        name=name,
        source=source,
        language=language,
        description=description,
        explanation=explanation,
        remediation=remediation,
    )
    return create_policies(
        [draft], namespace_id=namespace_id, actor=actor, now=now, reason=reason
    )[0]


@writing()
def create_policies(
    drafts: Sequence[PolicyDraft],
    *,
    namespace_id: UUID | str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> list[Policy]:
    """Create several policies of one namespace, all or none.

    Raises as `create_policy` does, for the first draft that can't be created.
    """
    namespace = access.check_can(actor, Permission.POLICY_CREATE, namespace_id)
    actor = rules.afresh(actor)
    reason = validation.clean_note("reason", reason, limit=validation.MAX_REASON_LENGTH)
    policies = [_drafted(draft, namespace, actor=actor, now=now) for draft in drafts]
    _check_names_are_free(policies, namespace)
    Policy.objects.bulk_create(policies, batch_size=rules.BATCH)
    PolicyVersion.objects.bulk_create(
        [
            rules.version_of(policy, actor=actor, now=now, reason=reason)
            for policy in policies
        ],
        batch_size=rules.BATCH,
    )
    rules.record(
        (
            rules.change("created", policy, after=rules.state_of(policy))
            for policy in policies
        ),
        actor=actor,
        now=now,
        reason=reason,
    )
    return policies


def _drafted(
    draft: PolicyDraft, namespace: "Namespace", *, actor: Actor, now: datetime
) -> Policy:
    rules.check_language(draft.language, namespace, actor=actor)
    values = rules.cleaned({name: getattr(draft, name) for name in rules.WRITTEN})
    reading = rules.read_text(
        values["source"], code=draft.language, namespace_id=namespace.pk
    )
    rules.check_openness(
        allows_anonymous=reading.allows_anonymous, namespace=namespace, actor=actor
    )
    return Policy(
        id=uuid4(),
        namespace=namespace,
        meaning=reading.meaning,
        allows_anonymous=reading.allows_anonymous,
        created_at=now,
        modified_at=now,
        **values,
    )


def _check_names_are_free(policies: Sequence[Policy], namespace: "Namespace") -> None:
    if len(policies) == 1:
        rules.check_name_is_free(policies[0].name, namespace)
        return
    rows = Policy.objects.filter(namespace=namespace).values_list("name", flat=True)
    taken = {name.lower() for name in rows}
    for policy in policies:
        if policy.name.lower() in taken:
            raise rules.name_taken(policy.name, namespace)
        taken.add(policy.name.lower())


@writing()
def update_policy(
    policy_id: UUID | str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
    name: str | None = None,
    source: str | None = None,
    language: str | None = None,
    description: str | None = None,
    explanation: str | None = None,
    remediation: str | None = None,
) -> Policy:
    """Change a policy; what is None stays. A save that changes nothing writes nothing.

    Raises:
        StaleVersionError: somebody else saved first; `details` has their diff.
        EnforcedPolicyError: it is enforced where the actor is no admin.
        and as `create_policy` does, and what receivers of `signals.reworded` refuse.
    """
    policy, actor = rules.load(policy_id, Permission.POLICY_EDIT, actor=actor)
    rules.check_version(policy, version)
    given = {
        "name": name,
        "source": source,
        "language": language,
        "description": description,
        "explanation": explanation,
        "remediation": remediation,
    }
    values = {key: value for key, value in given.items() if value is not None}
    return _save(policy, values, actor=actor, now=now, reason=reason)


@writing()
def revert_policy(
    policy_id: UUID | str,
    *,
    to_version: int,
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Policy:
    """Let a policy say again what an earlier version said. That is a new version.

    Raises:
        PolicyVersionNotFoundError: there is no such version.
        and as `update_policy` does.
    """
    policy, actor = rules.load(policy_id, Permission.POLICY_EDIT, actor=actor)
    rules.check_version(policy, version)
    earlier = selectors.get_version(policy, to_version, actor=actor)
    values = {name: getattr(earlier, name) for name in rules.WRITTEN}
    return _save(
        policy,
        values,
        actor=actor,
        now=now,
        reason=reason or f"back to version {to_version}",
        verb="reverted",
    )


@writing()
def confirm_policy(
    policy_id: UUID | str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Policy:
    """Keep a policy as it is, as a new version that says so.

    Somebody has looked at what its groups are called now: it is not flagged for what
    was renamed before.

    Raises:
        StaleVersionError: somebody else saved first.
    """
    policy, actor = rules.load(policy_id, Permission.POLICY_EDIT, actor=actor)
    rules.check_version(policy, version)
    before = rules.state_of(policy)
    reason = reason or gettext("confirmed as it is")
    return rules.write(policy, "confirmed", before, actor=actor, now=now, reason=reason)


def _save(
    policy: Policy,
    values: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    verb: str = "updated",
) -> Policy:
    """Write what differs. Whoever changes an enforced policy is admin there."""
    rules.check_enforcers(policy, actor=actor)
    values = rules.cleaned(values)
    changed = {
        name: value for name, value in values.items() if value != getattr(policy, name)
    }
    if not changed:
        return policy
    before = rules.state_of(policy)
    rules.check_language(
        changed.get("language", policy.language), policy.namespace, actor=actor
    )
    if "name" in changed:
        rules.check_name_is_free(changed["name"], policy.namespace, besides=policy)
    denied = selectors.has_deny_rules(policy)
    means = policy.meaning
    if {"source", "language"} & set(changed):
        reading = rules.read_text(
            changed.get("source", policy.source),
            code=changed.get("language", policy.language),
            namespace_id=policy.namespace_id,
        )
        policy.meaning = reading.meaning
        policy.allows_anonymous = reading.allows_anonymous
    rules.check_openness(
        allows_anonymous=policy.allows_anonymous,
        namespace=policy.namespace,
        actor=actor,
    )
    for name, value in changed.items():
        setattr(policy, name, value)
    rules.write(policy, verb, before, actor=actor, now=now, reason=reason)
    if {"source", "language"} & set(changed):
        examples.check_saved(policy, actor=actor, now=now)
    if denied and (policy.meaning != means or "language" in changed):
        signals.reworded.send(Policy, policy=policy, actor=actor)
    return policy

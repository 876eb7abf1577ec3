"""Deleting policies, and taking a deletion back with everything that was known."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext

from console.core import tombstones
from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from console.core.transactions import writing
from namespaces import access
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.permissions import Permission
from policies import selectors
from policies.exceptions import PolicyInUseError, PolicyNotFoundError
from policies.models import Policy, PolicyExample, PolicyVersion
from policies.services import rules

M = TypeVar("M", bound=Model)


@writing()
def delete_policy(
    policy_id: UUID | str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Delete a policy that is attached nowhere; `restore_policy` takes it back.

    Raises:
        StaleVersionError: somebody saved it since the caller looked.
        PolicyInUseError: it is attached; `details` says where, as far as the actor
            may see, and how much more there is.
    """
    delete_policies({policy_id: version}, actor=actor, now=now, reason=reason)


@writing()
def delete_policies(
    versions: Mapping[UUID | str, int],
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> int:
    """Delete several policies, all or none, each in the version that was seen.

    Returns how many. Raises as `delete_policy` does, for the first that can't be.
    """
    doomed = []
    for policy_id, version in versions.items():
        policy, fresh = rules.load(policy_id, Permission.POLICY_DELETE, actor=actor)
        rules.check_version(policy, version)
        _check_is_free(policy, actor=fresh)
        doomed.append(policy)
    events = rules.record(
        [
            rules.change("deleted", policy, before=rules.state_of(policy))
            for policy in doomed
        ],
        actor=actor,
        now=now,
        reason=reason,
    )
    snapshots = [_snapshot(policy) for policy in doomed]
    tombstones.bury_all(zip(snapshots, events, strict=True))
    Policy.objects.filter(pk__in=[policy.pk for policy in doomed]).delete()
    return len(doomed)


def _check_is_free(policy: Policy, *, actor: Actor) -> None:
    usage = selectors.get_usage(policy, actor=actor)
    if not usage.is_empty:
        raise PolicyInUseError(
            gettext("`%(name)s` is still attached to %(in_words)s; detach it first")
            % {"name": policy.name, "in_words": usage.in_words()},
            details=usage.as_json(),
        )


def _snapshot(policy: Policy) -> dict[str, Any]:
    return {
        "policy": _row(policy),
        "versions": [_row(version) for version in policy.versions.order_by("number")],
        "examples": [_row(example) for example in policy.examples.all()],
    }


def _row(instance: Policy | PolicyExample | PolicyVersion) -> dict[str, Any]:
    return {
        field.attname: getattr(instance, field.attname)
        for field in instance._meta.concrete_fields  # noqa: SLF001 - Django's API
    }


@writing()
def restore_policies(
    policy_ids: Iterable[UUID | str], *, actor: Actor, now: datetime, reason: str = ""
) -> list[Policy]:
    """Take back several deletions, all or none. Raises as `restore_policy` does."""
    return [
        restore_policy(one, actor=actor, now=now, reason=reason) for one in policy_ids
    ]


@writing()
def restore_policy(
    policy_id: UUID | str, *, actor: Actor, now: datetime, reason: str = ""
) -> Policy:
    """Take back a deletion: the same id, the same versions.

    Whoever may create policies in the namespace may restore them there.

    Raises:
        PolicyNotFoundError: no such policy was deleted, or the actor may not see it.
        PolicyNameTakenError: another policy has its name by now.
        OpenToAnyoneError: it could let in anybody, and the actor is no admin.
    """
    try:
        tombstone = tombstones.unearth("policy", policy_id)
        namespace = access.check_can(
            actor, Permission.POLICY_CREATE, tombstone.namespace_id or UUID(int=0)
        )
    except (NotFoundError, NamespaceNotFoundError) as error:
        raise PolicyNotFoundError from error
    policy = _from_row(Policy, tombstone.snapshot["policy"])
    rules.check_language(policy.language, namespace, actor=actor)
    rules.check_openness(
        allows_anonymous=policy.allows_anonymous,
        namespace=namespace,
        actor=rules.afresh(actor),
    )
    rules.check_name_is_free(policy.name, namespace)
    policy.save(force_insert=True)
    PolicyVersion.objects.bulk_create(
        _from_row(PolicyVersion, row) for row in tombstone.snapshot["versions"]
    )
    PolicyExample.objects.bulk_create(
        _from_row(PolicyExample, row) for row in tombstone.snapshot.get("examples", [])
    )
    change = rules.change("restored", policy, after=rules.state_of(policy))
    rules.record([change], actor=actor, now=now, reason=reason)
    return policy


def _from_row(model: type[M], row: Mapping[str, Any]) -> M:
    fields = model._meta.concrete_fields  # noqa: SLF001 - Django's API
    return model(
        **{
            one.attname: one.to_python(row[one.attname])
            for one in fields
            if one.attname in row  # columns may be younger than the snapshot
        }
    )

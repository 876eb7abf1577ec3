"""Examples: requests kept with a policy, each with the answer that it should get.

They name people, so they are shown where the policy lives and not below it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from console.core.actor import Actor
from directory import selectors as directory_selectors
from namespaces import access
from namespaces.permissions import Permission
from policies.exceptions import ExampleNotFoundError
from policies.models import Policy, PolicyExample
from policies.selectors.facts import Attempt

if TYPE_CHECKING:
    from directory.models import User

FAILS = ~Q(outcome=F("expected"))


def list_examples(policy: Policy, *, actor: Actor) -> QuerySet[PolicyExample]:
    """Return the examples of a policy in their order, none to those from below."""
    if not access.can(actor, Permission.POLICY_VIEW, policy.namespace):
        return PolicyExample.objects.none()
    return PolicyExample.objects.filter(policy=policy).order_by("created_at", "id")


def get_example(policy: Policy, example_id: UUID, *, actor: Actor) -> PolicyExample:
    """Return one of them.

    Raises:
        ExampleNotFoundError: it isn't there, or the actor may not see it.
    """
    example = list_examples(policy, actor=actor).filter(pk=example_id).first()
    if example is None:
        raise ExampleNotFoundError
    return example


def attempt_of(example: PolicyExample, *, now: datetime) -> Attempt:
    """Return the request of an example; what has no time of its own is made now."""
    return Attempt(
        at=example.at or now,
        person_id=example.person_id,
        device_id=example.device_id,
        method=example.method,
        path=example.path,
        address=example.address,
        is_preflight=example.is_preflight,
    )


def name_people_in(
    examples: Iterable[PolicyExample], *, actor: Actor
) -> "dict[UUID, User]":
    """Return the people whom examples are about, as far as the actor sees people."""
    wanted = {one.person_id for one in examples if one.person_id}
    if not wanted:
        return {}
    return directory_selectors.list_people(actor).in_bulk(list(wanted))


def with_failing(policies: QuerySet[Policy]) -> QuerySet[Any]:
    """Annotate `failing_count`: examples that failed when last tried."""
    rows = PolicyExample.objects.filter(FAILS, policy=OuterRef("pk")).order_by()
    counted = rows.values("policy").annotate(n=Count("pk")).values("n")
    return policies.annotate(failing_count=Coalesce(Subquery(counted), 0))


def count_failing_of(policy: Any, *, actor: Actor) -> int:
    """Return that count of a row, but none of a policy from above."""
    seen = access.can(actor, Permission.POLICY_VIEW, policy.namespace)
    return int(policy.failing_count) if seen else 0


def count_failing(policies: Iterable[Policy], *, actor: Actor) -> dict[UUID, int]:
    """Return how many examples of policies failed when last tried; others miss.

    Those of policies from above are left out, as the examples are.
    """
    shown = [
        one.pk
        for one in policies
        if access.can(actor, Permission.POLICY_VIEW, one.namespace)
    ]
    rows = PolicyExample.objects.filter(FAILS, policy__in=shown).order_by()
    return dict(rows.values_list("policy").annotate(count=Count("pk")))

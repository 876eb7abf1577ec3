"""Writing what a plan says through the services of policies and routes."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from console.core.actor import Actor
from policies import services as policy_services
from policies.services import PolicyDraft
from routes.imports.plan import Action, Plan, PolicyStep, RouteStep
from routes.services.changing import update_route
from routes.services.saving import RouteDraft, create_routes

PART = 500
Count = Callable[[int], None]
T = TypeVar("T", PolicyStep, RouteStep)


def write_plan(
    plan: Plan, *, actor: Actor, now: datetime, reason: str, count: Count
) -> None:
    """Create and change everything that a plan says; `count` hears how many so far.

    The steps learn the ids of what was created.

    Raises what the services raise; the caller's transaction is then rolled back.
    """
    _Writer(plan, actor=actor, now=now, reason=reason, count=count).write()


class _Writer:
    def __init__(
        self, plan: Plan, *, actor: Actor, now: datetime, reason: str, count: Count
    ) -> None:
        self._plan = plan
        self._actor = actor
        self._now = now
        self._reason = reason
        self._count = count
        self._done = 0
        self._ids = {
            position: step.policy_id
            for position, step in enumerate(plan.policies)
            if step.policy_id is not None
        }

    def write(self) -> None:
        self._create_policies()
        self._update_policies()
        self._create_routes()
        self._update_routes()

    def _create_policies(self) -> None:
        position_of = {id(step): n for n, step in enumerate(self._plan.policies)}
        for namespace_id, part in _parts(self._plan.policies):
            drafts = [
                PolicyDraft(
                    name=step.name,
                    source=step.source,
                    language=step.language,
                    description=step.description,
                    explanation=step.explanation,
                    remediation=step.remediation,
                )
                for step in part
            ]
            created = policy_services.create_policies(
                drafts,
                namespace_id=namespace_id,
                actor=self._actor,
                now=self._now,
                reason=self._reason,
            )
            for step, policy in zip(part, created, strict=True):
                self._ids[position_of[id(step)]] = step.policy_id = policy.pk
            self._advance(len(part))

    def _update_policies(self) -> None:
        for step in self._plan.policies:
            if step.action is not Action.UPDATE or step.policy_id is None:
                continue
            policy_services.update_policy(
                step.policy_id,
                version=step.version,
                name=step.name,
                source=step.source,
                language=step.language,
                description=step.description,
                explanation=step.explanation,
                remediation=step.remediation,
                actor=self._actor,
                now=self._now,
                reason=self._reason,
            )
            self._advance(1)

    def _create_routes(self) -> None:
        for namespace_id, part in _parts(self._plan.routes):
            drafts = [
                RouteDraft(
                    name=step.name,
                    settings=step.settings,
                    policy_ids=self._policy_ids(step),
                    inherits_policies=step.inherits is not False,
                )
                for step in part
            ]
            created = create_routes(
                drafts,
                namespace_id=namespace_id,
                actor=self._actor,
                now=self._now,
                reason=self._reason,
            )
            for step, route in zip(part, created, strict=True):
                step.route_id = route.pk
            self._advance(len(part))

    def _update_routes(self) -> None:
        for step in self._plan.routes:
            if step.action is not Action.UPDATE or step.route_id is None:
                continue
            update_route(
                step.route_id,
                version=step.version,
                name=step.name,
                settings=step.settings,
                policy_ids=self._policy_ids(step),
                inherits_policies=step.inherits,
                actor=self._actor,
                now=self._now,
                reason=self._reason,
            )
            self._advance(1)

    def _policy_ids(self, step: RouteStep) -> list[UUID]:
        return [self._ids[position] for position in step.policies]

    def _advance(self, by: int) -> None:
        self._done += by
        self._count(self._done)


def _parts(steps: Sequence[T]) -> Iterator[tuple[UUID, list[T]]]:
    """Yield what is to be created by namespace, so many at a time."""
    by_namespace: dict[UUID, list[T]] = {}
    for step in steps:
        if step.action is Action.CREATE:
            by_namespace.setdefault(step.namespace_id, []).append(step)
    for namespace_id, fresh in by_namespace.items():
        for start in range(0, len(fresh), PART):
            yield namespace_id, fresh[start : start + PART]

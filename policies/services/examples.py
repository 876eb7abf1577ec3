"""Examples of policies: keeping them, and trying them.

They decide about nothing, so enforcement isn't told of them. Their last answers are
kept with them for lists; that they changed is no event, for nobody did it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext

from console.core import audit
from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from console.core.transactions import writing
from namespaces.permissions import Permission
from policies import selectors, validation
from policies.exceptions import ExampleNameTakenError, TooManyExamplesError
from policies.models import ExpectedAnswer, Policy, PolicyExample
from policies.selectors import Attempt
from policies.services import rules
from policies.services.trial import Trial
from policies.services.trying import Draft, open_draft, saved_draft, try_draft

MAX_EXAMPLES = 50
ASKED = ("person_id", "device_id", "method", "path", "address", "is_preflight")


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """The answer that an example gets now.

    `trial` is None when it can't be answered; `error` says why.
    """

    example: PolicyExample
    trial: Trial | None
    error: str = ""

    @property
    def outcome(self) -> str:
        """Return the answer, empty when there is none."""
        return self.trial.outcome if self.trial else ""

    @property
    def is_met(self) -> bool:
        """It is the answer that is expected."""
        return self.outcome == self.example.expected


@dataclass(frozen=True, slots=True)
class Coverage:
    """The lines of a text in Rego that some request runs, and those that none does."""

    covered: tuple[int, ...]
    missed: tuple[int, ...]

    @property
    def lines(self) -> int:
        """How many lines there are that can run."""
        return len(self.covered) + len(self.missed)


def coverage_of(results: Sequence[ExampleResult]) -> Coverage | None:
    """Return which lines examples run together, None unless they are of Rego."""
    tried = [
        part.rego
        for result in results
        for part in (result.trial.policies if result.trial else ())
        if part.rego is not None
    ]
    if not tried:
        return None
    covered = {line for one in tried for line in one.covered}
    missed = {line for one in tried for line in one.not_covered} - covered
    return Coverage(tuple(sorted(covered)), tuple(sorted(missed)))


@writing()
def add_example(
    policy_id: UUID | str,
    attempt: Attempt,
    *,
    name: str,
    expected: str,
    actor: Actor,
    now: datetime,
    is_now: bool = False,
) -> ExampleResult:
    """Keep a request with a policy, and the answer that it should get.

    With `is_now` it is made whenever it is tried, else at the attempt's time.

    Raises:
        PolicyNotFoundError, PermissionDeniedError
        ValidationFailedError: the name or the answer can't be used, or the person or
            the device isn't there.
        ExampleNameTakenError: the policy has an example of that name.
        TooManyExamplesError: it has as many as it may have.
    """
    policy, actor = rules.load(policy_id, Permission.POLICY_EDIT, actor=actor)
    name = validation.clean_name(name)
    if expected not in ExpectedAnswer.values:
        raise ValidationFailedError(
            fields={
                "expected": [
                    gettext("one of %(values)s")
                    % {"values": ", ".join(ExpectedAnswer.values)}
                ]
            }
        )
    if policy.examples.count() >= MAX_EXAMPLES:
        raise TooManyExamplesError(
            gettext("a policy has at most %(max_examples)s examples")
            % {"max_examples": MAX_EXAMPLES}
        )
    if policy.examples.filter(name__iexact=name).exists():
        raise ExampleNameTakenError(
            gettext("`%(owner)s` already has an example `%(name)s`")
            % {"owner": policy.name, "name": name},
            fields={"name": [gettext("this name is taken")]},
        )
    trial = try_draft(saved_draft(policy), attempt, actor=actor, now=now)
    example = PolicyExample(
        id=uuid4(),
        policy=policy,
        name=name,
        at=None if is_now else attempt.at,
        expected=expected,
        outcome=trial.outcome,
        answered_at=now,
        created_by=actor.label[:255],
        created_at=now,
        modified_at=now,
        **{name: getattr(attempt, name) for name in ASKED},
    )
    example.save(force_insert=True)
    _record("example_added", example, actor=actor, now=now)
    return ExampleResult(example, trial)


@writing()
def remove_example(
    policy_id: UUID | str, example_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """Forget an example.

    Raises:
        PolicyNotFoundError, ExampleNotFoundError, PermissionDeniedError
    """
    policy, actor = rules.load(policy_id, Permission.POLICY_EDIT, actor=actor)
    example = selectors.get_example(policy, example_id, actor=actor)
    _record("example_removed", example, actor=actor, now=now)
    example.delete()


def run_examples(
    policy_id: UUID | str,
    *,
    actor: Actor,
    now: datetime,
    source: str | None = None,
) -> list[ExampleResult]:
    """Try the examples of a policy on its text, or on a draft in its place.

    The answers of the saved text are kept, for lists.

    Raises:
        PolicyNotFoundError, PermissionDeniedError
        PolicyTextError: the draft has problems.
    """
    draft = open_draft(actor=actor, policy_id=policy_id, source=source)
    results = try_examples(draft, actor=actor, now=now)
    if draft.is_saved:
        keep_answers(results, now=now)
    return results


def try_examples(draft: Draft, *, actor: Actor, now: datetime) -> list[ExampleResult]:
    """Try the examples of the policy that a draft is of. Writes nothing."""
    if draft.policy is None:
        return []
    examples = selectors.list_examples(draft.policy, actor=actor)
    return [_tried(one, draft, actor=actor, now=now) for one in examples]


def _tried(
    example: PolicyExample, draft: Draft, *, actor: Actor, now: datetime
) -> ExampleResult:
    attempt = selectors.attempt_of(example, now=now)
    try:
        trial = try_draft(draft, attempt, actor=actor, now=now, covers=draft.is_rego)
    except ValidationFailedError as error:
        return ExampleResult(example, None, error.message)
    return ExampleResult(example, trial)


def keep_answers(results: Sequence[ExampleResult], *, now: datetime) -> None:
    """Remember what the saved text answered, unless it is what was known."""
    changed = [one for one in results if one.example.outcome != one.outcome]
    if not changed:
        return
    for one in changed:
        one.example.outcome = one.outcome
        one.example.answered_at = now
    with writing():
        PolicyExample.objects.bulk_update(
            [one.example for one in changed], ["outcome", "answered_at"]
        )


def check_saved(policy: Policy, *, actor: Actor, now: datetime) -> None:
    """Try the examples of a policy that is being saved, and keep what they answer."""
    if policy.examples.exists():
        results = try_examples(saved_draft(policy), actor=actor, now=now)
        keep_answers(results, now=now)


def state_of(example: PolicyExample) -> dict[str, Any]:
    """Return an example as the audit log keeps it."""
    return {
        "name": example.name,
        **{name: getattr(example, name) for name in ASKED},
        "at": example.at,
        "expected": example.expected,
    }


def _record(verb: str, example: PolicyExample, *, actor: Actor, now: datetime) -> None:
    state = state_of(example)
    is_added = verb == "example_added"
    change = rules.change(
        verb,
        example.policy,
        before=None if is_added else state,
        after=state if is_added else None,
    )
    audit.record(change, actor=actor, now=now)

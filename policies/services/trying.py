"""Trying a policy on a request that was thought up, as saved or as drafted.

A draft is read once and may be tried any number of times. What breaks a limit is
counted against saved policies only.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from console.core.actor import Actor
from namespaces import access
from namespaces.permissions import Permission
from policies import language, selectors
from policies.language import (
    Action,
    Facts,
    ForeignPolicy,
    PolicyLanguageError,
    Program,
)
from policies.models import Policy, PolicyLanguage
from policies.selectors import Attempt, RegoAnswer
from policies.services import rules, verdicts
from policies.services.trial import Trial, trial_of

if TYPE_CHECKING:
    from namespaces.models import Namespace

ALONE = "rego"  # the only policy of the route on which Rego is tried


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that may be tried.

    `policy` is the policy whose text it is or that it would replace; `is_saved` tells
    which. `program` is None for Rego. `has_allow_rules` tells whether it is a ceiling
    where it is enforced.
    """

    source: str
    code: str
    namespace: "Namespace"
    policy: Policy | None
    is_saved: bool
    program: Program | None
    has_allow_rules: bool

    @property
    def is_rego(self) -> bool:
        """It is evaluated, and nothing can be proven of it."""
        return self.program is None


def saved_draft(policy: Policy) -> Draft:
    """Return a policy as it stands."""
    is_rego = policy.language == PolicyLanguage.REGO
    program = None if is_rego else _compiled(policy.source)
    return Draft(
        source=policy.source,
        code=policy.language,
        namespace=policy.namespace,
        policy=policy,
        is_saved=True,
        program=program,
        has_allow_rules=program.has(Action.ALLOW)
        if program
        else policy.allows_anonymous,
    )


def open_draft(
    *,
    actor: Actor,
    policy_id: UUID | str | None = None,
    namespace_id: UUID | str | None = None,
    source: str | None = None,
    code: str = PolicyLanguage.PPL,
) -> Draft:
    """Return what is to be tried: a policy, a text in its place, or a new text.

    Needs the right to try policies where it lives, and for another text in Rego the
    right to write that.

    Raises:
        PolicyNotFoundError, NamespaceNotFoundError, PermissionDeniedError
        PolicyTextError: the text has problems.
    """
    policy = None
    if policy_id is not None:
        policy, actor = rules.load(policy_id, Permission.POLICY_TRY, actor=actor)
        namespace, code = policy.namespace, policy.language
        if source is None or source == policy.source:
            return saved_draft(policy)
    else:
        namespace = access.check_can(
            actor, Permission.POLICY_TRY, namespace_id or UUID(int=0)
        )
    source = source or ""
    program = None
    if code == PolicyLanguage.REGO:
        rules.check_language(code, namespace, actor=actor)
        has_allow_rules = "allow" in _check_compiles(source, namespace.pk)
    else:
        program = _compiled(source)
        has_allow_rules = program.has(Action.ALLOW)
    return Draft(
        source,
        code,
        namespace,
        policy,
        is_saved=False,
        program=program,
        has_allow_rules=has_allow_rules,
    )


def _compiled(source: str) -> Program:
    try:
        return selectors.compile_source(source)
    except PolicyLanguageError as error:
        raise rules.text_error(error, source) from error


def try_draft(
    draft: Draft, attempt: Attempt, *, actor: Actor, now: datetime, covers: bool = False
) -> Trial:
    """Answer an attempt by one text alone.

    Raises:
        ValidationFailedError: the person or the device isn't there.
    """
    facts = selectors.facts_for(attempt, actor=actor, now=now)
    if draft.program is not None:
        return trial_of(attempt, language.explain(draft.program, facts))
    return _rego_trial(attempt, rego_answer(draft, facts, now=now, covers=covers))


def rego_answer(
    draft: Draft, facts: Facts, *, now: datetime, covers: bool = False
) -> RegoAnswer:
    """Return what a text in Rego says of a request."""
    if draft.is_saved and draft.policy is not None:
        return verdicts.answer_for(draft.policy, facts, now=now, covers=covers)
    return selectors.evaluate_rego(
        draft.source, facts, namespace_id=draft.namespace.pk, now=now, covers=covers
    )


def try_policy(
    attempt: Attempt,
    *,
    actor: Actor,
    now: datetime,
    policy_id: UUID | str | None = None,
    namespace_id: UUID | str | None = None,
    source: str | None = None,
    code: str = PolicyLanguage.PPL,
) -> Trial:
    """Answer an attempt by one policy alone, as saved or as drafted.

    With `source` the draft is tried: in the place of the policy, or of a new one in
    `namespace_id`. Needs the right to try policies where it lives.

    Raises:
        PolicyNotFoundError, NamespaceNotFoundError, PermissionDeniedError
        PolicyTextError: the draft has problems.
        ValidationFailedError: the person or the device isn't there.
    """
    draft = open_draft(
        actor=actor,
        policy_id=policy_id,
        namespace_id=namespace_id,
        source=source,
        code=code,
    )
    return try_draft(draft, attempt, actor=actor, now=now, covers=True)


def try_rego(
    source: str,
    *,
    given: Mapping[str, Any],
    records: Mapping[str, Mapping[str, Any]],
    namespace_id: UUID | str,
    actor: Actor,
    now: datetime,
) -> Trial:
    """Answer an input that was written by hand, with records written by hand.

    Needs the right to write Rego in the namespace.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError
        PolicyTextError: the text has problems.
    """
    namespace = access.check_can(actor, Permission.POLICY_EDIT_REGO, namespace_id)
    _check_compiles(source, namespace.pk)
    answer = selectors.evaluate_given(
        source, given, records, namespace_id=namespace.pk, now=now
    )
    return _rego_trial(Attempt(at=now), answer)


def _check_compiles(source: str, namespace_id: UUID) -> Collection[str]:
    """Return what a text in Rego defines."""
    found = selectors.check_rego(source, namespace_id=namespace_id, samples=0)
    if not found.is_compiled:
        raise rules.text_error(PolicyLanguageError(found.problems), source)
    return found.kinds


def _rego_trial(attempt: Attempt, answer: RegoAnswer) -> Trial:
    program = language.compile_route(
        policies=[ForeignPolicy(ALONE, has_allow_rules=True)]
    )
    explanation = language.explain(program, Facts(), verdicts={ALONE: answer.verdict})
    trial = trial_of(attempt, explanation, answers={ALONE: answer})
    # The route that it was put on for this has nothing to say itself.
    return replace(trial, policies=trial.policies[1:])

"""Verdicts of policies in Rego, and what happens to those that break their limits.

A verdict is what the language takes for a policy that it can't evaluate itself. At
the third strike a policy is put in quarantine: it denies without being run, until
an admin lifts that or saves another text.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from console.core import audit
from console.core.actor import Actor, system
from console.core.transactions import writing
from namespaces.permissions import Permission
from policies import selectors
from policies.language import Facts, Verdict
from policies.models import Policy, PolicyLanguage, PolicyStrikes
from policies.rego.evaluation import BROKEN, Answer, key_of
from policies.rego.outputs import verdict_of
from policies.selectors import RegoAnswer
from policies.services import rules

STRIKES = 3
MAX_REFUSED = 20
MAX_TYPE = 200  # characters
ENGINE = system("rego engine")


def answers_for(
    policies: Iterable[Policy], facts: Facts, *, now: datetime
) -> dict[str, RegoAnswer]:
    """Return what the policies in Rego among some say of a request, by id."""
    asked = {
        str(policy.pk): policy
        for policy in policies
        if policy.language == PolicyLanguage.REGO
    }
    return {name: answer_for(policy, facts, now=now) for name, policy in asked.items()}


def verdicts_by(
    policies: Iterable[Policy], *, now: datetime
) -> Callable[[Facts], dict[str, Verdict]] | None:
    """Return what asks the policies in Rego among some about one request after another.

    None when there is none in Rego. What such policies do to many people is evaluated
    for each of them, and never proven; it should be said where it is shown.
    """
    asked = [one for one in policies if one.language == PolicyLanguage.REGO]
    if not asked:
        return None
    barred = {one.pk for one in asked if selectors.find_quarantine(one) is not None}

    def ask(facts: Facts) -> dict[str, Verdict]:
        found = {}
        for policy in asked:
            if policy.pk in barred:
                found[str(policy.pk)] = verdict_of(Answer(error="quarantined"))
                continue
            answer = _evaluate(policy, facts, now=now)
            found[str(policy.pk)] = answer.verdict
            if answer.answer.error in BROKEN:
                # Nobody is asked about a policy that is hostile twenty thousand times.
                barred.add(policy.pk)
        return found

    return ask


def verdicts_of(answers: Mapping[str, RegoAnswer]) -> dict[str, Verdict]:
    """Return the verdicts alone, as the language takes them."""
    return {name: one.verdict for name, one in answers.items()}


def answer_for(
    policy: Policy, facts: Facts, *, now: datetime, covers: bool = False
) -> RegoAnswer:
    """Return what a policy in Rego says of a request, and count its strikes."""
    if selectors.find_quarantine(policy) is not None:
        answer = Answer(error="quarantined")
        return RegoAnswer(answer, verdict_of(answer))
    return _evaluate(policy, facts, now=now, covers=covers)


def _evaluate(
    policy: Policy, facts: Facts, *, now: datetime, covers: bool = False
) -> RegoAnswer:
    found = selectors.evaluate_rego(
        policy.source,
        facts,
        namespace_id=policy.namespace_id,
        now=now,
        covers=covers,
    )
    if found.answer.refused_types:
        record_refused_types(
            policy.pk, found.answer.refused_types, source=policy.source, now=now
        )
    if found.answer.error in BROKEN:
        record_strike(policy.pk, kind=found.answer.error, source=policy.source, now=now)
    return found


@writing()
def record_strike(
    policy_id: UUID, *, kind: str, source: str, now: datetime
) -> PolicyStrikes | None:
    """Count that a policy broke a limit; at the third time, put it in quarantine.

    `kind` is cpu, memory or crash. Nothing is counted for a text that it no longer has.
    """
    policy = Policy.objects.filter(pk=policy_id).first()
    if policy is None or policy.source != source:
        return None
    strikes = _strikes_of(policy, now=now)
    strikes.count += 1
    strikes.kind = kind
    strikes.struck_at = now
    is_new = strikes.count >= STRIKES and strikes.quarantined_at is None
    if is_new:
        strikes.quarantined_at = now
    strikes.save()
    if is_new:
        after = {"strikes": strikes.count, "kind": kind}
        change = rules.change("quarantined", policy, after=after)
        rules.record([change], actor=ENGINE, now=now)
    return strikes


def _strikes_of(policy: Policy, *, now: datetime) -> PolicyStrikes:
    """Return the strikes of the text that a policy has; those of others are gone."""
    key = key_of(policy.source)
    strikes = PolicyStrikes.objects.filter(policy=policy).first()
    if strikes is not None and strikes.source_key == key:
        return strikes
    PolicyStrikes.objects.filter(policy=policy).delete()
    return PolicyStrikes(policy=policy, source_key=key, struck_at=now)


def record_refused_types(
    policy_id: UUID, kinds: Iterable[str], *, source: str, now: datetime
) -> None:
    """Record that a policy asked for records which it may not have, each type once.

    Of one text, at most `MAX_REFUSED` types are kept. Nothing is for a text that the
    policy no longer has.
    """
    named = {kind[:MAX_TYPE] for kind in kinds}
    known = PolicyStrikes.objects.filter(policy=policy_id, source_key=key_of(source))
    held = known.values_list("refused_types", flat=True).first() or []
    if named <= set(held) or len(held) >= MAX_REFUSED:
        return
    with writing():
        _keep_refused_types(policy_id, named, source=source, now=now)


def _keep_refused_types(
    policy_id: UUID, named: set[str], *, source: str, now: datetime
) -> None:
    policy = Policy.objects.filter(pk=policy_id).first()
    if policy is None or policy.source != source:
        return
    strikes = _strikes_of(policy, now=now)
    fresh = sorted(named - set(strikes.refused_types))
    fresh = fresh[: max(0, MAX_REFUSED - len(strikes.refused_types))]
    if not fresh:
        return
    strikes.refused_types = [*strikes.refused_types, *fresh]
    strikes.save()
    change = rules.change("records_refused", policy, after={"record_types": fresh})
    audit.record(change, actor=ENGINE, now=now)


@writing()
def lift_quarantine(
    policy_id: UUID | str, *, actor: Actor, now: datetime, reason: str = ""
) -> Policy:
    """Let a policy be run again, and forget its strikes.

    Raises:
        PolicyNotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: Rego is for admins of the namespace.
    """
    policy, actor = rules.load(policy_id, Permission.POLICY_EDIT_REGO, actor=actor)
    strikes = selectors.find_quarantine(policy)
    if strikes is None:
        return policy
    before = {"strikes": strikes.count, "kind": strikes.kind}
    strikes.delete()
    change = rules.change("quarantine_lifted", policy, before=before)
    rules.record([change], actor=actor, now=now, reason=reason)
    return policy

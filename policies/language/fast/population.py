"""Whole populations at once: a set of people is an integer, one bit for each.

"Who can reach this" for thousands of people costs a few operations on long integers for
each criterion, instead of a decision for each person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from policies.language.compiler import Program
from policies.language.composition import evaluate_route
from policies.language.criteria.identity import (
    AuthenticatedUser,
    Claim,
    Domain,
    Email,
    Groups,
    User,
)
from policies.language.criteria.registry import Need
from policies.language.decision import Outcome
from policies.language.facts import NOTHING
from policies.language.grammar import Action
from policies.language.matchers import ListOperator
from policies.language.modes import Mode
from policies.language.reasons import Reason

from .index import Index, set_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.language.compiler import CompiledCriterion, CompiledOperator
    from policies.language.composition import RouteProgram, Verdict
    from policies.language.criteria.registry import Condition
    from policies.language.facts import Facts
    from policies.language.matchers import ListMatcher

    from .callers import Caller

# Who a criterion holds for, and for whom its reason changes the outcome.
Bits = tuple[int, int]
NOBODY: Final = (0, 0)
# A policy, and for whom its allow rules and its deny rules hold.
Said = tuple[Program, Bits, Bits]
MAX_SAID: Final = 20_000
# Whom a condition holds for, can't be told of, and asks to enroll or for a certificate.
Asked = tuple[int, int, int, int]

_KEPT_WITH_THE_CALLER: Final = frozenset(
    {Need.SESSION, Need.PERSON, Need.DIRECTORY, Need.DEVICES}
)
_INDEXED: Final = frozenset({Need.SESSION, Need.PERSON, Need.DIRECTORY})
_ABOUT_THE_CALLER: Final = _KEPT_WITH_THE_CALLER | {Need.RECORDS}
_CERTIFICATE_REASONS: Final = frozenset(
    {Reason.CLIENT_CERTIFICATE_REQUIRED, Reason.INVALID_CLIENT_CERTIFICATE}
)


class Population:
    """People (callers), indexed by what identity criteria ask about."""

    def __init__(self, callers: Sequence[Caller]) -> None:
        self.callers = tuple(callers)
        size = len(self.callers)
        rows = tuple(enumerate(self.callers))
        self.everybody = (1 << size) - 1
        self._odd = [number for number, caller in rows if caller.odd]
        plain = [(number, caller) for number, caller in rows if not caller.odd]
        self._plain = set_of([number for number, _ in plain], size)
        self._groups = Index(((g, n) for n, c in plain for g in c.groups), size)
        self.emails = Index(((c.email, n) for n, c in plain), size)
        self.domains = Index(
            ((c.domain, n) for n, c in plain if c.domain is not None), size
        )
        self.users = Index(((c.user_id, n) for n, c in plain), size)
        self._listed = set_of([n for n, c in plain if c.in_directory], size)
        self._in_one = set_of([n for n, c in plain if len(c.groups) == 1], size)
        self._plain_rows = plain
        self._claims: dict[str, tuple[Index, int]] = {}
        # By the id of a condition, which is kept so that the id stays its own: data
        # of a policy may be lists, which have no hash.
        self._known: dict[int, tuple[Condition, int | None]] = {}
        self._asked: dict[int, tuple[Condition, Asked]] = {}
        self._round: _Round | None = None
        # What policies said that look at nothing but people: it holds for any request.
        self.said: dict[int, Said] = {}

    def allowed(
        self, route: RouteProgram, request: Facts, verdicts: Verdicts | None = None
    ) -> int:
        """Return the set of people whom a route allows to make a request.

        `request` gives everything but the person: the request, the time, certificate
        and records. Policies in another language are asked for each person, by
        `verdicts`; without it they refuse everybody.
        """
        granting = [route.own, *[part.policy for part in route.policies]]
        enforced = [part.policy for part in route.enforced]
        if not (_are_ours(granting) and _are_ours(enforced)):
            return self._one_by_one(route, request, range(len(self.callers)), verdicts)
        if self._round is None or self._round.request is not request:
            self._round = _Round(self, request)
        found = self._round.allowed(granting, enforced)
        if not self._odd:
            return found
        odd = self._one_by_one(route, request, self._odd, verdicts)
        return (found & self._plain) | odd

    def people(self, found: int) -> Iterator[Caller]:
        """Iterate over the people of a set."""
        while found:
            lowest = found & -found
            yield self.callers[lowest.bit_length() - 1]
            found ^= lowest

    def _one_by_one(
        self,
        route: RouteProgram,
        request: Facts,
        numbers: Iterable[int],
        verdicts: Verdicts | None,
    ) -> int:
        found = 0
        for number in numbers:
            facts = facts_of(self.callers[number], request)
            answers = NOTHING if verdicts is None else verdicts(facts)
            result = evaluate_route(route, facts, Mode.POSTERN, answers)
            if result.decision.outcome is Outcome.ALLOW:
                found |= 1 << number
        return found

    def knows(self, program: Program) -> bool:
        """Return whether an index answers all that a policy asks."""
        return program.needs <= _INDEXED and all(
            self.identity(entry.condition) is not None
            for rule in program.rules
            for block in rule.operators
            for entry in block.criteria
        )

    def keep(self, said: Said) -> None:
        """Remember what a policy said, whatever will be requested."""
        if len(self.said) >= MAX_SAID:
            self.said.clear()
        self.said[id(said[0])] = said

    def identity(self, condition: Condition) -> int | None:
        """Return whom an identity criterion holds for; None where it has no index."""
        known = self._known.get(id(condition))
        if known is None:
            look_up = _LOOK_UPS.get(type(condition), _no_index)
            known = self._known[id(condition)] = condition, look_up(self, condition)
        return known[1]

    def ask(self, condition: Condition) -> Asked:
        """Ask a condition that looks at people only about each of them, once."""
        known = self._asked.get(id(condition))
        if known is None:
            everybody = [caller.base for caller in self.callers]
            known = self._asked[id(condition)] = condition, _ask(condition, everybody)
        return known[1]

    def with_claim(self, condition: Claim) -> int | None:
        """Return whom a criterion on a claim holds for; None where it isn't on text."""
        found = self.everybody
        for test in condition.matcher.tests:
            if not isinstance(test.operand, str):
                return None
            index, in_one = self._claim(condition.path)
            people = index.get(test.operand)
            if test.operator is ListOperator.EXCLUDE:
                people ^= self.everybody
            elif test.operator is ListOperator.IS:
                people &= in_one
            found &= people
        return found

    def _claim(self, path: str) -> tuple[Index, int]:
        """Return who has which value of a claim, and who has but one."""
        known = self._claims.get(path)
        if known is None:
            size = len(self.callers)
            values = [(caller.claims, n) for n, caller in self._plain_rows]
            index = Index(
                ((text, n) for claims, n in values for text in claims[path]), size
            )
            single = set_of(
                [n for claims, n in values if claims.counts[path] == 1], size
            )
            known = self._claims[path] = index, single
        return known

    def in_groups(self, matcher: ListMatcher) -> int:
        """Return whom a matcher on groups holds for."""
        tests = matcher.tests
        if len(tests) == 1 and tests[0].operator is ListOperator.HAS:
            operand = tests[0].operand
            return self._groups.get(operand) if isinstance(operand, str) else 0
        found = self._listed
        for test in tests:
            is_text = isinstance(test.operand, str)
            people = self._groups.get(test.operand) if is_text else 0
            if test.operator is ListOperator.EXCLUDE:
                people = self._listed & ~people
            elif test.operator is ListOperator.IS:
                people &= self._in_one
            found &= people
        return found


Verdicts = Callable[["Facts"], "Mapping[str, Verdict]"]


def _no_index(_: Population, condition: Condition) -> None:
    return None


_LOOK_UPS: Final[dict[type[Any], Callable[[Population, Any], int | None]]] = {
    Claim: Population.with_claim,
    AuthenticatedUser: lambda people, _: people.everybody,
    Domain: lambda people, condition: people.domains.matching(condition.matcher),
    Email: lambda people, condition: people.emails.matching(condition.matcher),
    Groups: lambda people, condition: people.in_groups(condition.matcher),
    User: lambda people, condition: people.users.matching(condition.matcher),
}


def facts_of(caller: Caller, request: Facts) -> Facts:
    """Return the facts of a caller who makes a request."""
    base = caller.base
    return replace(
        request,
        session=base.session,
        person=base.person,
        directory_user=base.directory_user,
        directory=base.directory,
        devices=base.devices,
        device_registry=base.device_registry,
    )


def _are_ours(policies: list[Any]) -> TypeGuard[list[Program]]:
    return {*map(type, policies)} <= {Program}


class _Round:
    """One request against the whole population."""

    def __init__(self, population: Population, request: Facts) -> None:
        self.population = population
        self.request = request
        self.everybody = population.everybody
        self._results: dict[int, Said] = {}
        self._facts: tuple[Facts, ...] = ()

    def allowed(self, granting: Sequence[Program], enforced: Sequence[Program]) -> int:
        said = [self._said(program) for program in granting]
        grants = [one[1] for one in said]
        denies = [one[2] for one in said]
        for program in enforced:
            _, (value, special), denied = self._said(program)
            denies.append(denied)
            if program.has(Action.ALLOW):
                denies.append((self.everybody ^ value, special))
        allow, asks = self._any(grants)
        deny, refuses = self._any([one for one in denies if one != NOBODY])
        blocked = deny | asks | refuses
        return allow ^ (allow & blocked)

    def _said(self, program: Program) -> Said:
        """Return a policy, kept so that its id stays its own, and its two results."""
        number = id(program)
        known = self.population.said.get(number) or self._results.get(number)
        if known is None:
            known = program, *self._sides(program)
            if self.population.knows(program):
                self.population.keep(known)
            else:
                self._results[number] = known
        return known

    def _sides(self, program: Program) -> tuple[Bits, Bits]:
        """Return for whom a policy has an allow rule, and a deny rule, that holds."""
        allow, deny = [
            [self._block(one, action) for one in program.operators(action)]
            for action in (Action.ALLOW, Action.DENY)
        ]
        return self._any(allow), self._any(deny) if deny else NOBODY

    def _block(self, block: CompiledOperator, action: Action) -> Bits:
        inverts = block.operator.inverts
        needs_all = block.operator.needs_all
        known = self._of_index(block, needs_all=needs_all is not inverts)
        if known is not None:
            return (self.everybody ^ known if inverts else known), 0
        results = [
            self._criterion(entry, action, inverts=inverts) for entry in block.criteria
        ]
        return self._all(results) if needs_all else self._any(results)

    def _of_index(self, block: CompiledOperator, *, needs_all: bool) -> int | None:
        """Return whom all or any criteria hold for, if all of them have an index."""
        found = self.everybody if needs_all else 0
        for entry in block.criteria:
            held = self.population.identity(entry.condition)
            if held is None:
                return None
            found = found & held if needs_all else found | held
        return found

    def _any(self, results: Sequence[Bits]) -> Bits:
        if len(results) == 1:
            return results[0]
        value = holding = every = 0
        for one, special in results:
            value |= one
            if special:
                holding |= special & one
                every |= special
        return value, (value & holding) | (every & ~value)

    def _all(self, results: Sequence[Bits]) -> Bits:
        value, failing, every = self.everybody, 0, 0
        for one, special in results:
            value &= one
            if special:
                failing |= special & ~one
                every |= special
        return value, (value & every) | (failing & ~value)

    def _criterion(
        self, entry: CompiledCriterion, action: Action, *, inverts: bool
    ) -> Bits:
        held = self.population.identity(entry.condition)
        if held is not None:
            return (self.everybody ^ held if inverts else held), 0
        holds, unknown, device, certificate = self._ask(entry)
        value = self.everybody ^ holds if inverts else holds
        if unknown:
            value = value | unknown if action is Action.DENY else value & ~unknown
        return value, device | (certificate if action is Action.DENY else 0)

    def _ask(self, entry: CompiledCriterion) -> Asked:
        condition, needs = entry.condition, entry.criterion.needs
        if needs & _ABOUT_THE_CALLER and needs <= _KEPT_WITH_THE_CALLER:
            return self.population.ask(condition)
        ask = self._of_each if needs & _ABOUT_THE_CALLER else self._of_all
        return ask(condition)

    def _of_all(self, condition: Condition) -> Asked:
        found = condition.find(self.request, Mode.POSTERN)
        everybody = self.everybody
        return (
            everybody if found.value else 0,
            everybody if found.value is None else 0,
            0,
            everybody if found.reason in _CERTIFICATE_REASONS else 0,
        )

    def _of_each(self, condition: Condition) -> Asked:
        if not self._facts:
            callers = self.population.callers
            self._facts = tuple(facts_of(caller, self.request) for caller in callers)
        return _ask(condition, self._facts)


def _ask(condition: Condition, everybody: Iterable[Facts]) -> Asked:
    """Ask a condition about each of some people."""
    holds, unknown, device = [], [], []
    size = 0
    for number, facts in enumerate(everybody):
        found = condition.find(facts, Mode.POSTERN)
        size = number
        if found.value is None:
            unknown.append(number)
        elif found.value:
            holds.append(number)
        if found.reason is Reason.DEVICE_UNAUTHENTICATED:
            device.append(number)
    return set_of(holds, size), set_of(unknown, size), set_of(device, size), 0

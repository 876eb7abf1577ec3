"""Which routes people reach: one person now, or many before and after a sync."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from console.core.actor import Actor
from directory import selectors as directory_selectors
from directory import services as directory_services
from directory.selectors import PersonFacts
from directory.sync.plan import Plan
from namespaces.permissions import Permission
from policies import selectors as policy_selectors
from policies import services as policy_services
from policies.language import Facts, Verdict
from policies.language.composition import RouteProgram
from policies.selectors import Somebody
from routes import selectors
from routes.models import Route
from routes.services.trial import policies_in, program_of, suggested_path
from routes.validation import parse_from

BATCH = 500
MAX_PEOPLE = 20_000
MAX_ROWS, MAX_NAMES = 100, 20
MAX_ROUTES = 500


@dataclass(frozen=True, slots=True)
class Reach:
    """The routes that a person reaches, of those that the reader sees.

    `looked_at` many were looked at, by name from the place `start` on; with `is_cut`
    there are more. Where a policy is in Rego, the answer was evaluated for that person,
    and is not proven for others: `evaluated` counts these routes.
    """

    routes: tuple[Route, ...]
    looked_at: int
    is_cut: bool
    evaluated: int = 0
    start: int = 0


def reach_of(person_id: UUID, *, actor: Actor, now: datetime, start: int = 0) -> Reach:
    """Return which routes let a person in when they ask for a page, with no device.

    The next MAX_ROUTES are looked at, from the place `start` in their order on.

    Raises:
        NotFoundError: there is no such person, or the actor may not look people up.
    """
    person = directory_selectors.get_person(person_id, actor=actor)
    visible = Route.objects.visible_to(actor, Permission.ROUTE_VIEW)
    ordered = visible.select_related("namespace").order_by("name", "pk")
    rows = list(ordered[start : start + MAX_ROUTES + 1])
    facts = directory_selectors.facts_of_people([person.pk]).get(person.external_id)
    found: list[Route] = []
    evaluated = 0
    if facts is not None and facts.is_active:
        population = policy_selectors.population_of(
            [_somebody(person.external_id, facts)], now=now
        )
        for route, program, verdicts in _programs(rows[:MAX_ROUTES], now):
            evaluated += verdicts is not None
            if population.allowed(program, _request(route, now), verdicts):
                found.append(route)
    looked_at = min(len(rows), MAX_ROUTES)
    is_cut = len(rows) > MAX_ROUTES
    return Reach(tuple(found), looked_at, is_cut, evaluated, start)


def preview_sync(run_id: UUID | str, *, now: datetime) -> None:
    """Work out what a held run, or a dry one, does to access, and keep it with the run.

    Everybody concerned is taken for signed in, without a device, asking for a page.
    """
    run = directory_selectors.find_run(run_id)
    if run is None or run.plan is None:
        return
    plan = Plan.from_json(run.plan)
    concerned = _concerned(plan)[:MAX_PEOPLE]
    rows = directory_selectors.facts_of_directory(run.directory_id, concerned)
    before = {one: facts for one, facts in rows.items() if facts.is_active}
    effect = _compare(before, _after(before, rows, plan, concerned), now=now)
    effect["is_cut"] = len(_concerned(plan)) > MAX_PEOPLE
    directory_services.record_effect(run_id, effect)


def _concerned(plan: Plan) -> list[str]:
    found = {one.id for one in (*plan.new_people, *plan.changed_people)}
    found |= set(plan.gone_people)
    found |= {person for person, _ in (*plan.added, *plan.removed)}
    return sorted(found)


def _after(
    before: Mapping[str, PersonFacts],
    rows: Mapping[str, PersonFacts],
    plan: Plan,
    concerned: Sequence[str],
) -> dict[str, PersonFacts]:
    gone = set(plan.gone_people)
    records = {one.id: one for one in (*plan.new_people, *plan.changed_people)}
    groups = {one: set(facts.group_ids) for one, facts in rows.items()}
    for person, group in plan.removed:
        groups.get(person, set()).discard(group)
    for person, group in plan.added:
        groups.setdefault(person, set()).add(group)
    found: dict[str, PersonFacts] = {}
    for one in concerned:
        record, known = records.get(one), before.get(one)
        if one in gone or (record is None and known is None):
            continue
        members = frozenset(groups.get(one, ()))
        if record is not None:
            name, email = record.display_name, record.email
            found[one] = PersonFacts(name, email, record.claims, True, members)
        elif known is not None:
            found[one] = PersonFacts(
                known.name, known.email, known.claims, True, members
            )
    return found


def _compare(
    before: Mapping[str, PersonFacts],
    after: Mapping[str, PersonFacts],
    *,
    now: datetime,
) -> dict[str, Any]:
    populations = [_population(before, now), _population(after, now)]
    gaining: set[str] = set()
    losing: set[str] = set()
    rows: list[dict[str, Any]] = []
    evaluated = 0
    for route, program, verdicts in _programs(_every_route(), now):
        evaluated += verdicts is not None
        request = _request(route, now)
        old, new = (
            {
                one.user_id
                for one in people.people(people.allowed(program, request, verdicts))
            }
            for people in populations
        )
        if old != new:
            gaining |= new - old
            losing |= old - new
            rows.append(
                {
                    "id": str(route.pk),
                    "name": route.name,
                    "gain": len(new - old),
                    "lose": len(old - new),
                }
            )
    rows.sort(key=lambda row: (-row["lose"], -row["gain"], row["name"]))
    return {
        "gain": len(gaining),
        "lose": len(losing),
        "routes": len(rows),
        "evaluated": evaluated,
        "people": len({*before, *after}),
        "rows": rows[:MAX_ROWS],
        "gaining": [after[one].name or one for one in sorted(gaining)[:MAX_NAMES]],
        "losing": [before[one].name or one for one in sorted(losing)[:MAX_NAMES]],
    }


def _population(people: Mapping[str, PersonFacts], now: datetime) -> Any:
    everybody = [_somebody(one, facts) for one, facts in people.items()]
    return policy_selectors.population_of(everybody, now=now)


def _somebody(key: str, facts: PersonFacts) -> Somebody:
    return Somebody(
        id=key, email=facts.email, claims=facts.claims, group_ids=facts.group_ids
    )


def _every_route() -> Iterator[Route]:
    return Route.objects.select_related("namespace").order_by("pk").iterator()


Verdicts = Callable[[Facts], Mapping[str, Verdict]]
Compiled = tuple[Route, RouteProgram, Verdicts | None]


def _programs(routes: Iterable[Route], now: datetime) -> Iterator[Compiled]:
    batch: list[Route] = []
    for route in routes:
        batch.append(route)
        if len(batch) == BATCH:
            yield from _compiled(batch, now)
            batch = []
    yield from _compiled(batch, now)


def _compiled(batch: Sequence[Route], now: datetime) -> Iterator[Compiled]:
    effective = selectors.policies_of_many(batch) if batch else {}
    for route in batch:
        found = effective[route.pk]
        verdicts = policy_services.verdicts_by(policies_in(found), now=now)
        yield route, program_of(found), verdicts


def _request(route: Route, now: datetime) -> Any:
    path = suggested_path(route) or "/"
    return policy_selectors.plain_request(
        parse_from(route.from_url).host, path, now=now
    )

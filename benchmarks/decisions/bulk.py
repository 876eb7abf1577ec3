"""Compiling, and questions about everybody or everything, on the largest workload."""

import random
import statistics
import time
import tracemalloc
from collections.abc import Callable

from benchmarks.decisions.ours import facts_of, programs_of
from benchmarks.decisions.workloads import large_routes, workloads
from benchmarks.goals import Goal
from policies.language import Facts, compile_policy, compile_route, parse
from policies.language.composition import RouteProgram
from policies.language.facts import Request
from policies.language.fast import Population, RouteCompiler, caller_of

ROUNDS = 5
MEBIBYTE = 2**20
MILLISECONDS = 1e3
ATTACHED_PER_ROUTE = 6
_EDITED = "allow: {or: [{domain: {is: d1.example.com}}, {groups: {has: g7}}]}"


def bulk_goals() -> list[Goal]:
    """Return the goals."""
    programs = programs_of(large_routes(random.Random(8)))
    thousands = ATTACHED_PER_ROUTE * len(programs) / 1000
    compiled = _median(lambda: _compile(programs)) / thousands
    edited = _median(lambda: _edit(programs))
    memory = _memory(programs) / thousands
    people = workloads()[-1].people
    callers = [caller_of(facts_of(one, "GET")) for one in people]
    indexed = _median(lambda: _timed(lambda: Population(callers)))
    population = Population(callers)
    _sweep(population, programs)
    swept = _median(lambda: _sweep(population, programs))
    each = swept / (len(callers) * len(programs))
    mine = _median(lambda: _timed_routes(programs, facts_of(people[0], "GET")))
    return [
        Goal("decisions.compile-1000", compiled * MILLISECONDS, 20, " ms"),
        Goal("decisions.memory-1000", memory, 0.5, " MiB"),
        Goal("decisions.root-edit", edited * MILLISECONDS, 120, " ms"),
        Goal("decisions.population", each * 1e9, 5, " ns"),
        Goal("decisions.population-index", indexed * MILLISECONDS, 200, " ms"),
        Goal("decisions.routes-of-one", mine * MILLISECONDS, 1, " ms"),
    ]


def _median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(ROUNDS))


def _timed(call: Callable[[], object]) -> float:
    """Return the seconds of the processor that a call takes."""
    started = time.process_time()
    call()
    return time.process_time() - started


def _compile(programs: list[RouteProgram]) -> float:
    compiler = RouteCompiler()
    return _timed(lambda: [compiler.compile(program) for program in programs])


def _edit(programs: list[RouteProgram]) -> float:
    """Return how long it takes when the policy enforced on all routes is another."""
    compiler = RouteCompiler()
    kept = [compiler.compile(program) for program in programs]
    root = compile_policy(parse(_EDITED))
    edited = [
        compile_route(policies=program.policies, enforced=[root])
        for program in programs
    ]
    seconds = _timed(lambda: kept.extend(compiler.compile(one) for one in edited))
    kept.clear()
    return seconds


def _memory(programs: list[RouteProgram]) -> float:
    """Return the MiB that compiled routes take, beside the programs."""
    tracemalloc.start()
    compiler = RouteCompiler()
    kept = [compiler.compile(program) for program in programs]
    taken = tracemalloc.get_traced_memory()[0] / MEBIBYTE
    tracemalloc.stop()
    kept.clear()
    return taken


def _sweep(population: Population, programs: list[RouteProgram]) -> float:
    # A new request each time, so that nothing of the last one is known.
    request = Facts(request=Request(method="GET", path="/"))
    return _timed(
        lambda: [population.allowed(program, request) for program in programs]
    )


def _timed_routes(programs: list[RouteProgram], facts: Facts) -> float:
    compiler = RouteCompiler()
    routes = [compiler.compile(program) for program in programs]
    caller = caller_of(facts)
    for route in routes:
        route.decide(caller, facts)
    return _timed(lambda: [route.decide(caller, facts) for route in routes])

"""How long reading a policy takes, and how long one decision.

In pure Python on one core, with the evaluator that the console itself uses.
"""

from collections.abc import Callable

from benchmarks.goals import Goal, seconds_per_call
from policies.language import compile_policy, compile_route, evaluate, parse
from policies.language.composition import RoutePolicy
from policies.language.facts import DirectoryUser, Facts, Person, Request, Session

EMPLOYEES = """
allow:
  and:
    - domain:
        is: example.com
"""
ENGINEERS = """
allow:
  or:
    - groups:
        has: engineering
    - email:
        in: [ada@example.com, ben@example.com]
deny:
  or:
    - http_path:
        starts_with: /admin
"""
CEILING = """
allow:
  and:
    - authenticated_user: true
deny:
  nor:
    - http_method:
        in: [GET, HEAD, POST]
"""
ADA = Facts(
    session=Session(id="s1", user_id="u1", claims={}),
    person=Person(id="u1", email="ada@example.com"),
    directory_user=DirectoryUser(group_ids=("engineering", "everyone")),
    request=Request(method="GET", path="/reports"),
)
MICROSECONDS = 1e6


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure and print; return the goals."""
    programs = [compile_policy(parse(text)) for text in (EMPLOYEES, ENGINEERS, CEILING)]
    route = compile_route(
        policies=[
            RoutePolicy(str(number), program) for number, program in enumerate(programs)
        ],
        enforced=[RoutePolicy("ceiling", programs[2])],
    )
    figures = {
        "read": seconds_per_call(lambda: compile_policy(parse(ENGINEERS))),
        "decide-one": seconds_per_call(lambda: evaluate(programs[1], ADA)),
        "decide-route": seconds_per_call(lambda: evaluate(route, ADA)),
    }
    for name, seconds in figures.items():
        write(f"{name:<14} {seconds * MICROSECONDS:10.1f} us")
    return [
        Goal("decisions.read", figures["read"] * MICROSECONDS, 2000, " us"),
        Goal("decisions.route", figures["decide-route"] * MICROSECONDS, 200, " us"),
    ]

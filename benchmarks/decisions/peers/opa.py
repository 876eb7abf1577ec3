"""OPA by its Go library, in a process that is timed by its own processor time.

The program is beside (`benchmarks/peers/opa`) and is built where Go is installed.
"""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.decisions.peers.base import COUNT, Cost, Peer, person_of, scratch_folder
from benchmarks.decisions.peers.core_rego import QUERY, core_rego_of
from benchmarks.decisions.peers.rego_text import rego_of
from benchmarks.decisions.workloads import Policy, Workload, has_allow_rules

_SOURCE = Path(__file__).parents[2] / "peers" / "opa"
_NANOSECONDS = 1e9
Work = dict[str, Any]


@cache
def _program() -> Path | str:
    """Build the program; return where it is, or why there is none."""
    go = shutil.which("go")
    if go is None:
        return "Go is not installed, and OPA's library is built with it"
    program = scratch_folder("opa") / "opa"
    done = subprocess.run(  # noqa: S603 - our own source
        [go, "build", "-o", program, "."],
        cwd=_SOURCE,
        capture_output=True,
        text=True,
        check=False,
    )
    return f"go build: {done.stderr.strip()[-200:]}" if done.returncode else program


class Opa(Peer):
    """A prepared query for each route, on Rego as one would write it by hand.

    Asked all that ours are asked, or its processor would know few people by heart.
    """

    name = "opa"
    count = 20_000

    @classmethod
    def missing(cls) -> str:
        built = _program()
        return built if isinstance(built, str) else ""

    def start(self) -> Cost:
        file = scratch_folder("work") / "work.json"
        file.write_text(json.dumps(self.work()), encoding="utf-8")
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [str(_program()), str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.first = json.loads(self._line())
        return Cost(
            self.first["compiled"] / _NANOSECONDS, self.first["bytes"], self.attached()
        )

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def work(self) -> Work:
        """Return what the program is to do, as its `Work` names it."""
        modules = [rego_of(route) for route in self.routes.values()]
        return {
            "Query": "result = data.route.allow",
            "Modules": modules,
            "Limits": [False] * len(modules),
            "Routes": {
                str(number): {"Granting": [place]}
                for place, number in enumerate(self.routes)
            },
            "Questions": [
                {
                    "Route": str(route),
                    "Input": person_of(self.workload, person) | {"method": method},
                }
                for route, person, method in self.questions
            ],
        }

    def answers(self) -> list[bool]:
        found: list[bool] = self.first["answers"]
        return found

    def loop(self) -> float:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self._line()) / _NANOSECONDS

    def stop(self) -> None:
        self.process.communicate()


class CoreRego(Opa):
    """A prepared query for each policy, on Rego in the shape that Core generates.

    People are in records that the policies look up by a built-in function, and a route
    asks each of its policies, as Core does.
    """

    name = "pomerium-rego"
    count = COUNT

    def attached(self) -> int:
        """Return how many modules were compiled: one that is shared counts once."""
        return int(self.first["modules"])

    def work(self) -> Work:
        places: dict[Policy, int] = {}

        def place(policy: Policy) -> int:
            return places.setdefault(policy, len(places))

        routes = {
            str(number): {
                "Granting": [place(one) for one in route.policies],
                "Enforced": [place(one) for one in route.enforced],
            }
            for number, route in self.routes.items()
        }
        return {
            "Query": QUERY,
            "Modules": [core_rego_of(policy) for policy in places],
            "Limits": [has_allow_rules(policy) for policy in places],
            "Routes": routes,
            "Questions": [
                {"Route": str(route), "Input": self._input(person, method)}
                for route, person, method in self.questions
            ],
            "Records": _records(self.workload),
        }

    def _input(self, person: int, method: str) -> Work:
        who = self.workload.people[person]
        return {
            "http": {"method": method, "path": "/", "hostname": "app.example.com"},
            "session": {"id": f"s-{who.id}"},
            "is_valid_client_certificate": True,
        }


def _records(workload: Workload) -> Work:
    people = workload.people
    return {
        "type.googleapis.com/session.Session": {
            f"s-{one.id}": {
                "id": f"s-{one.id}",
                "user_id": one.id,
                "claims": {"role": [one.role]},
            }
            for one in people
        },
        "type.googleapis.com/user.User": {
            one.id: {"id": one.id, "email": one.email} for one in people
        },
        "pomerium.io/DirectoryUser": {
            one.id: {"id": one.id, "group_ids": list(one.groups)} for one in people
        },
    }

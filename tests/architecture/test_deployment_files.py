"""The files that docs/deploy.md hands out say what the code understands.

Images can't be built in every place where tests run; that each command, option and
variable in them is there can be seen without.
"""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from tests.architecture.sources import ROOT

FOLDER = ROOT / "docs" / "deploy"
SETTINGS = (ROOT / "docs/settings.md").read_text()
DEPLOY = (ROOT / "docs/deploy.md").read_text()
DOCUMENTED = set(re.findall(r"^\| `([A-Z_]+)` \|", SETTINGS, re.MULTILINE))
TOLD = re.findall(r"^\| \w+ \| `(?:\.venv/bin/)?([^`]+)` \|", DEPLOY, re.MULTILINE)
OURS = {"migrate", "web", "worker", "beat", "authorizer", "envoy"}
ONCE = {"migrate", "beat"}

Process = tuple[str, list[str], dict[str, str], int]


def of_compose() -> Iterator[Process]:
    """Yield name, command, variables and number of each process of ours."""
    document = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    for name, service in document["services"].items():
        if service["image"] == "postern":
            count = service.get("deploy", {}).get("replicas", 1)
            yield name, service["command"], service["environment"], count


def of_kubernetes() -> Iterator[Process]:
    """Yield name, command, variables and number of each process of ours."""
    documents = list(yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text()))
    shared = next(one["data"] for one in documents if one["kind"] == "ConfigMap")
    for one in documents:
        pod = one.get("spec", {}).get("template", {}).get("spec", {})
        for container in pod.get("containers", ()):
            assert {"configMapRef": {"name": "postern"}} in container["envFrom"]
            own = {row["name"]: row["value"] for row in container["env"]}
            count = one["spec"].get("replicas", 1)
            yield container["name"], container["command"], shared | own, count


PLANS = {"compose": list(of_compose()), "kubernetes": list(of_kubernetes())}
PROCESSES = [
    pytest.param(process, id=f"{plan}-{process[0]}")
    for plan, found in PLANS.items()
    for process in found
]


@pytest.mark.parametrize("plan", PLANS)
def test_every_process_is_there_and_some_of_them_once(plan: str) -> None:
    counts = {name: count for name, _, _, count in PLANS[plan]}

    assert set(counts) == OURS
    assert {name: counts[name] for name in ONCE} == dict.fromkeys(ONCE, 1)


@pytest.mark.parametrize("process", PROCESSES)
def test_every_variable_is_one_of_the_settings(process: Process) -> None:
    names = {name.removesuffix("_FILE") for name in process[2]}

    assert names <= DOCUMENTED


@pytest.mark.parametrize("process", PROCESSES)
def test_only_who_writes_the_audit_log_signs_it(process: Process) -> None:
    name, _, variables, _ = process

    signs = "POSTERN_AUDIT_KEYS_FILE" in variables

    assert signs is (name not in {"authorizer", "envoy"})


@pytest.mark.parametrize("process", PROCESSES)
def test_every_command_is_understood(process: Process) -> None:
    _, command, _, _ = process
    if command[:2] == ["python", "manage.py"]:
        name, *arguments = command[2:]
        made = load_command_class(get_commands()[name], name)
        made.create_parser("manage.py", name).parse_args(arguments)
    else:
        program = plain(command)
        assert program in [plain(shlex.split(one)) for one in TOLD], program


def plain(command: list[str]) -> list[str]:
    """Return a command without the address, which is the container's own."""
    return [one for one in command if not re.fullmatch(r"\d+(\.\d+){3}", one)]


def test_the_image_starts_the_web_server_that_is_told() -> None:
    last = (FOLDER / "Dockerfile").read_text().strip().splitlines()[-1]
    web: list[Any] = next(one[1] for one in PLANS["compose"] if one[0] == "web")

    assert json.loads(last.removeprefix("CMD ")) == web

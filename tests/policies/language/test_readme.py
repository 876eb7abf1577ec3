"""What the language reference says is so."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

import policies.language
from policies.language import CRITERIA, Facts, Stage, check, parse
from policies.language.criteria import Anonymous
from policies.language.facts import DirectoryUser, Person, Request, Session
from policies.language.reasons import Reason

from .deciding import decide_on
from .reading import value_of

README = (Path(policies.language.__file__).parent / "README.md").read_text()
BLOCK = re.compile(r"^```(\w+)(?: refused: ([\w -]+))?\n(.*?)^```$", re.M | re.S)
ANSWER = re.compile(
    r"(?P<who>\S+?)(?: in (?P<groups>\S+))?(?: on (?P<method>\S+) (?P<path>\S+))?"
    r"(?: from (?P<ip>\S+))?(?: at (?P<now>\S+))?: (?P<outcome>\S+) (?P<status>\d+)"
)
WORDS = {
    Anonymous.NEVER: "needs",
    Anonymous.BY_DATA: "by data",
    Anonymous.ALWAYS_POSSIBLE: "doesn't ask",
}


@dataclass(frozen=True)
class Example:
    language: str
    refused: str
    text: str
    line: int


EXAMPLES = [
    Example(
        found[1], found[2] or "", found[3], README.count("\n", 0, found.start()) + 1
    )
    for found in BLOCK.finditer(README)
]
POLICIES = [example for example in EXAMPLES if example.language == "yaml"]
ANSWERED = [
    (policy.text, line, answers.line)
    for policy, answers in itertools.pairwise(EXAMPLES)
    if answers.language == "answers"
    for line in answers.text.splitlines()
]


def name_of(example: Example) -> str:
    return f"line {example.line}"


@pytest.mark.parametrize("example", POLICIES, ids=name_of)
def test_a_policy_is_saved_or_refused_as_it_says(example: Example) -> None:
    errors = [one for one in check(example.text) if one.stage is not Stage.LINT]

    assert sorted(one.code for one in errors) == sorted(example.refused.split())
    if not errors:
        assert parse(example.text, saving=True)


def facts_of(found: re.Match[str]) -> Facts:
    now = datetime.fromisoformat(found["now"]) if found["now"] else None
    request = Request(
        method=found["method"] or "GET",
        path=found["path"] or "/",
        ip=found["ip"] or "192.0.2.1",
    )
    if found["who"] == "anonymous":
        return Facts(request=request, now=now)
    groups = frozenset((found["groups"] or "").split(","))
    return Facts(
        now=now,
        request=request,
        session=Session(id="s1", user_id=found["who"]),
        person=Person(email=found["who"]),
        directory_user=DirectoryUser(group_ids=groups),
    )


@pytest.mark.parametrize(
    ("policy", "line", "place"),
    ANSWERED,
    ids=[f"line {place}: {line}" for _, line, place in ANSWERED],
)
def test_a_request_gets_the_answer_it_says(policy: str, line: str, place: int) -> None:
    found = ANSWER.fullmatch(line)
    assert found, f"README line {place}: {line}"

    decision = decide_on(policy, facts_of(found))

    assert (decision.outcome, decision.status) == (
        found["outcome"],
        int(found["status"]),
    )


@pytest.mark.parametrize(
    "example", [one for one in EXAMPLES if one.language == "python"], ids=name_of
)
def test_the_python_runs(example: Example) -> None:
    exec(compile(example.text, "README.md", "exec"), {})  # noqa: S102 -- our own text


def test_the_table_lists_every_criterion_as_it_is() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| ([\w-]+) \| ([\w' ]+) \| .* \| (.*) \|$", README, re.M
    )

    found = {
        name: (data, session, set(re.findall(r"`([\w-]+)`", reasons)))
        for name, data, session, reasons in rows
    }
    assert found == {
        entry.name: (
            entry.matcher.value,
            WORDS[entry.anonymous],
            {*entry.when_true, *entry.when_false},
        )
        for entry in CRITERIA.entries
    }


def test_every_reason_for_missing_data_is_listed() -> None:
    listed = set(re.findall(r"^\| `([\w-]+-data-unavailable)` \|", README, re.M))

    assert listed == {reason for reason in Reason if reason.endswith("unavailable")}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("17:00", "17:00"),
        ("017", 15),
        ("0b11", 3),
        ("1e3", 1000),
        ("2001-12-14", "2001-12-14T00:00:00Z"),
        ("2020-01-02 16:20:00", "2020-01-02T16:20:00Z"),
    ],
)
def test_the_table_of_scalars_is_right(text: str, value: object) -> None:
    assert f"`{text}`" in README
    assert value_of(text) == value


def test_the_links_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
        for heading in re.findall(r"^## (.*)$", README, re.M)
    }

    assert set(re.findall(r"\]\(#([\w-]+)\)", README)) <= headings

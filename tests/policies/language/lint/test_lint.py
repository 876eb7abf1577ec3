"""Warnings: each where it should be, and gone after its fix."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from policies import language
from policies.language import LintContext, Severity, check, lint, parse
from policies.language.errors import MAX_PROBLEMS, Stage
from tests.policies.language import hostile_texts, random_policies, random_texts
from tests.policies.language.test_problems import told

from .access_cases import ACCESS_CASES
from .case import ENFORCED, GROUPS, NOTHING, NOW, PUBLIC, TODAY, TYPES, Case
from .clean_policies import CLEAN
from .fix_cases import FIX_CASES
from .logic_cases import LOGIC_CASES
from .value_cases import VALUE_CASES

SOURCES = Path(language.__file__).parent / "lint"
CASES = (*ACCESS_CASES, *FIX_CASES, *LOGIC_CASES, *VALUE_CASES)
# Who changes what is said changes it here as well, and sees how it reads.
CORPUS = Path(__file__).parents[1] / "corpus" / "warnings.json"
SAID: list[dict[str, Any]] = json.loads(CORPUS.read_text("utf-8"))
CONTEXTS = {
    "enforced": ENFORCED,
    "public": PUBLIC,
    "groups": GROUPS,
    "types": TYPES,
    "today": TODAY,
    "nothing": NOTHING,
}
EVERYTHING = LintContext(
    enforced=True,
    attached_to_public=True,
    groups={"g1": "Engineering"},
    device_types=(),
    now=NOW,
)


def codes(text: str, context: LintContext = NOTHING) -> list[str]:
    return [problem.code for problem in lint(parse(text), context=context)]


NAMES = [f"{case.code} {number}" for number, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_warns_where_it_should(case: Case) -> None:
    found = [
        one
        for one in lint(parse(case.text), context=case.context)
        if one.code == case.code
    ]

    places = [case.text[one.span.start : one.span.end] for one in found]
    assert case.place in places
    assert all(one.stage is Stage.LINT for one in found)
    assert all("\n" not in str(one) for one in found)


@pytest.mark.parametrize("said", SAID, ids=range(len(SAID)))
def test_says_what_where_and_what_to_do(said: dict[str, Any]) -> None:
    found = lint(parse(said["text"]), context=CONTEXTS[said["context"]])

    assert [
        told(one, said["text"]) | {"severity": one.severity.value} for one in found
    ] == [{"stage": "lint", **one} for one in said["warnings"]]


def test_is_asked_for_words_in_every_case() -> None:
    named = {id(context): name for name, context in CONTEXTS.items()}

    assert {(case.text, named[id(case.context)]) for case in CASES} == {
        (said["text"], said["context"]) for said in SAID
    }


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_is_content_after_the_fix(case: Case) -> None:
    problem = next(
        one
        for one in lint(parse(case.text), context=case.context)
        if one.code == case.code
        and case.text[one.span.start : one.span.end] == case.place
    )

    if problem.fix is None:
        assert case.fixed is None
        return
    fixed = problem.fix.apply(case.text)
    assert case.fixed in {None, fixed}
    left = codes(fixed, case.context).count(case.code)
    assert left < codes(case.text, case.context).count(case.code)


@pytest.mark.parametrize("text", CLEAN)
def test_has_nothing_to_say_about_sensible_policies(text: str) -> None:
    context = LintContext(groups=GROUPS.groups, device_types={"yubikey"}, now=NOW)

    assert codes(text, context) == []


def emitted() -> set[str]:
    """Return the codes that stand in the sources of the linter."""
    pattern = re.compile(r'(?:warn\(|_always\()\s*"([a-z-]+)"')
    return {
        code
        for path in SOURCES.glob("*.py")
        for code in pattern.findall(path.read_text())
    }


def test_has_a_case_and_a_section_for_every_code() -> None:
    page = (SOURCES.parent / "LINT.md").read_text()

    assert {case.code for case in CASES} == emitted()
    assert set(re.findall(r"^### `([a-z-]+)`$", page, re.MULTILINE)) == emitted()


def test_offers_a_fix_for_every_code() -> None:
    offered = {
        problem.code
        for case in CASES
        for problem in lint(parse(case.text), context=case.context)
        if problem.fix is not None
    }

    assert emitted() - offered == set()


def test_treats_an_open_allow_rule_as_an_error() -> None:
    allow, deny = (
        lint(parse(f"{action}: {{or: [{{email: {{not: a@b.c}}}}]}}"))[0]
        for action in ("allow", "deny")
    )

    assert (allow.severity, deny.severity) == (Severity.ERROR, Severity.WARNING)


def test_does_not_repeat_what_keeps_a_policy_from_being_saved() -> None:
    text = "allow: {or: [{ssh_username: [root, ada]}]}"

    strict, lenient = check(text), check(text, saving=False)

    assert [problem.code for problem in strict] == ["list-as-text"]
    assert "list-instead-of-in" in [problem.code for problem in lenient]


def test_passes_what_is_known_of_a_policy_on() -> None:
    text = "allow: {or: [{accept: true}]}"

    assert check(text) == ()
    assert [one.code for one in check(text, context=ENFORCED)] == ["enforced-allow"]


def test_has_no_fix_for_a_text_that_cannot_be_edited_by_lines() -> None:
    text = "- allow: {or: [&a {email: {is: example.com}}]}\n- allow: {and: [*a, *a]}"

    found = lint(parse(text))

    assert {"email-without-at", "duplicate-criterion"} <= {one.code for one in found}
    assert all(problem.fix is None for problem in found)
    tab = "allow:\n  or:\n    - groups: 017\n        \t# a\n    - user: b\n"
    assert [problem.fix for problem in lint(parse(tab))] == [None]
    marked = "\ufeffallow: {or: [{http_method: get}, {user: ''}]}"
    assert [problem.fix for problem in lint(parse(marked))] == [None, None]
    more = "allow: {or: [&a {email: {ends_with: b.c}}, {user: {is: [d]}}]}"
    assert all(problem.fix is None for problem in lint(parse(more)))
    assert all(
        problem.fix is None
        for problem in lint(parse("allow: {or: [&a {groups: 017}]}"))
    )


def test_does_not_take_a_number_for_a_domain() -> None:
    assert codes("allow: {or: [{email: !!float 1.5}]}") == ["never-holds"]


def test_shows_no_more_than_so_many_warnings() -> None:
    text = "allow: {or: [" + "{http_method: get}, " * 300 + "]}"

    assert len(lint(parse(text))) == MAX_PROBLEMS


def test_gives_up_on_comparing_very_many_values() -> None:
    texts = ", ".join(f"a{number}b" for number in range(7_000))
    parts = ", ".join(f"{{user: {{contains: '{part}'}}}}" for part in "01x")
    networks = ", ".join(
        f"10.{one}.{two}.0/24" for one in range(4) for two in range(50)
    )

    assert "contradiction" not in codes(
        f"allow: {{and: [{{user: {{in: [{texts}]}}}}, {parts}]}}"
    )
    assert "contradiction" not in codes(
        f"allow: {{and: [{{source_ip: [{networks}]}}, {{source_ip: [{networks}]}}]}}"
    )


def test_fixes_of_random_policies_can_be_applied() -> None:
    for seed in range(300):
        rng = random.Random(seed)
        text = random_texts.write(rng, random_policies.policy(rng))
        before = lint(parse(text), context=EVERYTHING)
        for problem in before:
            if problem.fix is None:
                continue

            after = lint(parse(problem.fix.apply(text)), context=EVERYTHING)

            same = [one.code for one in after].count(problem.code)
            assert same < [one.code for one in before].count(problem.code) or (
                len(after) == MAX_PROBLEMS
            ), (problem, text)


@pytest.mark.parametrize("name", hostile_texts.TEXTS)
def test_is_quick_on_hostile_texts(name: str) -> None:
    document = hostile_texts.document(hostile_texts.TEXTS[name])

    def work(_: str) -> None:
        if document is not None:
            lint(document, context=EVERYTHING)

    hostile_texts.assert_harmless(work, name)


class TestSoundFixes:
    """A fix that would leave what can't be read is not offered; the warning stays."""

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param(
                "deny: {and: [\n {user: a},\n {pomerium_routes: null}\n ,\n ]}\n",
                id="a comma on a line of its own",
            ),
            pytest.param(
                "- deny:\n    and:\n" + " " * 401 + "- http_method: {}\n",
                id="lines that begin far to the right",
            ),
            pytest.param(
                "allow:\n  and:\n  - user: {is: a}\n\ufeff -\n    user: {not_in: []}\n"
                "  - user: {is: b}\n",
                id="a byte order mark in the middle",
            ),
            pytest.param(
                "[{allow: {or: [{email: /a\u0085b/}, {user: {is: '*a', # c\n}}]}}]\n",
                id="a line that ends within a value",
            ),
            pytest.param(
                "allow: {and: [{accept: true}, {'http_method':# c\n '\u00a0'}]}\n",
                id="a colon right before a comment",
            ),
        ],
    )
    def test_leave_what_can_be_read(self, text: str) -> None:
        found = lint(parse(text))

        assert found
        for one in found:
            assert one.fix is None or parse(one.fix.apply(text))

    def test_are_offered_as_far_as_there_is_time_to_try_them(self) -> None:
        rule = "- allow:\n    and:\n      - email: d{}.example\n"

        few, many = (
            lint(parse("".join(map(rule.format, range(count))))) for count in (2, 90)
        )

        assert all(one.fix for one in few)
        assert 0 < sum(one.fix is not None for one in many) < len(many)


def test_is_not_asked_where_there_is_no_room_for_what_is_wrong() -> None:
    anchors = ", ".join(f"a{number}: &a b" for number in range(MAX_PROBLEMS))

    found = check(f"deny: {{nor: [{{time_of_day: {{{anchors}, after: '5PM'}}}}]}}\n")

    assert len(found) == MAX_PROBLEMS
    assert not [one for one in found if one.stage is Stage.LINT]

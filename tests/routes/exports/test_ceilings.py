"""Ceilings in PPL decide exactly as enforced policies do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import language
from policies.language import Facts, Mode
from policies.language.facts import DirectoryUser, Person, Request, Session
from routes.exports import emitter
from routes.exports.ceilings import ceiling_of

CRITERIA = [
    {"domain": {"is": "example.com"}},
    {"email": {"is": "ada@example.com"}},
    {"groups": {"has": "crew"}},
    {"authenticated_user": True},
    {"accept": True},
    {"reject": True},
    {"cors_preflight": True},
]
PEOPLE = [
    Facts(request=Request(method="GET", path="/")),
    *(
        Facts(
            session=Session(id="s", user_id="u", claims={}),
            person=Person(id="u", email=email),
            directory_user=DirectoryUser(group_ids=groups),
            request=Request(method="GET", path="/"),
        )
        for email in ("ada@example.com", "eve@example.org")
        for groups in ((), ("crew",))
    ),
]
OPERATORS = st.sampled_from(["and", "or", "not", "nor"])
BODIES = st.dictionaries(
    OPERATORS,
    st.lists(st.sampled_from(CRITERIA), min_size=1, max_size=3),
    min_size=1,
    max_size=2,
)
RULES = st.lists(
    st.fixed_dictionaries({}, optional={"allow": BODIES, "deny": BODIES}).filter(bool),
    min_size=1,
    max_size=2,
).filter(lambda rules: any("allow" in one for one in rules))
OPEN = language.compile_policy(language.parse("allow: {or: [{accept: true}]}"))


def program_of(rules: object) -> language.Program:
    text = "\n".join(emitter.emit_lines(rules))
    return language.compile_policy(language.parse(text))


@given(RULES, st.sampled_from(PEOPLE))
def test_refuse_whom_the_enforced_policy_refuses_and_why(
    rules: list[dict[str, object]], facts: Facts
) -> None:
    limit = ceiling_of(rules)
    if limit is None:
        return
    enforced = language.compile_route(policies=[OPEN], enforced=[program_of(rules)])
    told = language.compile_route(policies=[OPEN, program_of(limit)])

    ours = language.evaluate(enforced, facts, mode=Mode.CORE_INTENDED)
    cores = language.evaluate(told, facts, mode=Mode.CORE_INTENDED)

    assert (ours.outcome, ours.denied) == (cores.outcome, cores.denied)


@pytest.mark.parametrize(
    ("allow", "deny"),
    [
        ({"and": [1, 2]}, {"nor": [1, 2]}),
        ({"or": [1, 2]}, {"not": [1, 2]}),
        ({"not": [1]}, {"or": [1]}),
        ({"nor": [1, 2]}, {"and": [1, 2]}),
        ({"and": [1], "or": [2, 3]}, {"not": [1, 2, 3]}),
    ],
)
def test_are_the_opposite_of_what_lets_in(
    allow: dict[str, object], deny: dict[str, object]
) -> None:
    assert ceiling_of([{"allow": allow}]) == [{"deny": deny}]


def test_keep_the_deny_rules_of_the_policy() -> None:
    rules = [{"allow": {"or": [1]}, "deny": {"or": [2]}}]

    assert ceiling_of(rules) == [{"deny": {"not": [1]}}, {"deny": {"or": [2]}}]


@pytest.mark.parametrize(
    "allow", [{}, {"and": []}, {"and": [1, 2], "or": [3]}, {"not": [1], "or": [2]}]
)
def test_take_rego_where_one_list_is_not_enough(allow: dict[str, object]) -> None:
    assert ceiling_of([{"allow": allow}]) is None

"""What the builder offers: criteria and operators with their words, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policies.language.criteria import CRITERIA, MatcherKind
from policies.language.criteria.record import NumberOperator
from policies.language.grammar import Operator
from policies.language.matchers import ListOperator, TextOperator
from policies.language.modes import Edition
from policies.language.sentences import OPERATOR_WORDS
from policies.language.wording import operator_phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.language.criteria import Criterion

IMPLIED: Final = {
    MatcherKind.TEXT: TextOperator.IS.value,
    MatcherKind.LIST: ListOperator.HAS.value,
}
OPERATORS: Final[dict[MatcherKind, tuple[str, ...]]] = {
    MatcherKind.TEXT: tuple(one.value for one in TextOperator),
    MatcherKind.LIST: tuple(one.value for one in ListOperator),
    MatcherKind.RECORD: (
        *(one.value for one in TextOperator),
        ListOperator.HAS.value,
        ListOperator.EXCLUDE.value,
        *(one.value for one in NumberOperator),
    ),
}
TAKES_LIST: Final = frozenset({TextOperator.IN.value, TextOperator.NOT_IN.value})


def catalog(*, edition: Edition = Edition.ENTERPRISE) -> dict[str, Any]:
    """Return all that can be chosen from, in the order in which it is shown."""
    return {
        "operators": [
            {"name": one.value, "words": OPERATOR_WORDS[one]} for one in Operator
        ],
        "criteria": [
            _entry(criterion)
            for criterion in CRITERIA.entries
            if CRITERIA.get(criterion.name, edition) is not None
        ],
    }


def _entry(criterion: Criterion) -> dict[str, Any]:
    return {
        "name": criterion.name,
        "label": criterion.label,
        "help": criterion.help,
        "example": criterion.example,
        "group": criterion.group.value,
        "widget": criterion.widget.value,
        "matcher": criterion.matcher.value,
        "takes_sub_path": criterion.takes_sub_path,
        "known_to_core": criterion.known_to_core,
        "implied": IMPLIED.get(criterion.matcher),
        "tests": _tests(OPERATORS.get(criterion.matcher, ())),
    }


def _tests(operators: Iterable[str]) -> list[dict[str, Any]]:
    return [
        {
            "operator": operator,
            "words": operator_phrase(operator),
            "takes_list": operator in TAKES_LIST,
        }
        for operator in operators
    ]

"""The switches of the policy builder: criteria that let people in on their own.

A switch is on when its criterion alone is an alternative of an allow rule.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from policies.language.grammar import Action, Operator

from .blocks import add_block, remove_block
from .criteria import add_criterion, remove_criterion
from .engine import together
from .model import Edited, Place
from .sheet import Sheet, children

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.language.grammar import PolicyDocument


class Override(StrEnum):
    """A criterion with a switch of its own: any signed-in user, preflights, anyone."""

    AUTHENTICATED_USER = "authenticated_user"
    CORS_PREFLIGHT = "cors_preflight"
    ACCEPT = "accept"


def overrides(document: PolicyDocument) -> frozenset[Override]:
    """Return the switches that are on."""
    return frozenset(
        Override(node.name)
        for rule in document.rules
        if rule.action is Action.ALLOW
        for block in rule.operators
        if _stands_alone(block.operator, len(block.criteria))
        for node in block.criteria
        if node.name in tuple(Override)
    )


def set_override(text: str, override: Override, *, is_on: bool) -> Edited:
    """Turn a switch on or off.

    On, the criterion is written into the first `or` of an allow rule, or into one made
    for it. Off, it is taken out wherever it is an alternative of its own, and so is
    what it leaves empty.

    Raises:
        EditingError: the policy has no room for it.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    if is_on and override not in overrides(sheet.document):
        return _switched_on(sheet, override)
    while not is_on and (place := next(_places(Sheet.open(text), override), None)):
        text = _without(text, place)
    return together(sheet, text)


def _switched_on(sheet: Sheet, override: Override) -> Edited:
    for number, rule in enumerate(sheet.rules):
        if rule.action is Action.ALLOW and Operator.OR in dict(sheet.operators(rule)):
            place = Place(number, Operator.OR)
            return add_criterion(sheet.text, place, name=override, data=True)
    return add_block(sheet.text, Action.ALLOW, Operator.OR, [{override.value: True}])


def _places(sheet: Sheet, override: Override) -> Iterator[Place]:
    for number, rule in enumerate(sheet.rules):
        if rule.action is not Action.ALLOW:
            continue
        for count, (operator, node) in enumerate(sheet.operators(rule)):
            size = len(children(node))
            for index in range(size) if _stands_alone(operator, size) else ():
                key = sheet.key((*rule.body, count, index, 0))
                if key is not None and key.text.partition("/")[0] == override:
                    yield Place(number, operator, index)


def _stands_alone(operator: Operator, criteria: int) -> bool:
    return operator is Operator.OR or (operator is Operator.AND and criteria == 1)


def _without(text: str, place: Place) -> str:
    sheet = Sheet.open(text)
    if len(children(sheet.node(sheet.block_path(place)))) == 1:
        return remove_block(text, place).text
    return remove_criterion(text, place).text

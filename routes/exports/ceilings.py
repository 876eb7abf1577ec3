"""Ceilings in PPL: who is not let in by an enforced policy is refused.

Core knows no policies that only limit, but it knows deny rules. Where an enforced
policy lets people in by one list of criteria, the opposite of that list is a deny rule
that refuses exactly the others, for the same reasons. Anything else takes Rego.
"""

from collections.abc import Iterator, Sequence
from typing import Any

# The opposite of all, of any, of none, and of not all.
OPPOSITE = {"and": "nor", "or": "not", "not": "or", "nor": "and"}

RuleSet = dict[str, Any]


def ceiling_of(rules: Sequence[RuleSet]) -> list[RuleSet] | None:
    """Return the deny rules that a policy puts up as a ceiling, or None.

    `rules` are those of a policy in PPL with at least one allow rule; its deny rules
    stay.
    """
    blocks = list(_blocks(rules))
    if len(blocks) == 1:
        operator, criteria = blocks[0]
    elif blocks and all(_is_alternative(*block) for block in blocks):
        operator = "or"
        criteria = [criterion for _, listed in blocks for criterion in listed]
    else:
        return None
    limit = {"deny": {OPPOSITE[operator]: criteria}}
    kept = [{"deny": one["deny"]} for one in rules if "deny" in one]
    return [limit, *kept]


def _blocks(rules: Sequence[RuleSet]) -> Iterator[tuple[str, list[Any]]]:
    """Yield each operator of the allow rules that has criteria."""
    for one in rules:
        for operator, criteria in one.get("allow", {}).items():
            if operator in OPPOSITE and criteria:
                yield operator, criteria


def _is_alternative(operator: str, criteria: list[Any]) -> bool:
    """Each criterion of the block is enough by itself."""
    return operator == "or" or (operator == "and" and len(criteria) == 1)

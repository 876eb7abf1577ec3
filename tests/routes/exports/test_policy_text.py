"""Policies as items of one list, and back."""

import pytest

from policies.language import source as language_source
from policies.language.errors import Report
from policies.language.nodes import to_json
from routes.exports import policy_text
from routes.exports.policy_text import Shape

MAPPING = """\
# who may come
allow:  # everybody of ours
  or:
    - domain: {is: example.com}

    - email:
        is: "alice@example.org"
# and who not
deny:
  and:
  - reject: true
# end
"""
LIST = "- allow:\n    or:\n    - accept: true\n# next\n- deny:\n    or: [reject: 1]\n"


def value_of(text: str) -> object:
    node = language_source.compose(text, Report())
    assert node is not None
    return to_json(node)


@pytest.mark.parametrize(
    ("source", "shape"), [(MAPPING, Shape.MAPPING), (LIST, Shape.LIST)]
)
def test_block_text_is_carried_over_exactly(source: str, shape: Shape) -> None:
    items = policy_text.to_items(source)

    assert (items.shape, items.is_exact) == (shape, True)
    assert policy_text.restore(items.lines, items.shape) == source


def test_a_mapping_becomes_an_item_with_its_comments() -> None:
    lines = policy_text.to_items(MAPPING).lines

    assert lines[:3] == ("# who may come", "- allow:  # everybody of ours", "    or:")
    assert lines[-1] == "  # end"


@pytest.mark.parametrize(
    "source",
    [
        "{allow: {or: [{accept: true}]}}\n",
        "[{allow: {or: [{accept: true}]}}]\n",
        "--- # first\nallow:\n  or:\n    - accept: true\n",
        "  allow:\n    or:\n      - accept: true\n",
        "allow:\n  or:\n    - claim/x: |-\n        one\n\n        two\n",
        "allow:\x85  or:\x85    - accept: true\x85",
    ],
)
def test_items_always_say_what_the_policy_says(source: str) -> None:
    items = policy_text.to_items(source)

    said = value_of("\n".join(items.lines))
    wanted = value_of(source)
    assert said == (wanted if isinstance(wanted, list) else [wanted])


def test_what_can_not_be_carried_over_is_rewritten_and_says_so() -> None:
    items = policy_text.to_items("{allow: {or: [{accept: true}]}}\n")

    assert (items.shape, items.is_exact) == (Shape.REWRITTEN, False)
    assert items.lines == ("- allow:", "    or:", "      - accept: true")


def test_a_missing_last_line_end_is_no_exact_copy() -> None:
    assert not policy_text.to_items("allow:\n  or:\n    - accept: true").is_exact

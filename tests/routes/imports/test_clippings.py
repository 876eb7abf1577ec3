"""Policies cut out of a file, as their authors wrote them."""

import pytest

from policies.language import source
from policies.language.errors import Report
from policies.language.nodes import MappingNode, Node, ScalarNode
from routes.imports.clippings import Clipper, Clipping


def clip(text: str) -> Clipping:
    """Return the policy of a text's key `policy`."""
    root = source.compose(text, Report())
    assert root is not None
    key, value = next(one for one in entries(root) if one[0].text == "policy")
    return Clipper(text).clip(key, value)


def entries(node: Node) -> list[tuple[ScalarNode, Node]]:
    if isinstance(node, MappingNode):
        return [
            entry
            for key, value in node.entries
            for entry in [(key, value), *entries(value)]
        ]
    return [entry for item in getattr(node, "items", ()) for entry in entries(item)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "policy:\n  - allow:\n      or: []\n  # mine\n# not mine\nfrom: x\n",
            "- allow:\n    or: []\n# mine\n",
        ),
        (
            "r:\n- x: y\n  policy:\n  - allow:\n      or: []\n  # not mine\n  to: y\n",
            "- allow:\n    or: []\n",
        ),
        (
            "policy: # why\n\n    # first\n    allow:\n\n      or: []\n\n\nfrom: x\n",
            "# why\n# first\nallow:\n\n  or: []\n",
        ),
        ("policy: {allow: {or: []}} # why\n", "{allow: {or: []}}  # why\n"),
        (
            "a:\n  policy: {\n    allow: {\n      or: []}\n  }\n",
            "{\n  allow: {\n    or: []}\n}\n",
        ),
        (
            "policy:\r\n  allow: # c\r\n    or: []\r\n",
            "allow: # c\n  or: []\n",
        ),
        (
            "policy:\n  allow:\n    or:\n    - claim/a: |\n        b\n\n          c\n",
            "allow:\n  or:\n  - claim/a: |\n      b\n\n        c\n",
        ),
    ],
)
def test_keeps_layout_and_comments(text: str, expected: str) -> None:
    assert clip(text).source == expected


@pytest.mark.parametrize(
    "text",
    [
        "x: &x\n  allow: {or: []}\npolicy: *x\n",
        "x: &x [{reject: 1}]\npolicy:\n  allow:\n    or: *x # c\n",
        "x: &x {or: []}\npolicy:\n  allow:\n    <<: *x\n",
        "policy: &y # c\n  allow: &z\n    or: []\n",
    ],
)
def test_writes_anew_what_leans_on_anchors(text: str) -> None:
    clipping = clip(text)

    assert clipping.first_line is None
    assert clipping.source.startswith("allow:\n  or:")
    assert "#" not in clipping.source


@pytest.mark.parametrize(
    "text",
    [
        "\n\npolicy:\n    # c\n    - allow:\n        or:\n          - here: 1\n",
        "policy: # c\n  - allow:\n      or:\n      - here: 1\n",
        "policy: {allow: {or: [{here: 1}]}}\n",
    ],
)
def test_leads_back_to_the_place_in_the_file(text: str) -> None:
    clipping = clip(text)
    root = source.compose(clipping.source, Report())
    assert root is not None
    (key,) = (key for key, _ in entries(root) if key.text == "here")

    place = clipping.locate(key.span)

    line = text.splitlines()[place.line - 1]
    assert line[place.column - 1 :].startswith("here")

"""What kind of file this is: where its routes are, and what else stands in it.

Accepted are a whole configuration (`routes:`, or the older `policy:`), a list of
routes, one route, and rules alone. Whatever could mean two things is refused.
"""

from dataclasses import dataclass, field

from policies.language.errors import closest
from policies.language.nodes import MappingNode, Node, ScalarNode, SequenceNode
from policies.texts import worded
from routes.imports.draft import LeftAlone
from routes.imports.findings import Findings, Place
from routes.imports.global_keys import known_keys, why_left_alone

ROUTES = "routes"
OLDER_ROUTES = "policy"
RULE_KEYS = frozenset({"allow", "deny"})


@dataclass(slots=True)
class Outline:
    """The nodes of a file that matter.

    `loose` holds rules that stand in the file without a route, each with its key; rules
    that are the whole file have none.
    """

    routes: list[Node] = field(default_factory=list)
    loose: list[tuple[ScalarNode | None, Node]] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)


def read_outline(
    root: Node, findings: Findings, *, may_be_empty: bool = False
) -> Outline:
    """Return what the file holds; problems go to the findings.

    A file without routes is one of those, unless it may be empty.
    """
    outline = Outline()
    if isinstance(root, SequenceNode):
        _read_list(root, outline, findings)
    elif isinstance(root, MappingNode):
        _read_mapping(root, outline, findings)
    else:
        _refuse_shape(root, findings)
    if not (outline.routes or outline.loose or findings.problems or may_be_empty):
        _refuse_nothing(root, outline, findings)
    return outline


def _read_mapping(root: MappingNode, outline: Outline, findings: Findings) -> None:
    keys = {key.text for key, _ in root.entries}
    if "from" in keys and ROUTES not in keys:
        outline.routes.append(root)
        return
    if keys and keys <= RULE_KEYS:
        outline.loose.append((None, root))
        return
    # Core reads the older list first, wherever it stands.
    for name in (OLDER_ROUTES, ROUTES):
        for key, value in root.entries:
            if key.text == name:
                _read_section(key, value, outline, findings, alone=ROUTES not in keys)
    for key, _ in root.entries:
        if key.text not in {ROUTES, OLDER_ROUTES}:
            outline.left_alone.append(_leave(key, findings))


def _read_section(
    key: ScalarNode, value: Node, outline: Outline, findings: Findings, *, alone: bool
) -> None:
    """Read the value of `routes` or `policy`; `alone` if there is no `routes`."""
    if isinstance(value, ScalarNode) and value.value is None:
        return
    if key.text == OLDER_ROUTES and _are_rules(value):
        if alone:
            outline.loose.append((key, value))
            return
        findings.problem(
            "rules_without_route",
            worded(
                "rules can't stand beside `routes`: nothing says which route they are "
                "for"
            ),
            Place.of(key),
            remedy=worded("move them below the route that they are for"),
        )
    elif isinstance(value, SequenceNode):
        outline.routes.extend(value.items)
    else:
        findings.problem(
            "not_a_list",
            worded("`%(key)s` is a list of routes", key=key.text),
            Place.of(value) if value.span.length else Place.of(key),
            remedy=worded("begin each route with `- from:`"),
        )


def _read_list(root: SequenceNode, outline: Outline, findings: Findings) -> None:
    if root.items and _are_rules(root):
        outline.loose.append((None, root))
        return
    if root.items and all(_has_from(item) for item in root.items):
        outline.routes.extend(root.items)
        return
    odd = next((item for item in root.items if not _has_from(item)), root)
    findings.problem(
        "not_a_configuration",
        worded("this is neither a list of routes nor one of rules"),
        Place.of(odd),
        remedy=worded("put the routes below `routes:`, each beginning with `- from:`"),
    )


def _leave(key: ScalarNode, findings: Findings) -> LeftAlone:
    why = why_left_alone(key.text)
    if key.text == "policy_file":
        findings.warning(
            "policy_file",
            worded("the routes of `policy_file` are in another file"),
            Place.of(key),
            remedy=worded("import that file as well"),
        )
        why = worded(
            "points to another file, which holds routes; import that one as well"
        )
    return LeftAlone(key.text, Place.of(key), why)


def _refuse_shape(root: Node, findings: Findings) -> None:
    findings.problem(
        "not_a_configuration",
        worded("this is a single text, not a configuration"),
        Place.of(root),
        remedy=worded("choose the file that has `routes:`"),
    )


def _refuse_nothing(root: Node, outline: Outline, findings: Findings) -> None:
    for one in outline.left_alone:
        if closest(one.key, [ROUTES]) and one.key not in set(known_keys()):
            findings.problem(
                "no_routes",
                worded("there are no routes here, only `%(key)s`", key=one.key),
                one.place,
                remedy=worded("did you mean `routes`?"),
            )
            return
    findings.problem(
        "no_routes",
        worded("there are no routes in this file"),
        Place.of(root),
        remedy=worded(
            "choose the file that has `routes:`; global settings alone can't be "
            "imported"
        ),
    )


def _are_rules(value: Node) -> bool:
    """Return whether a node is a policy: `allow` and `deny`, or a list of these."""
    items = value.items if isinstance(value, SequenceNode) else (value,)
    return bool(items) and all(
        isinstance(item, MappingNode)
        and bool(item.entries)
        and {key.text for key, _ in item.entries} <= RULE_KEYS
        for item in items
    )


def _has_from(item: Node) -> bool:
    return isinstance(item, MappingNode) and item.get("from") is not None

"""Fixes of warnings: edits of the text that make a policy say what was meant.

Each returns None where the text is written so that there is no such edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policies.language.editing import splices
from policies.language.editing.engine import changed
from policies.language.editing.sheet import children
from policies.language.errors import START, Edit, Fix, write
from policies.language.grammar import Action, Operator
from policies.language.nodes import MappingNode, ScalarNode, SequenceNode
from policies.language.writer import UnwritableValueError, double_quoted, node_for
from policies.texts import counted, worded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from policies.language.editing.sheet import Path, Sheet
    from policies.language.editing.splices import Edits

    from .view import Entry, View


_MAX_SHOWN: Final = 60
_NEVER: Final = "reject"


def set_data(view: View, entry: Entry, data: Any, *, title: str) -> Fix | None:
    """Give a criterion other data."""
    wanted = node_for(data)
    return _fix(
        view, entry, title, lambda sheet, path: splices.put(sheet, path, wanted)
    )


def set_value(view: View, entry: Entry, node: ScalarNode, text: str) -> Fix | None:
    """Put a text in the place of one inside the data of a criterion."""
    shown = text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"

    inner = view.scalar_paths.get(node.span.start)
    if inner is None:
        return None
    return _fix(
        view,
        entry,
        write(shown),
        lambda sheet, _path: splices.put(sheet, inner, node_for(text)),
    )


def rename(view: View, entry: Entry, name: str) -> Fix | None:
    """Give a criterion another name."""
    return _fix(
        view,
        entry,
        write(name),
        lambda sheet, path: splices.rename(sheet, path, name),
    )


def rename_key(view: View, entry: Entry, key: ScalarNode, name: str) -> Fix | None:
    """Give a key inside the data of a criterion another name."""
    inner = view.paths.get(key.span.start)
    if inner is None:
        return None
    return _fix(
        view,
        entry,
        worded("Use `%(name)s`", name=name),
        lambda sheet, _path: splices.rename(sheet, inner, name),
    )


def remove(view: View, entry: Entry, *, title: str) -> Fix | None:
    """Take a criterion out, unless its operator would be left empty."""
    if len(entry.block.node.criteria) == 1:
        return None
    return _fix(
        view,
        entry,
        title,
        lambda sheet, path: splices.remove(sheet, path[:-2], path[-2]),
    )


def remove_value(view: View, entry: Entry, node: ScalarNode) -> Fix | None:
    """Take a text out of the list of texts of a criterion, unless it is alone there."""
    inner = view.scalar_paths.get(node.span.start)
    if inner is None or view.sheet is None:
        return None
    values = view.sheet.node(inner[:-1])
    if not isinstance(values, SequenceNode) or len(values.items) == 1:
        return None
    return _fix(
        view,
        entry,
        worded("Remove it"),
        lambda sheet, _path: splices.remove(sheet, inner[:-1], inner[-1]),
    )


def remove_rule(view: View, entry: Entry, *, title: str) -> Fix | None:
    """Take out the rule of a criterion that is alone in it, unless no rule is left."""
    is_alone = len(entry.block.node.criteria) == len(entry.rule.node.operators) == 1
    if not is_alone or len(view.document.rules) == 1:
        return None

    def edits(sheet: Sheet, path: Path) -> Edits:
        place = path[:-3]
        while len(children(sheet.node(place[:-1]))) == 1:
            place = place[:-1]
        return splices.remove(sheet, place[:-1], place[-1])

    return _fix(view, entry, title, edits)


def reject(view: View, entry: Entry) -> Fix | None:
    """Put `reject`, which never holds, in the place of a criterion that never does."""

    def edits(sheet: Sheet, path: Path) -> Edits:
        return splices.joined(
            [
                splices.rename(sheet, path, _NEVER),
                splices.put(sheet, path, node_for(True)),
            ]
        )

    return _fix(
        view,
        entry,
        worded("Write `%(never)s`, which means the same", never=_NEVER),
        edits,
    )


def remove_operator(view: View, entry: Entry, *, title: str) -> Fix | None:
    """Take out the operator of a criterion, unless its rule would be left empty."""
    if len(entry.rule.node.operators) == 1:
        return None
    return _fix(
        view,
        entry,
        title,
        lambda sheet, path: splices.remove(sheet, path[:-3], path[-3]),
    )


def separate(view: View, entry: Entry) -> Fix | None:
    """Give the operator of a criterion a rule of its own, behind the one that it has.

    Only a list of rules has room for that, and comments inside are not carried along.
    """
    key = ScalarNode(START, entry.action.value, entry.action.value, is_plain=False)

    def edits(sheet: Sheet, path: Path) -> Edits:
        if not isinstance(sheet.root, SequenceNode):
            return None
        node = sheet.node(path[:-2])
        if sheet.comments_in(node.span.start, sheet.end_of(node)):
            return None
        name = ScalarNode(
            START, entry.operator.value, entry.operator.value, is_plain=False
        )
        rule = MappingNode(START, ((key, MappingNode(START, ((name, node),))),))
        return splices.joined(
            [
                splices.remove(sheet, path[:-3], path[-3]),
                splices.insert(sheet, (), path[0] + 1, [(None, rule)]),
            ]
        )

    return _fix(view, entry, worded("Make it a rule of its own"), edits)


def split(view: View, entry: Entry, parts: Sequence[Any]) -> Fix | None:
    """Make alternatives, one for each data, of a criterion that is one or is alone."""
    is_alone = len(entry.block.node.criteria) == len(entry.rule.node.operators) == 1
    if entry.operator.inverts or not (entry.operator is Operator.OR or is_alone):
        return None
    first, *others = (node_for(part) for part in parts)

    def edits(sheet: Sheet, path: Path) -> Edits:
        criterion = sheet.node(path[:-1])
        assert isinstance(criterion, MappingNode)  # noqa: S101 -- the path of a key
        key = criterion.entries[path[-1]][0]
        name = ScalarNode(START, key.text, key.text, is_plain=False)
        added: list[splices.Member] = [
            (None, MappingNode(START, ((name, other),))) for other in others
        ]
        changes = [
            splices.put(sheet, path, first),
            splices.insert(sheet, path[:-2], path[-2] + 1, added),
        ]
        if entry.operator is not Operator.OR:
            changes.append(splices.rename(sheet, path[:-2], Operator.OR.value))
        return splices.joined(changes)

    return _fix(
        view,
        entry,
        counted(
            "Make it %(count)s alternative",
            "Make it %(count)s alternatives",
            count=len(parts),
        ),
        edits,
    )


def deny_opposite(view: View, entry: Entry) -> Fix | None:
    """Make a deny rule of the only allow rule: of a ceiling, which means the same."""
    allowing = [rule for rule in view.program.rules if rule.action is Action.ALLOW]
    is_only = len(allowing) == len(view.document.rules) == 1
    if not is_only or len(entry.rule.node.operators) != 1:
        return None
    operator = _DENYING[entry.operator]

    def edits(sheet: Sheet, path: Path) -> Edits:
        return splices.joined(
            [
                splices.rename(sheet, path[:-3], Action.DENY.value),
                splices.rename(sheet, path[:-2], operator.value),
            ]
        )

    return _fix(
        view,
        entry,
        worded("Write `deny` with `%(operator)s`", operator=operator),
        edits,
    )


# What is true of criteria when an operator of an allow rule is not.
_DENYING: Final = {
    Operator.OR: Operator.NOT,
    Operator.AND: Operator.NOR,
    Operator.NOT: Operator.OR,
    Operator.NOR: Operator.AND,
}


def require_session(view: View, entry: Entry) -> Fix | None:
    """Put `authenticated_user` beside a criterion, so that both must hold."""
    operators = {block.operator for block in entry.rule.node.operators}
    is_alone = len(entry.block.node.criteria) == 1
    if entry.operator is not Operator.AND and (
        Operator.AND in operators or not is_alone
    ):
        return None

    def edits(sheet: Sheet, path: Path) -> Edits:
        parts = [
            splices.insert(
                sheet, path[:-2], 0, [(None, _criterion("authenticated_user"))]
            )
        ]
        if entry.operator is not Operator.AND:
            parts.append(splices.rename(sheet, path[:-2], Operator.AND.value))
        return splices.joined(parts)

    return _fix(view, entry, worded("Require signing in as well"), edits)


def change_keyword(view: View, entry: Entry, operator: Operator) -> Fix | None:
    """Change the keyword of an operator, if the rule has no such operator yet."""
    if any(block.operator is operator for block in entry.rule.node.operators):
        return None
    return _fix(
        view,
        entry,
        write(operator),
        lambda sheet, path: splices.rename(sheet, path[:-2], operator.value),
    )


def add_alternative(view: View, entry: Entry, name: str) -> Fix | None:
    """Put a criterion in front of those of an `or`."""
    added = _criterion(name)
    return _fix(
        view,
        entry,
        worded("Add `%(name)s`", name=name),
        lambda sheet, path: splices.insert(sheet, path[:-2], 0, [(None, added)]),
    )


def add_denial(view: View, entry: Entry, name: str, *, title: str) -> Fix | None:
    """Add a deny rule of one criterion at the end, if the policy has none yet."""
    body = node_for({Operator.OR.value: [{name: True}]})
    key = ScalarNode(START, Action.DENY.value, Action.DENY.value, is_plain=False)

    def edits(sheet: Sheet, _path: Path) -> Edits:
        root = sheet.root
        if isinstance(root, SequenceNode):
            rule = MappingNode(START, ((key, body),))
            return splices.insert(sheet, (), len(root.items), [(None, rule)])
        if not isinstance(root, MappingNode) or root.get(Action.DENY.value) is not None:
            return None
        return splices.insert(sheet, (), len(root.entries), [(key, body)])

    return _fix(view, entry, title, edits)


def quote(view: View, scalars: Iterable[ScalarNode]) -> Fix | None:
    """Put plain scalars in quotes."""
    if view.sheet is None:
        return None
    edits = [
        Edit(one.span.start, one.span.end, double_quoted(one.text)) for one in scalars
    ]
    return Fix(worded("Quote it"), tuple(edits))


def _criterion(name: str) -> MappingNode:
    key = ScalarNode(START, name, name, is_plain=False)
    return MappingNode(START, ((key, node_for(True)),))


def _fix(
    view: View, entry: Entry, title: str, work: Callable[[Sheet, Path], Edits]
) -> Fix | None:
    path = view.paths.get(entry.name_span.start)
    if view.sheet is None or path is None:
        return None
    try:
        edits = work(view.sheet, path)
    except UnwritableValueError:
        return None
    if not edits or changed(view.document.source, edits) is None:
        return None
    return Fix(title, tuple(edits))

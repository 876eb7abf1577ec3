"""What can't hold, what always holds, and what is said twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.language.criteria.certificate import ClientCertificate
from policies.language.criteria.device import Device
from policies.language.criteria.record import Record
from policies.language.criteria.request import Http, HttpField, SourceIp
from policies.language.criteria.ssh import SshCa, SshPublicKey
from policies.language.criteria.time import Date, DayOfWeek, TimeOfDay
from policies.language.grammar import Operator
from policies.language.matchers import TextOperator
from policies.language.nodes import MappingNode, Node, SequenceNode
from policies.texts import worded

from . import fixes
from .access import opens
from .ranges import ListRange, TextRange, fact_of
from .view import warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.language.criteria import Condition
    from policies.language.errors import Problem, Span
    from policies.language.matchers import ListMatcher, TextMatcher, TextTest

    from .view import Entry, View

_DAYS: Final = 7
_PARTIAL: Final = {
    TextOperator.STARTS_WITH,
    TextOperator.ENDS_WITH,
    TextOperator.CONTAINS,
}


def never_holds(view: View) -> Iterator[Problem]:
    """A criterion that no request can meet."""
    for entry in view.entries:
        # A window of times has warnings of its own, which say how to write it.
        if is_impossible(entry.compiled.condition):
            yield warn(
                "never-holds",
                worded("`%(name)s` can't hold as it is written", name=entry.name),
                _culprit(entry.data) or entry.data_span,
                suggestion=worded("say what it should be, or remove it"),
                fix=fixes.remove(view, entry, title=worded("Remove it")),
            )


def always_holds(view: View) -> Iterator[Problem]:
    """A criterion that every request meets, though it looks as if it asked for much."""
    for entry in view.entries:
        if is_trivial(entry.compiled.condition) and not opens(view, entry):
            yield warn(
                "always-holds",
                worded("`%(name)s` holds whatever is there", name=entry.name),
                _culprit(entry.data) or entry.data_span,
                suggestion=worded("say what it should be, or remove it"),
                fix=fixes.remove(view, entry, title=worded("Remove it")),
            )


def contradictions(view: View) -> Iterator[Problem]:
    """Criteria on one fact that exclude each other, or that leave nothing out."""
    for block in view.blocks:
        operator = block[0].operator
        if operator in {Operator.AND, Operator.NOR}:
            yield from _excluding(view, block, is_and=operator is Operator.AND)
        else:
            yield from _covering(view, block, is_or=operator is Operator.OR)


def _excluding(
    view: View, block: tuple[Entry, ...], *, is_and: bool
) -> Iterator[Problem]:
    """Go through criteria of which each narrows what the ones before leave."""
    ranges: dict[object, tuple[object, Entry]] = {}
    for entry in block:
        condition = entry.compiled.condition
        found = fact_of(condition)
        if found is None or is_impossible(condition):
            continue
        fact, make = found
        if fact not in ranges:
            ranges[fact] = (make(), entry)
        known, first = ranges[fact]
        if not known.narrow(condition) and first is not entry:  # type: ignore[attr-defined]
            where = _place(first)
            if is_and:
                message = worded(
                    "this can't hold together with `%(name)s` %(where)s",
                    name=first.name,
                    where=where,
                )
                hint = worded("use `or` if either is enough")
                yield _contradiction(view, entry, message, hint, Operator.OR)
            else:
                message = worded(
                    "one of this and `%(name)s` %(where)s always fails,"
                    " so `nor` always holds",
                    name=first.name,
                    where=where,
                )
                yield _always(view, entry, message, Operator.NOT)
            return


def _covering(
    view: View, block: tuple[Entry, ...], *, is_or: bool
) -> Iterator[Problem]:
    """Look for criteria each of which leaves out what another one lets through."""
    left_out: dict[object, tuple[frozenset[str], Entry]] = {}
    for entry in block:
        condition = entry.compiled.condition
        found = fact_of(condition)
        texts = _left_out(condition)
        if found is None or texts is None:
            continue
        fact = (found[0], entry.name)
        before, first = left_out.get(fact, (texts, entry))
        left_out[fact] = (before & texts, first)
        if first is not entry and not before & texts:
            where = _place(first)
            if is_or:
                message = worded(
                    "whatever it is, this or `%(name)s` %(where)s holds,"
                    " so `or` always does",
                    name=first.name,
                    where=where,
                )
                yield _always(view, entry, message, Operator.AND)
            else:
                hint = worded("write `nor` if not both may hold")
                message = worded(
                    "whatever it is, this or `%(name)s` %(where)s holds,"
                    " so `not` never does",
                    name=first.name,
                    where=where,
                )
                yield _contradiction(view, entry, message, hint, Operator.NOR)
            return


def _contradiction(
    view: View, entry: Entry, message: str, hint: str, instead: Operator
) -> Problem:
    fix = fixes.change_keyword(view, entry, instead)
    return warn("contradiction", message, entry.span, suggestion=hint, fix=fix)


def _always(view: View, entry: Entry, message: str, instead: Operator) -> Problem:
    hint = worded("write `%(instead)s` if each of them matters", instead=instead)
    fix = fixes.change_keyword(view, entry, instead)
    return warn("always-holds", message, entry.span, suggestion=hint, fix=fix)


def _left_out(condition: Condition) -> frozenset[str] | None:
    """Return the only texts that a criterion leaves out, if that can be told."""
    matcher: TextMatcher | ListMatcher | None = getattr(condition, "matcher", None)
    if matcher is None or len(matcher.tests) != 1:
        return None
    (test,) = matcher.tests
    if test.operator is TextOperator.NOT and isinstance(test.operand, str):
        return frozenset((test.operand,))
    if test.operator is TextOperator.NOT_IN and test.operand:
        return frozenset(one for one in test.operand if isinstance(one, str))
    return None


def _place(entry: Entry) -> str:
    return worded("in line %(line)s", line=entry.span.line)


def repetitions(view: View) -> Iterator[Problem]:
    """A criterion that is there twice in an operator, and an operator there twice."""
    blocks: dict[object, Span] = {}
    for block in view.blocks:
        seen: dict[object, Entry] = {}
        for entry in block:
            first = seen.setdefault(_meaning(entry), entry)
            if first is not entry and _is_same(first, entry):
                yield warn(
                    "duplicate-criterion",
                    worded(
                        "the same is in line %(line)s already", line=first.span.line
                    ),
                    entry.span,
                    suggestion=worded("remove one of them"),
                    fix=fixes.remove(view, entry, title=worded("Remove it")),
                )
        keyword = block[0].block.node.keyword_span
        whole = (block[0].action, block[0].operator, frozenset(seen))
        if blocks.setdefault(whole, keyword) is not keyword:
            yield warn(
                "duplicate-rule",
                worded(
                    "the same criteria stand in line %(line)s already",
                    line=blocks[whole].line,
                ),
                keyword,
                suggestion=worded("remove one of them"),
                fix=fixes.remove_operator(view, block[0], title=worded("Remove it")),
            )


def _meaning(entry: Entry) -> object:
    """Return a key that is equal for criteria that say the same."""
    condition = entry.compiled.condition
    try:
        hash(condition)
    except TypeError:
        return entry.name, repr(condition)
    return entry.name, condition


def _is_same(one: Entry, other: Entry) -> bool:
    # As keys 1 and true are equal; as values they are not.
    return repr(one.compiled.condition) == repr(other.compiled.condition)


def is_impossible(condition: Condition) -> bool:
    """Return whether no request can meet a criterion; windows of times don't count."""
    if isinstance(condition, SourceIp):
        return not condition.networks
    if isinstance(condition, SshPublicKey):
        return not condition.keys
    if isinstance(condition, SshCa):
        return not condition.authorities
    if isinstance(condition, ClientCertificate):
        return _no_certificate(condition)
    if isinstance(condition, Record):
        return condition.exists is False and bool(condition.tests)
    found = fact_of(condition)
    if found is None or isinstance(condition, Date | TimeOfDay):
        return False
    return not found[1]().narrow(condition)


def _no_certificate(condition: ClientCertificate) -> bool:
    matchers = (condition.dns, condition.email, condition.uri)
    # Each test may be met by another name, so they are taken one by one.
    return () in (condition.fingerprints, condition.spki_hashes) or any(
        not TextRange().narrow_by([test])
        for matcher in matchers
        if matcher is not None
        for test in matcher.tests
    )


def is_trivial(condition: Condition) -> bool:
    """Return whether a criterion holds whenever what it looks at is there at all."""
    if isinstance(condition, DayOfWeek):
        return len(condition.days) == _DAYS
    if isinstance(condition, SourceIp):
        return len({one.version for one in condition.networks if not one.prefixlen}) > 1
    if isinstance(condition, Device | ClientCertificate):
        return condition == type(condition)()
    found = fact_of(condition)
    matcher = getattr(condition, "matcher", None)
    if found is None or matcher is None:
        return False
    if found[1] is ListRange:
        return not matcher.tests
    is_path = isinstance(condition, Http) and condition.field is HttpField.PATH
    return all(_is_open(test, is_path=is_path) for test in matcher.tests)


def _is_open(test: TextTest, *, is_path: bool) -> bool:
    if test.operator is TextOperator.NOT_IN:
        return not test.operand
    if is_path and test.operator is TextOperator.STARTS_WITH and test.operand == "/":
        return True
    return test.operator in _PARTIAL and test.operand == ""


def _culprit(data: Node) -> Span | None:
    """Return where an empty list or an empty text stands, if one is to blame."""
    if not isinstance(data, MappingNode) or len(data.entries) != 1:
        return None
    value = data.entries[0][1]
    is_empty = isinstance(value, SequenceNode) and not value.items
    is_empty = is_empty or getattr(value, "value", None) == ""
    return value.span if is_empty and value.span.length else None

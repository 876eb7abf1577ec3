"""Texts to compare with that can't be what was meant: addresses, paths, methods."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policies.language.criteria import MatcherKind
from policies.language.criteria.identity import Domain, Email
from policies.language.criteria.request import Http, HttpField
from policies.language.errors import Fix, closest, quoted
from policies.language.nodes import MappingNode, ScalarNode, SequenceNode, to_json
from policies.texts import worded

from . import fixes
from .ids import entries_with_texts, scalars
from .view import warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.language.errors import Problem
    from policies.language.nodes import Node

    from .view import Entry, View

_OF_TEXTS: Final = {MatcherKind.TEXT, MatcherKind.LIST}
# Every text has an empty one as a part; saving refuses that.
_PARTS: Final = {"starts_with", "ends_with", "contains"}
_WHOLE: Final = {"is", "not", "in", "not_in"}
# fmt: off
_METHODS: Final = frozenset(
    {
        "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE",
        "PATCH", "QUERY", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE",
        "LOCK", "UNLOCK", "REPORT", "SEARCH", "PURGE", "MKCALENDAR", "ACL",
        "BIND", "UNBIND", "LINK", "UNLINK",
    }
)
# fmt: on
_LISTS: Final = {"is": "in", "not": "not_in"}
_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_STAR_BEFORE: Final = re.compile(r"\^?\.?\*([^*^$\\()\[\]|+?]+)\$?")
_STAR_BEHIND: Final = re.compile(r"\^?([^*^$\\()\[\]|+?]+?)\.?\*\$?")
_STARS: Final = re.compile(r"\^?\.?\*([^*^$\\()\[\]|+?]+?)\.?\*\$?")
# Bounded, so that no text makes it slow.
_PATTERN: Final = re.compile(
    r"\*|\^[^^]|[^$]\$$|\\[.dwsb]|\[[^\[\]]{1,40}\][*+]|\([^()|]{0,40}\|[^()]{0,40}\)"
)


def blank_operands(view: View) -> Iterator[Problem]:
    """A text to compare with that is empty, as a form leaves it."""
    for entry in view.entries:
        if entry.compiled.criterion.matcher not in _OF_TEXTS:
            continue
        for operator, node in entries_with_texts(entry):
            is_blank = isinstance(node.value, str) and not node.value.strip()
            if is_blank and operator not in _PARTS:
                yield warn(
                    "blank-operand",
                    worded(
                        "`%(name)s` is compared with an empty text", name=entry.name
                    ),
                    node.span if node.span.length else entry.name_span,
                    suggestion=worded("say what it should be, or remove it"),
                    fix=_without_blank(view, entry, node),
                )


def _without_blank(view: View, entry: Entry, node: ScalarNode) -> Fix | None:
    """Take out as little as can be: nothing that is not blank goes with it."""
    return (
        fixes.remove_value(view, entry, node)
        or fixes.remove(view, entry, title=worded("Remove it"))
        or fixes.remove_operator(view, entry, title=worded("Remove it"))
        or fixes.remove_rule(view, entry, title=worded("Remove it"))
        or fixes.reject(view, entry)
    )


def lists_instead_of_in(view: View) -> Iterator[Problem]:
    """A list where one text is compared with, so that it never equals."""
    for entry in view.entries:
        kind, data = entry.compiled.criterion.matcher, entry.data
        if kind is MatcherKind.LIST:
            yield from _list_of_values(view, entry)
        elif kind is MatcherKind.TEXT and isinstance(data, SequenceNode):
            wanted = {"in": to_json(data)}
            fix = fixes.set_data(view, entry, wanted, title=worded("Use `in`"))
            yield _as_alternatives(entry, data, "in", fix)
        elif kind is MatcherKind.TEXT and isinstance(data, MappingNode):
            names = {key.text for key, _ in data.entries}
            for key, value in data.entries:
                better = _LISTS.get(key.text)
                if better is not None and isinstance(value, SequenceNode):
                    is_free = better not in names
                    fix = (
                        fixes.rename_key(view, entry, key, better) if is_free else None
                    )
                    yield _as_alternatives(entry, value, better, fix)


def _as_alternatives(entry: Entry, node: Node, name: str, fix: Fix | None) -> Problem:
    return warn(
        "list-instead-of-in",
        worded("`%(name)s` is one text, and a list never equals it", name=entry.name),
        node.span,
        suggestion=worded("use `%(name)s` for alternatives", name=name),
        fix=fix,
    )


def _list_of_values(view: View, entry: Entry) -> Iterator[Problem]:
    data, key = entry.data, None
    values = [data]
    if isinstance(data, MappingNode):
        values = [value for _, value in data.entries]
        key = data.entries[0][0].text if len(values) == 1 else None
    for value in values:
        if isinstance(value, SequenceNode):
            yield warn(
                "list-instead-of-in",
                worded(
                    "`%(name)s` looks for one value, and a list never is one",
                    name=entry.name,
                ),
                value.span,
                suggestion=worded("write one criterion for each value, under `or`"),
                fix=_one_for_each(view, entry, value, key)
                if len(values) == 1 and value.items
                else None,
            )


def _one_for_each(
    view: View, entry: Entry, values: SequenceNode, key: str | None
) -> Fix | None:
    items = [to_json(item) for item in values.items]
    parts = [item if key is None else {key: item} for item in items]
    if len(parts) > 1:
        return fixes.split(view, entry, parts)
    return fixes.set_data(view, entry, parts[0], title=worded("Look for that one"))


def addresses(view: View) -> Iterator[Problem]:
    """An address without `@`: a domain was meant, or part of an address."""
    for entry in view.entries:
        if not isinstance(entry.compiled.condition, Email):
            continue
        texts = list(entries_with_texts(entry))
        bare = [
            (name, node)
            for name, node in texts
            if isinstance(node.value, str) and _DOMAIN.fullmatch(node.text)
        ]
        for operator, node in bare[:1]:
            if operator in _WHOLE:
                is_all = len(bare) == len(texts)
                yield warn(
                    "email-without-at",
                    worded("%(node)s is no address", node=quoted(node.text)),
                    node.span,
                    suggestion=worded("did you mean `domain`?"),
                    fix=fixes.rename(view, entry, "domain") if is_all else None,
                )
            elif operator == "ends_with":
                yield warn(
                    "suffix-without-at",
                    worded(
                        "addresses of other domains that end in %(node)s pass",
                        node=quoted(node.text),
                    ),
                    node.span,
                    suggestion=worded("write %(value)s", value=quoted("@" + node.text)),
                    fix=fixes.set_value(view, entry, node, f"@{node.text}"),
                )


def domains(view: View) -> Iterator[Problem]:
    """A domain with `@`: an address was meant, or the sign is too much."""
    for entry in view.entries:
        if not isinstance(entry.compiled.condition, Domain):
            continue
        texts = [node for _, node in entries_with_texts(entry)]
        for node in texts:
            user, sign, domain = node.text.partition("@")
            if not sign:
                continue
            if user and domain:
                is_all = all(_is_address(other.text) for other in texts)
                hint = worded("did you mean `email`?")
                fix = fixes.rename(view, entry, "email") if is_all else None
            else:
                bare = node.text.replace("@", "")
                hint = worded("write %(value)s", value=quoted(bare or "example.com"))
                fix = fixes.set_value(view, entry, node, bare) if bare else None
            message = worded(
                "no domain has an `@` as %(node)s does", node=quoted(node.text)
            )
            yield warn("domain-with-at", message, node.span, suggestion=hint, fix=fix)


def _is_address(text: str) -> bool:
    user, _, domain = text.partition("@")
    return bool(user and domain)


def paths(view: View) -> Iterator[Problem]:
    """A path without its first slash, or with what is not part of it."""
    for entry, operator, node in _http(view, HttpField.PATH):
        text = node.text
        if operator in {*_WHOLE, "starts_with"} and text and text[0] not in "/^*.":
            yield warn(
                "path-without-slash",
                worded("paths begin with a slash"),
                node.span,
                suggestion=worded("write %(value)s", value=quoted("/" + text)),
                fix=fixes.set_value(view, entry, node, f"/{text}"),
            )
        path, mark, _ = text.partition("?")
        if mark and operator in _WHOLE and _PATTERN.search(text) is None:
            yield warn(
                "path-with-query",
                worded("the query is no part of the path"),
                node.span,
                suggestion=worded("write %(path)s", path=quoted(path)),
                fix=fixes.set_value(view, entry, node, path) if path else None,
            )


def methods(view: View) -> Iterator[Problem]:
    """A method in small letters, or one that no client uses."""
    for entry, operator, node in _http(view, HttpField.METHOD):
        text = node.text
        if operator not in _WHOLE or text in _METHODS or not text:
            continue
        upper = text.upper().strip()
        if upper in _METHODS:
            yield warn(
                "method-lower-case",
                worded(
                    "methods are compared exactly, and clients send them in capitals"
                ),
                node.span,
                suggestion=worded("write %(upper)s", upper=quoted(upper)),
                fix=fixes.set_value(view, entry, node, upper),
            )
        elif _PATTERN.search(text) is None:
            meant = closest(text, _METHODS)
            yield warn(
                "unknown-method",
                worded("%(text)s is no method that clients use", text=quoted(text)),
                node.span,
                suggestion=worded("did you mean `%(meant)s`?", meant=meant)
                if meant
                else None,
                fix=fixes.set_value(view, entry, node, meant) if meant else None,
            )


def _http(view: View, wanted: HttpField) -> Iterator[tuple[Entry, str, ScalarNode]]:
    for entry in view.entries:
        condition = entry.compiled.condition
        if isinstance(condition, Http) and condition.field is wanted:
            for operator, node in entries_with_texts(entry):
                yield entry, operator, node


def patterns(view: View) -> Iterator[Problem]:
    """A regular expression or a wildcard, which is compared letter by letter."""
    for entry in view.entries:
        if entry.compiled.criterion.matcher is not MatcherKind.TEXT:
            continue
        for operator, node in entries_with_texts(entry):
            if _PATTERN.search(node.text) is None:
                continue
            meant = _meant(node.text) if _is_single(entry, operator) else None
            yield warn(
                "looks-like-pattern",
                worded(
                    "%(node)s is compared letter by letter, not as a pattern",
                    node=quoted(node.text),
                ),
                node.span,
                suggestion=worded("use `starts_with`, `ends_with` or `contains`"),
                fix=fixes.set_data(
                    view, entry, meant, title=worded("Compare that part")
                )
                if meant
                else None,
            )


def _is_single(entry: Entry, operator: str) -> bool:
    data = entry.data
    is_only = not isinstance(data, MappingNode) or len(data.entries) == 1
    return operator == "is" and is_only and not isinstance(data, SequenceNode)


def _meant(text: str) -> dict[str, str] | None:
    for pattern, operator in (
        (_STARS, "contains"),
        (_STAR_BEFORE, "ends_with"),
        (_STAR_BEHIND, "starts_with"),
    ):
        found = pattern.fullmatch(text)
        if found is not None:
            return {operator: found.group(1)}
    return None


def numbers(view: View) -> Iterator[Problem]:
    """A plain number, date or word like `true`, which Core does not read as text."""
    for entry in view.entries:
        if not entry.compiled.criterion.compares_text:
            continue
        for node in scalars(entry.data):
            if node.is_plain and node.value is not None and node.value != node.text:
                yield warn(
                    "number-as-text",
                    worded(
                        "Core does not read %(node)s as text", node=quoted(node.text)
                    ),
                    node.span,
                    suggestion=worded("put it in quotes"),
                    fix=fixes.quote(view, [node]),
                )

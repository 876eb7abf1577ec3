"""Policies' texts as the language reads them: trees, problems, and what they mean."""

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext

from console.core.actor import Actor
from directory import selectors as directory_selectors
from namespaces import access
from namespaces.permissions import Permission
from policies import language
from policies.language import (
    Explanation,
    Fix,
    Names,
    PolicyDocument,
    Problem,
    Program,
    Sentence,
)
from policies.language.wording import NO_NAMES
from policies.models import Policy, PolicyLanguage
from policies.rego.literals import texts_in as texts_written_in
from policies.selectors.rego import check_rego
from policies.translating import translated

CACHED_TEXTS = 4096
GROUPS, RECORD, CLAIM = "groups", "record", "claim"
# Claims whose values may be names of groups: `groups`, `cognito:groups`, `memberOf`.
OF_GROUPS = ("group", "role", "member")


@lru_cache(maxsize=CACHED_TEXTS)
def read_source(source: str) -> PolicyDocument:
    """Return the tree of a text, parsed once for each text.

    Raises:
        PolicyLanguageError: the text is no policy.
    """
    return language.parse(source)


@lru_cache(maxsize=CACHED_TEXTS)
def compile_source(source: str) -> Program:
    """Return the program of a text, compiled once for each text.

    Raises:
        PolicyLanguageError: the text is no policy.
    """
    return language.compile_policy(read_source(source))


def get_document(policy: Policy) -> PolicyDocument:
    """Return the tree of a policy in PPL."""
    return read_source(policy.source)


def has_deny_rules(policy: Policy) -> bool:
    """Answer whether a policy can refuse anybody. A foreign text is taken to."""
    if policy.language != PolicyLanguage.PPL:
        return True
    return compile_source(policy.source).has(language.Action.DENY)


def summarize(policy: Policy, *, names: Names = NO_NAMES) -> str:
    """Return in one line what a policy says, with groups by their names."""
    if policy.language == PolicyLanguage.REGO:
        return gettext("Written in Rego")
    return translated(language.summary(get_document(policy), names=names))


def describe(policy: Policy, *, names: Names = NO_NAMES) -> tuple[Sentence, ...]:
    """Return what a policy says, a sentence for each operator of each rule."""
    if policy.language == PolicyLanguage.REGO:
        return ()
    return translated(language.describe(get_document(policy), names=names))


def names_in(policies: Iterable[Policy]) -> Names:
    """Return what people call the groups that policies name by id, in one query."""
    return _named(
        {
            one
            for policy in policies
            if policy.language == PolicyLanguage.PPL
            for one in group_ids_in(policy.source)
        }
    )


def names_in_texts(sources: Iterable[str]) -> Names:
    """Return the same for texts in PPL."""
    return _named({one for source in sources for one in group_ids_in(source)})


def name_groups_in(explanation: Explanation) -> Names:
    """Return the same for an explanation: groups asked for, and groups met."""
    ids = {
        text
        for part in explanation.parts
        for rule in (part.tree.rules if part.tree else ())
        for block in rule.operators
        for one in block.criteria
        if one.compiled.node.name == GROUPS
        for text in (*texts_in(one.compiled.node.value), *map(str, one.seen or ()))
    }
    return _named(ids)


def list_groups_in_use() -> frozenset[str]:
    """Return the ids of all groups that policies name; for directories.

    A policy in Rego is a program: every group counts whose id or name it writes out.
    """
    sources = Policy.objects.filter(
        language=PolicyLanguage.PPL, source__contains=GROUPS
    )
    texts = sources.values_list("source", flat=True).iterator()
    found = {one for source in texts for one in group_ids_in(source)}
    return frozenset(found) | _groups_in_programs()


def _groups_in_programs() -> frozenset[str]:
    programs = Policy.objects.filter(language=PolicyLanguage.REGO)
    sources = programs.values_list("source", flat=True).iterator()
    written = frozenset(one for source in sources for one in rego_texts_in(source))
    groups = directory_selectors.find_groups_called(written) if written else []
    return frozenset(one.external_id for one in groups)


def list_record_types_in_use() -> frozenset[str]:
    """Return the types of external data that policies ask for; for their sources.

    A policy in Rego counts as asking for every type that stands in its text.
    """
    rows = Policy.objects.filter(language=PolicyLanguage.PPL, source__contains=RECORD)
    texts = rows.values_list("source", flat=True).iterator()
    found = {one for source in texts for one in _record_types_in(source)}
    programs = Policy.objects.filter(language=PolicyLanguage.REGO)
    found |= {
        one.record_type
        for one in directory_selectors.list_data_sources()
        if programs.filter(source__contains=one.record_type).exists()
    }
    return frozenset(found)


def _record_types_in(source: str) -> Iterator[str]:
    for node in read_source(source).criteria():
        if node.name == RECORD and isinstance(node.value, dict):
            yield from texts_in(node.value.get("type"))


def _named(ids: Collection[str]) -> Names:
    return Names(groups=directory_selectors.name_groups(ids) if ids else {})


@lru_cache(maxsize=CACHED_TEXTS)
def rego_texts_in(source: str) -> frozenset[str]:
    """Return the texts that a policy in Rego writes out; ids of groups among them."""
    return texts_written_in(source)


@lru_cache(maxsize=CACHED_TEXTS)
def group_ids_in(source: str) -> frozenset[str]:
    """Return what a text in PPL says where ids of groups stand."""
    nodes = (node for node in read_source(source).criteria() if node.name == GROUPS)
    return frozenset(text for node in nodes for text in texts_in(node.value))


@lru_cache(maxsize=CACHED_TEXTS)
def claimed_groups_in(source: str) -> frozenset[str]:
    """Return what a text in PPL compares with claims that may hold names of groups."""
    return frozenset(
        text
        for node in read_source(source).criteria()
        if node.name == CLAIM
        and any(part in (node.sub_path or "").lower() for part in OF_GROUPS)
        for text in texts_in(node.value)
    )


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in the data of a criterion."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts_in(one)


def check_source(
    source: str, *, actor: Actor, code: str = PolicyLanguage.PPL
) -> list[dict[str, Any]]:
    """Return everything that is wrong or dubious about a text that is to be saved.

    `code` is its language. Rego is only compiled here; saving also tries it.

    Raises:
        PermissionDeniedError: the actor sees policies nowhere; or writes no Rego.
    """
    access.check_can_anywhere(actor, Permission.POLICY_VIEW)
    if code == PolicyLanguage.REGO:
        access.check_can_anywhere(actor, Permission.POLICY_EDIT_REGO)
        found = check_rego(source, namespace_id=actor.user_id, samples=0)
        return [problem_as_json(one, source) for one in found.problems]
    return [problem_as_json(one, source) for one in language.check(source)]


def format_source(source: str, *, actor: Actor) -> tuple[str, list[dict[str, Any]]]:
    """Return a text in PPL in its canonical form, which means the same.

    A text that can't be read comes back as it is, with what is wrong with it.

    Raises:
        PermissionDeniedError: the actor sees policies nowhere.
    """
    access.check_can_anywhere(actor, Permission.POLICY_VIEW)
    try:
        return language.format_policy(source), []
    except language.PolicyLanguageError as error:
        return source, [problem_as_json(one, source) for one in error.problems]


def problem_as_json(problem: Problem, source: str) -> dict[str, Any]:
    """Return a problem of a text as the editor and the API take it.

    `line` and `column` count from 1; `column`, `length` and the places of `fix` count
    characters, as Python does.
    """
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": translated(problem.message),
        "line": problem.span.line,
        "column": problem.span.column,
        "length": problem.span.length,
        "suggestion": translated(problem.suggestion),
        "fix": problem.fix and _fix_as_json(problem.fix, source),
    }


def _fix_as_json(fix: Fix, source: str) -> dict[str, Any]:
    """Return a fix as one replacement, which covers all its edits."""
    start = min(edit.start for edit in fix.edits)
    end = max(edit.end for edit in fix.edits)
    fixed = fix.apply(source)
    return {
        "label": translated(fix.title),
        "start": start,
        "end": end,
        "insert": fixed[start : len(fixed) - (len(source) - end)],
    }

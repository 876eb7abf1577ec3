"""What differs between two texts of policies: in lines, and in what they say."""

from collections.abc import Iterator
from dataclasses import dataclass

from console.core.actor import Actor
from policies import language
from policies.language import Names, PolicyLanguageError
from policies.models import Policy, PolicyLanguage
from policies.selectors.diffs import DiffLine, count_changes, diff_lines
from policies.selectors.documents import names_in_texts, read_source
from policies.selectors.policies import get_version, list_versions
from policies.translating import translated

CLAUSE = "• "


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two texts beside each other.

    Attributes:
        lines: what changed in the text, with some lines around it.
        added, removed: how many lines.
        words: what changed in the sentences, a line for each clause; empty where they
            say the same, None where one of the texts can't be said in words.
    """

    lines: list[DiffLine]
    added: int
    removed: int
    words: list[DiffLine] | None


def compare_texts(
    before: str,
    after: str,
    *,
    languages: tuple[str, str] = (PolicyLanguage.PPL, PolicyLanguage.PPL),
) -> Comparison:
    """Return what changed between two texts, in lines and in sentences."""
    lines = diff_lines(before, after)
    added, removed = count_changes(lines)
    words = None
    if PolicyLanguage.REGO not in languages:
        words = _words(before, after)
    return Comparison(lines=lines, added=added, removed=removed, words=words)


def compare_versions(
    policy: Policy, number: int, *, since: int | None = None, actor: Actor
) -> Comparison:
    """Return what changed in a version since an earlier one; the one before, if None.

    The first one that the actor may read is compared with itself.

    Raises:
        PolicyVersionNotFoundError: there is none of these that the actor may read.
    """
    after = get_version(policy, number, actor=actor)
    if since is None:
        earlier = list_versions(policy, actor=actor).filter(number__lt=number)
        before = earlier.first() or after
    else:
        before = get_version(policy, since, actor=actor)
    return compare_texts(
        before.source, after.source, languages=(before.language, after.language)
    )


def _words(before: str, after: str) -> list[DiffLine] | None:
    try:
        names = names_in_texts([before, after])
        said = ["\n".join(_sentences(text, names)) for text in (before, after)]
    except PolicyLanguageError:
        return None
    return diff_lines(*said)


def _sentences(source: str, names: Names) -> Iterator[str]:
    for sentence in translated(language.describe(read_source(source), names=names)):
        clauses = [clause.text for clause in sentence.clauses]
        if len(clauses) < 2:  # noqa: PLR2004 -- one is said in the sentence itself
            yield sentence.text
            continue
        yield sentence.text.removesuffix("; ".join(clauses)).strip()
        yield from (f"{CLAUSE}{clause}" for clause in clauses)

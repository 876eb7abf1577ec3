"""Texts in templates: the words that people read and that no translation can reach.

A template is masked first: its tags become marks of the same length, so that what is
found stands where it stood. How a text is translated is no business of this module.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
WHOLE = re.compile(
    r"\{% (comment|blocktranslate|verbatim)\b.*?%\}.*?\{% end\1 %\}"
    r"|\{% block layout %\}.*?\{% endblock layout %\}",  # attributes of the body
    re.DOTALL,
)
VARIABLE, BLOCK, HIDDEN = "\x01", "\x02", "\x03"
# A tag of which the template chooses parts ends where the next one begins.
TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z\x02][\w\x02-]*)"
    r"""(?P<rest>(?:[^<>"']|"[^"]*"|'[^']*')*)(?:>|(?=\x02+<))|<!.*?>""",
    re.DOTALL,
)
ATTRIBUTE = re.compile(r"""([\w:-]+)=("[^"]*"|'[^']*')""")
PIECE = re.compile("\x01+|\x02+|\x03+|[^\x01\x02\x03]+")
ENTITY = re.compile(r"&#?\w+;")
WORD = re.compile(r"[^\W\d_]{2,}")
ARGUMENT = re.compile(r"""(?<![\w.])(\w+)=("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
# `{% firstof "…" as name %}` gives a text a name; one with a slash is a template.
FIRST = re.compile(r"""(\s)("[^"/]+")(?=\s)""")
FILTER = re.compile(r"""\|(default|default_if_none|yesno):("[^"]*")""")
NOT_READ = re.compile(r"\{#|\{% (translate|blocktranslate|icon [^%]*\|default:)")

READ_ATTRIBUTES = frozenset(
    {"alt", "aria-label", "placeholder", "title"}
    | {"data-confirm", "data-label", "data-shortcut-label"}
)
# What stands in these is written for machines, or was written by somebody.
LITERAL = frozenset({"code", "kbd", "pre", "samp", "script", "style", "textarea"})
# What may stand in the middle of a sentence, which is translated as a whole.
INLINE = frozenset({"b", "code", "em", "kbd", "strong"})
# Parameters of components that people read.
READ_PARAMETERS = frozenset(
    {"action_label", "body", "button", "cancel", "caption", "confirm", "confirm_label"}
    | {"disabled", "empty", "empty_text", "empty_title", "heading", "help", "hint"}
    | {"kept", "label", "legend", "message", "more", "note", "nothing", "noun"}
    | {"other_label", "placeholder", "question", "shortcut_label", "summary", "text"}
    | {"title", "words"}
)
# Names, and words of formats, that are the same in every language.
NAMES = frozenset(
    {"Postern", "Pomerium", "Core", "PPL", "Rego", "JSON", "YAML", "CSV", "PEM"}
    | {"SPKI", "URL", "URI", "DNS", "ID", "CIDR", "OpenID", "UTC", "GET"}
)
EXAMPLES = frozenset(
    {"-----BEGIN CERTIFICATE-----", "or:&#10;  - domain: example.com"}
    | {"python manage.py recoverytoken you@example.com"}
)


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is not marked: where it begins and ends in its template.

    `kind` is text, attribute or argument (of a template's tag or filter).
    """

    start: int
    end: int
    kind: str


def find(source: str) -> list[Text]:
    """Return what is read but not marked, in the order of the template."""
    mask = _masked(source)
    runs = [_trimmed(mask, run) for run in _runs(mask) if _is_read(mask, run)]
    found = [*runs, *_attributes(mask), *_arguments(source)]
    return sorted(found, key=lambda one: one.start)


def _masked(source: str) -> str:
    def blank(found: re.Match[str]) -> str:
        marks = {"{{": VARIABLE, "{#": HIDDEN}
        return marks.get(found[0][:2], BLOCK) * len(found[0])

    def blank_whole(found: re.Match[str]) -> str:
        return (HIDDEN if found[1] == "comment" else BLOCK) * len(found[0])

    return TOKEN.sub(blank, WHOLE.sub(blank_whole, source))


def _has_words(text: str) -> bool:
    if text.strip().strip("\"'") in EXAMPLES:
        return False
    return any(word not in NAMES for word in WORD.findall(ENTITY.sub(" ", text)))


Piece = tuple[int, int, bool]  # start, end, whether it is text that people read


def _runs(mask: str) -> Iterator[list[Piece]]:
    """Yield what is read without a break: texts, variables and inline elements."""
    run: list[Piece] = []
    depth, at = 0, 0
    tags = [*TAG.finditer(mask)]
    for number, tag in enumerate(tags):
        if tag.start() < at:
            continue
        yield from _pieces(mask, at, tag.start(), run, is_read=depth == 0)
        end = _end_of_inline(mask, tags, number) if depth == 0 else 0
        if end:
            inside = tags[number + 1].start()
            is_read = tag["name"] not in LITERAL
            run.append((tag.start(), tag.end(), False))
            yield from _pieces(mask, tag.end(), inside, run, is_read=is_read)
            run.append((inside, end, False))
            at = end
            continue
        yield [*run]
        run.clear()
        at = tag.end()
        if tag["name"] in LITERAL:
            depth += -1 if tag["end"] else 1
    yield from _pieces(mask, at, len(mask), run, is_read=depth == 0)
    yield run


def _pieces(
    mask: str, start: int, end: int, run: list[Piece], *, is_read: bool
) -> Iterator[list[Piece]]:
    """Add to the run; yield and empty it where the template's logic breaks it."""
    for piece in PIECE.finditer(mask, start, end):
        if piece[0][0] in {BLOCK, HIDDEN}:
            yield [*run]
            run.clear()
        else:
            is_text = is_read and piece[0][0] != VARIABLE
            run.append((piece.start(), piece.end(), is_text))


def _end_of_inline(mask: str, tags: list[re.Match[str]], number: int) -> int:
    """Return where an inline element ends that holds nothing but text; else 0."""
    tag = tags[number]
    if tag["name"] not in INLINE or tag["end"] or tag["rest"].strip():
        return 0
    following = tags[number + 1] if number + 1 < len(tags) else None
    if following is None or following["name"] != tag["name"] or not following["end"]:
        return 0
    inside = mask[tag.end() : following.start()]
    return 0 if BLOCK in inside or HIDDEN in inside else following.end()


def _is_read(mask: str, run: list[Piece]) -> bool:
    return any(is_text and _has_words(mask[a:b]) for a, b, is_text in run)


def _trimmed(mask: str, run: list[Piece]) -> Text:
    return _text(mask, run[0][0], run[-1][1], "text")


def _text(mask: str, start: int, end: int, kind: str) -> Text:
    text = mask[start:end]
    start += len(text) - len(text.lstrip())
    return Text(start, end - (len(text) - len(text.rstrip())), kind)


def _attributes(mask: str) -> Iterator[Text]:
    for tag in TAG.finditer(mask):
        for attribute in ATTRIBUTE.finditer(mask, tag.start("rest"), tag.end("rest")):
            if attribute[1] not in READ_ATTRIBUTES:
                continue
            start, end = attribute.start(2) + 1, attribute.end(2) - 1
            for piece in re.finditer("[^\x02\x03]+", mask[start:end]):
                if _has_words(piece[0].replace(VARIABLE, " ")):
                    yield _text(
                        mask, start + piece.start(), start + piece.end(), "attribute"
                    )


def _arguments(source: str) -> Iterator[Text]:
    hidden = [one.span() for one in WHOLE.finditer(source)]
    for token in TOKEN.finditer(source):
        inside = any(start <= token.start() < end for start, end in hidden)
        if inside or NOT_READ.match(token[0]):
            continue
        given = [
            one
            for one in ARGUMENT.finditer(source, *token.span())
            if one[1] in READ_PARAMETERS
        ]
        if token[0].startswith("{% firstof"):
            given += FIRST.finditer(source, *token.span())
        for one in (*given, *FILTER.finditer(source, *token.span())):
            if _has_words(one[2]):
                yield Text(one.start(2), one.end(2), "argument")

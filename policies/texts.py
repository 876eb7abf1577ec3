"""Texts that people read: finished in English, and still to be said in other words.

Whoever shows a text to a person has it looked up in the catalog of that person's
language (`said`); everybody else takes it for the English text that it is. Catalogs
are found by what stands in the calls of `worded` and `counted` as a literal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Templates that another process sent may hold nothing else than places of values.
_HARMLESS = re.compile(r"(?:[^%]|%%|%\(\w+\)s)*")
_MAX_DEPTH = 8


class Catalog(Protocol):
    """Finds texts in another language, as modules of gettext do."""

    def gettext(self, message: str, /) -> str: ...

    def ngettext(self, singular: str, plural: str, number: int, /) -> str: ...


class Text(str):
    """A text in English that knows its template and its values."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, template: str, values: Mapping[str, Any]) -> Self:
        text = cls(template % values if values else template)
        text.template, text.values = template, values
        return text

    def said_by(self, catalog: Catalog) -> str:
        """Return the text as a catalog has it, the texts among its values as well."""
        return _filled(catalog.gettext(self.template), self.values, catalog)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).of, (self.template, self.values)


class CountedText(Text):
    """A text with a number, `count`, on which its form depends."""

    __slots__ = ("plural",)
    plural: str

    @classmethod
    def counting(cls, singular: str, plural: str, values: Mapping[str, Any]) -> Self:
        text = cls((singular if values["count"] == 1 else plural) % values)
        text.template, text.plural, text.values = singular, plural, values
        return text

    def said_by(self, catalog: Catalog) -> str:
        """Return the text in the form that the language has for this number."""
        count = self.values["count"]
        found = catalog.ngettext(self.template, self.plural, count)
        return _filled(found, self.values, catalog)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).counting, (self.template, self.plural, self.values)


class JoinedText(Text):
    """Texts in a row; what stands between them is the same in every language."""

    __slots__ = ()

    @classmethod
    def joining(cls, separator: str, parts: Iterable[str]) -> Self:
        parts = tuple(parts)
        text = cls(separator.join(parts))
        text.template, text.values = separator, {"parts": parts}
        return text

    def said_by(self, catalog: Catalog) -> str:
        """Return the parts as a catalog has them, in a row."""
        return self.template.join(said(one, catalog) for one in self.values["parts"])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).joining, (self.template, self.values["parts"])


def worded(template: str, **values: Any) -> Text:
    """Return a text; its values stand in the template as `%(name)s`."""
    return Text.of(template, values)


def counted(singular: str, plural: str, *, count: int, **values: Any) -> Text:
    """Return the text for one or for several, of which `count` is the number."""
    return CountedText.counting(singular, plural, {"count": count, **values})


def joined(parts: Iterable[str], separator: str = ", ") -> Text:
    """Return texts in a row, such as names with commas."""
    return JoinedText.joining(separator, parts)


def said(value: Any, catalog: Catalog) -> Any:
    """Return a text in the language of a catalog; anything else as it is."""
    return value.said_by(catalog) if isinstance(value, Text) else value


def packed(value: Any) -> Any:
    """Return a text as plain data, for a message to another process."""
    if isinstance(value, JoinedText):
        return {"join": value.template, "parts": [*map(packed, value.values["parts"])]}
    if not isinstance(value, Text):
        return value
    data = {
        "text": value.template,
        "values": {name: packed(one) for name, one in value.values.items()},
    }
    return data | ({"plural": value.plural} if isinstance(value, CountedText) else {})


def unpacked(data: Any, *, depth: int = 0) -> Any:
    """Return the text of plain data, which need not be what `packed` makes.

    Raises:
        ValueError: the data is no text.
    """
    if not isinstance(data, dict):
        return data
    if depth > _MAX_DEPTH:
        raise ValueError("texts in texts in texts")
    try:
        if "join" in data:
            parts = [unpacked(one, depth=depth + 1) for one in data["parts"]]
            return joined(parts, data["join"])
        template, plural = data["text"], data.get("plural")
        values = {
            str(name): unpacked(one, depth=depth + 1)
            for name, one in data["values"].items()
        }
        templates = (template,) if plural is None else (template, plural)
        if values and not all(map(_HARMLESS.fullmatch, templates)):
            raise ValueError("a template that is none")
        if plural is not None:
            return CountedText.counting(template, plural, values)
        return Text.of(template, values)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("no text") from error


def _filled(template: str, values: Mapping[str, Any], catalog: Catalog) -> str:
    if not values:
        return template
    return template % {name: said(one, catalog) for name, one in values.items()}

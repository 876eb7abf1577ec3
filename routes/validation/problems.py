"""What is wrong with a value, and what to do about it."""

from dataclasses import dataclass

from policies.texts import joined

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        path: leads to the value: `("redirect", "port_redirect")`, `("to", 0)`.
        message: what is wrong; lower case, user input in backticks.
        remedy: what to write instead.
    """

    path: Path
    message: str
    remedy: str = ""

    @property
    def key(self) -> str:
        """The path as people write it: `redirect.port_redirect`, `to[0]`."""
        text = ""
        for step in self.path:
            text += f"[{step}]" if isinstance(step, int) else f".{printable(step)}"
        return text.removeprefix(".")

    @property
    def sentence(self) -> str:
        """Message and remedy in one line."""
        return _sentence(self.message, self.remedy)


class UnusableError(ValueError):
    """A single value can't be used; its reader raises this, never more than once."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    @property
    def sentence(self) -> str:
        """Message and remedy in one line."""
        return _sentence(self.message, self.remedy)


def _sentence(message: str, remedy: str) -> str:
    return joined((message, remedy), "; ") if remedy else message


def printable(text: str, limit: int = 100) -> str:
    """Return input on one line, cut, with control characters written out."""
    return "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}"
        for character in text[:limit]
    )


def shown(value: object, limit: int = 60) -> str:
    """Quote input for a message."""
    text = str(value)
    cut = "…" if len(text) > limit else ""
    return f"`{printable(text, limit)}{cut}`"

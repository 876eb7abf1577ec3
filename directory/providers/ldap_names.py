"""Distinguished names and attribute values of LDAP, read. Pure.

Two spellings of one distinguished name (RFC 4514) have one key: attribute types and
values without regard to case, spaces around separators, and the way of escaping.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from directory.providers.reading import MAX_TEXT, UnreadableError

RANGE = re.compile(r"(?P<name>[^;]+);range=(?P<first>\d+)-(?P<last>\d+|\*)", re.I)
ESCAPED = re.compile(rb"\\([0-9a-f]{2})|\\(.)", re.IGNORECASE | re.DOTALL)
SPACES = re.compile(rb" +")
PLAIN = re.compile(r"[^\\\"+; ]+( [^\\\"+; ]+)*")
GUID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a search. Attributes are in lower case, values as they came.

    `server` tells which one gave it, "" where nobody asked.
    """

    dn: str
    attributes: Mapping[str, Sequence[bytes]]
    server: str = ""

    @classmethod
    def of(
        cls, dn: str, raw: Mapping[str, Sequence[bytes]], server: str = ""
    ) -> "Entry":
        """Return the entry that ldap3 tells of."""
        return cls(dn, {name.lower(): values for name, values in raw.items()}, server)

    def values(self, name: str) -> Sequence[bytes]:
        """Return all values of an attribute."""
        return self.attributes.get(name.lower(), ())

    def text(self, *names: str) -> str:
        """Return the first value that is there and not empty; "" where there is none.

        Raises:
            UnreadableError: it is no text, or too long.
        """
        for name in names:
            for value in self.values(name)[:1]:
                found = _cleaned(decode(value, name))
                if len(found) > MAX_TEXT:
                    raise UnreadableError(f"`{name}` is longer than {MAX_TEXT}")
                if found:
                    return found
        return ""

    def key(self, name: str) -> str:
        """Return what identifies the entry: its name, a GUID, or another attribute.

        Raises:
            UnreadableError: there is none, or it can't be stored.
        """
        if name.lower() == "dn":
            found = self.dn
        else:
            values = self.values(name)
            if not values:
                raise UnreadableError(f"`{name}` is missing")
            found = _guid(values[0]) or decode(values[0], name)
        if not found or len(found) > MAX_TEXT:
            raise UnreadableError(f"`{name}` is empty or longer than {MAX_TEXT}")
        if not found.isprintable() or found != found.strip():
            raise UnreadableError(
                f"`{name}` holds characters that are no part of an id"
            )
        return found

    def ranged(self, name: str) -> tuple[Sequence[bytes], int | None]:
        """Return the values of an attribute, and where the next part of them begins.

        Active Directory cuts long attributes into parts and says which one it sent.

        Raises:
            UnreadableError: the range is none.
        """
        for label, values in self.attributes.items():
            found = RANGE.fullmatch(label)
            if found and found["name"].lower() == name.lower():
                if found["last"] == "*":
                    return values, None
                if len(values) != int(found["last"]) - int(found["first"]) + 1:
                    raise UnreadableError(f"`{label}` holds {len(values)} values")
                return values, int(found["last"]) + 1
        return self.values(name), None


def decode(value: bytes, name: str) -> str:
    """Return a value as text.

    Raises:
        UnreadableError: it is not UTF-8.
    """
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise UnreadableError(f"`{name}` is no text") from error


def _cleaned(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text).strip()


def _guid(value: bytes) -> str:
    """Return Microsoft's binary form as people write it; "" when it is text."""
    if len(value) != GUID_BYTES:
        return ""
    try:
        is_text = value.decode().isprintable()
    except UnicodeDecodeError:
        is_text = False
    return "" if is_text else str(uuid.UUID(bytes_le=value))


def dn_key(dn: str) -> str:
    """Return the form that all spellings of a distinguished name have in common."""
    if PLAIN.fullmatch(dn) and ", " not in dn and " =" not in dn and "= " not in dn:
        return dn.casefold()
    return ",".join(
        "+".join(sorted(_assertion(one) for one in _split(part, "+")))
        for part in _split(dn.replace(";", ",") if '"' not in dn else dn, ",")
    )


def _split(text: str, separator: str) -> list[str]:
    """Split where the separator is neither escaped nor quoted."""
    parts, start, is_escaped, is_quoted = [], 0, False, False
    for index, one in enumerate(text):
        if is_escaped:
            is_escaped = False
        elif one == "\\":
            is_escaped = True
        elif one == '"':
            is_quoted = not is_quoted
        elif one == separator and not is_quoted:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def _assertion(text: str) -> str:
    name, _, value = text.partition("=")
    name, value = name.strip(), value.strip()
    if value[:1] == value[-1:] == '"' and len(value) > 1:
        value = value[1:-1]
    plain = ESCAPED.sub(_unescaped, value.encode())
    text = SPACES.sub(b" ", plain).decode(errors="replace").casefold()
    return f"{name.casefold()}={_escaped(text)}"


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[1].decode()) if found[1] else found[2]


def _escaped(text: str) -> str:
    return re.sub(r'([\\,+";<>])', r"\\\1", text)

"""Names for routes that have none: from the host, as short as it stays clear."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from routes.validation import parse_from

KINDS = {"tcp+https": "TCP", "udp+https": "UDP", "ssh": "SSH"}
MAX_LENGTH = 200


def suggest_names(
    addresses: Sequence[tuple[str, str]], *, taken: Iterable[str] = ()
) -> list[str]:
    """Return a name for each canonical `from` and path condition.

    The names are different from each other and from those that are taken, in whatever
    case. A first label that several hosts share names none of them.
    """
    choices = [list(_candidates(*address)) for address in addresses]
    used = {name.lower() for name in taken}
    crowded = Counter(choice[0].lower() for choice in choices)
    names: list[str] = []
    for options in choices:
        free = (
            name
            for name in options
            if name.lower() not in used
            and (name is not options[0] or crowded[name.lower()] == 1)
        )
        name = next(free, "") or number(options[-1], used)
        used.add(name.lower())
        names.append(name)
    return names


def number(name: str, used: Iterable[str]) -> str:
    """Return the name with the first number that makes it new."""
    taken = set(used)
    attempt = 2
    while f"{name} {attempt}".lower() in taken:
        attempt += 1
    return f"{name} {attempt}"


def _candidates(from_url: str, match: str) -> Iterator[str]:
    """Yield names, the shortest first."""
    address = parse_from(from_url)
    host = address.host
    first = host.split(".")[0] if not _is_ip(host) and not address.is_wildcard else host
    kind = KINDS.get(address.scheme, "")
    path = match.partition(":")[2]
    for name in (first, host):
        if path:
            yield f"{name} {path}"[:MAX_LENGTH]
            continue
        if kind:
            yield f"{name} ({kind})"
        else:
            yield name
    yield from_url.partition("://")[2][:MAX_LENGTH]


def _is_ip(host: str) -> bool:
    return host.replace(".", "").isdigit() or ":" in host

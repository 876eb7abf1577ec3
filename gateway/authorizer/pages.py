"""Pages that the authorizer shows on other people's hosts: small, without script.

Everything that comes from anybody is escaped; the content security policy allows the
one style sheet and nothing else.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Final

from .branding import OURS
from .programs import setting_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gateway.snapshot import PolicyDocument

    from .branding import Brand
    from .engine import Ruling

_WORDS: Final = {
    403: "You are signed in, but no policy of this site lets you in.",
    404: "The proxy knows no such site.",
    450: "You were not let in from this device.",
    495: "This site asks for a client certificate that it knows, and got none.",
}


def page(title: str, body: str, brand: Brand = OURS) -> str:
    """Return a whole page; `body` is HTML that is escaped already."""
    name = escape(title)
    icon = f'<link rel="icon" href="{escape(brand.icon)}">' if brand.icon else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}</title>{icon}<style>{brand.style}</style></head>"
        f"<body><header>{brand.top}</header><main>{body}</main></body></html>"
    )


def notice(title: str, status: int, brand: Brand = OURS) -> str:
    """Return a page that says one thing."""
    return page(
        title,
        f"<section><h1>{escape(title)}</h1>"
        f'<p class="muted">Status {status}</p></section>',
        brand,
    )


def refusal(ruling: Ruling, title: str, status: int, brand: Brand = OURS) -> str:
    """Return the page for somebody who was refused: why, and what helps."""
    who, is_anonymous = ruling.known.base.email, ruling.known.is_anonymous
    first = _first_section(title, status, who, brand.text, is_anonymous=is_anonymous)
    entry = ruling.entry
    if entry is None or not entry.tells_why:
        return _whole(title, status, first, brand)
    sections = [_policy_section(one) for one in blocking(ruling) if _says_more(one)]
    if setting_of(entry, "show_error_details"):
        sections.append(_details(ruling))
    return _whole(title, status, first + "".join(sections), brand)


@lru_cache(maxsize=4096)
def _whole(title: str, status: int, sections: str, brand: Brand) -> str:
    return page(
        title,
        f'{sections}<p><a href="/.pomerium/">Who am I, and what can I reach?</a></p>'
        f'<p class="muted">Status {status}</p>',
        brand,
    )


@lru_cache(maxsize=4096)
def _first_section(
    title: str, status: int, who: str, text: str, *, is_anonymous: bool
) -> str:
    words = _WORDS.get(status, "")
    if is_anonymous and status == 403:  # noqa: PLR2004
        words = "No policy of this site lets you in."
    signed_in = f'<p class="muted">Signed in as {escape(who)}.</p>' if who else ""
    return (
        f"<section><h1>{escape(title)}</h1><p>{words}</p>{paragraphs(text)}"
        f"{signed_in}</section>"
    )


def _says_more(policy: PolicyDocument) -> bool:
    return bool(policy.explanation or policy.remediation)


def _policy_section(policy: PolicyDocument) -> str:
    parts = []
    if policy.explanation:
        parts.append(f"<h2>Why</h2>{paragraphs(policy.explanation)}")
    if policy.remediation:
        parts.append(f"<h2>What you can do</h2>{paragraphs(policy.remediation)}")
    return f"<section>{''.join(parts)}</section>"


def paragraphs(text: str) -> str:
    """Return text as paragraphs, one for each line."""
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"<p>{escape(line)}</p>" for line in lines if line)


def blocking(ruling: Ruling) -> list[PolicyDocument]:
    """Return the policies that stand in the way, each once.

    Those that deny and those whose ceiling isn't met; when there are none, those that
    could have let the person in.
    """
    entry, result = ruling.entry, ruling.explain()
    if entry is None or result is None:
        return []
    ids: list[str] = []
    for one in result.parts:
        ceiling = one.ceiling
        if one.deny.value or (ceiling is not None and ceiling.value):
            ids.append(one.part.id or "")
    if not ids:
        ids = list(entry.granting)
    return _documents(entry.policies, ids)


def _documents(
    policies: Mapping[str, PolicyDocument], ids: Iterable[str]
) -> list[PolicyDocument]:
    return [policies[one] for one in dict.fromkeys(ids) if one in policies]


def _details(ruling: Ruling) -> str:
    """Return what each policy said, for routes that show it."""
    entry, result = ruling.entry, ruling.explain()
    if entry is None or result is None:
        return ""
    rows = []
    for one in result.parts:
        document = entry.policies.get(one.part.id or "")
        if document is None:
            continue
        ceiling = one.ceiling
        if one.deny.value or (ceiling is not None and ceiling.value):
            said, kind = "refuses", "no"
        elif one.allow.value:
            said, kind = "allows", "yes"
        else:
            said, kind = "doesn't apply", "muted"
        rows.append(
            f'<dt>{escape(document.name)}</dt><dd class="{kind}">{escape(said)}</dd>'
        )
    if not rows:
        return ""
    return f"<section><h2>Policies</h2><dl>{''.join(rows)}</dl></section>"

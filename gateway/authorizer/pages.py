"""Pages that the authorizer shows on other people's hosts: small, without script.

Everything that comes from anybody is escaped; the content security policy allows the
one style sheet and nothing else.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Final

from .programs import setting_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gateway.snapshot import PolicyDocument

    from .engine import Ruling

STYLE: Final = (
    ":root{color-scheme:light dark;--bg:light-dark(#f3f5f5,#0e161a);"
    "--surface:light-dark(#fff,#151f25);--line:light-dark(#dbe2e4,#293840);"
    "--text:light-dark(#16262e,#dfe8eb);--muted:light-dark(#54656d,#9cadb5);"
    "--link:light-dark(#0b5f7a,#68bfdb);--accent:light-dark(#0b5f7a,#17728f);"
    "--deny:light-dark(#b0261f,#ff9b92);--allow:light-dark(#1b6e37,#79d092)}"
    "*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--text);"
    "font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    "header{background:light-dark(#10252e,#0a1216);color:#fff;padding:.75rem 1.25rem;"
    "font-weight:600}main{max-width:42rem;margin:2rem auto;padding:0 1rem}"
    "section{background:var(--surface);border:1px solid var(--line);"
    "border-radius:6px;padding:1.25rem 1.5rem;margin-bottom:1rem;"
    "overflow-wrap:anywhere}h1{font-size:1.4rem;line-height:1.3;margin:0 0 .5rem}"
    "h2{font-size:1.05rem;margin:0 0 .5rem}p{margin:.5rem 0}"
    "a{color:var(--link)}ul{margin:.5rem 0;padding-left:1.25rem}"
    "dl{margin:0;display:grid;grid-template-columns:minmax(6rem,10rem) 1fr;"
    "gap:.25rem 1rem}dt{color:var(--muted)}dd{margin:0}.muted{color:var(--muted)}"
    ".no{color:var(--deny)}.yes{color:var(--allow)}"
    "button{font:inherit;color:#fff;background:var(--accent);border:0;"
    "border-radius:6px;padding:.5rem 1rem;cursor:pointer}"
    ":focus-visible{outline:2px solid var(--link);outline-offset:2px}"
    "@media(max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}"
)
_HASH: Final = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (
        b"content-security-policy",
        (
            f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        ).encode(),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]
_WORDS: Final = {
    403: "You are signed in, but no policy of this site lets you in.",
    404: "The proxy knows no such site.",
    450: "You were not let in from this device.",
    495: "This site asks for a client certificate that it knows, and got none.",
}


def page(title: str, body: str) -> str:
    """Return a whole page; `body` is HTML that is escaped already."""
    name = escape(title)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}</title><style>{STYLE}</style></head>"
        f"<body><header>Postern</header><main>{body}</main></body></html>"
    )


def notice(title: str, status: int, text: str = "") -> str:
    """Return a page that says one thing."""
    said = f"<p>{escape(text)}</p>" if text else ""
    return page(
        title,
        f"<section><h1>{escape(title)}</h1>{said}"
        f'<p class="muted">Status {status}</p></section>',
    )


def refusal(ruling: Ruling, title: str, status: int) -> str:
    """Return the page for somebody who was refused: why, and what helps."""
    who, is_anonymous = ruling.known.base.email, ruling.known.is_anonymous
    first = _first_section(title, status, who, is_anonymous=is_anonymous)
    entry = ruling.entry
    if entry is None or not entry.tells_why:
        return _whole(title, status, first)
    sections = [_policy_section(one) for one in blocking(ruling) if _says_more(one)]
    if setting_of(entry, "show_error_details"):
        sections.append(_details(ruling))
    return _whole(title, status, first + "".join(sections))


@lru_cache(maxsize=4096)
def _whole(title: str, status: int, sections: str) -> str:
    return page(
        title,
        f'{sections}<p><a href="/.pomerium/">Who am I, and what can I reach?</a></p>'
        f'<p class="muted">Status {status}</p>',
    )


@lru_cache(maxsize=4096)
def _first_section(title: str, status: int, who: str, *, is_anonymous: bool) -> str:
    words = _WORDS.get(status, "")
    if is_anonymous and status == 403:  # noqa: PLR2004
        words = "No policy of this site lets you in."
    signed_in = f'<p class="muted">Signed in as {escape(who)}.</p>' if who else ""
    return f"<section><h1>{escape(title)}</h1><p>{words}</p>{signed_in}</section>"


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

"""How the pages of the proxy look: whose they are, and in which color.

Colors go into the style sheet, which the content security policy allows by its hash;
both are made once for each look.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME: Final = "Postern"
HEADER_LIGHT, HEADER_DARK = "#10252e", "#0a1216"
BUTTON_LIGHT, BUTTON_DARK = "#0b5f7a", "#17728f"
SHEET: Final = (
    ":root{{color-scheme:light dark;--bg:light-dark(#f3f5f5,#0e161a);"
    "--surface:light-dark(#fff,#151f25);--line:light-dark(#dbe2e4,#293840);"
    "--text:light-dark(#16262e,#dfe8eb);--muted:light-dark(#54656d,#9cadb5);"
    "--link:light-dark(#0b5f7a,#68bfdb);"
    "--deny:light-dark(#b0261f,#ff9b92);--allow:light-dark(#1b6e37,#79d092)}}"
    "*{{box-sizing:border-box}}body{{margin:0;background:var(--bg);color:var(--text);"
    "font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}}"
    "header{{background:light-dark({top},{top_dark});"
    "color:light-dark({on_top},{on_top_dark});padding:.75rem 1.25rem;"
    "font-weight:600;display:flex;align-items:center;gap:.75rem}}"
    "header img{{height:1.75rem;max-width:10rem}}"
    "main{{max-width:42rem;margin:2rem auto;padding:0 1rem}}"
    "section{{background:var(--surface);border:1px solid var(--line);"
    "border-radius:6px;padding:1.25rem 1.5rem;margin-bottom:1rem;"
    "overflow-wrap:anywhere}}h1{{font-size:1.4rem;line-height:1.3;margin:0 0 .5rem}}"
    "h2{{font-size:1.05rem;margin:0 0 .5rem}}p{{margin:.5rem 0}}"
    "a{{color:var(--link)}}ul{{margin:.5rem 0;padding-left:1.25rem}}"
    "dl{{margin:0;display:grid;grid-template-columns:minmax(6rem,10rem) 1fr;"
    "gap:.25rem 1rem}}dt,.muted{{color:var(--muted)}}dd{{margin:0}}"
    ".no{{color:var(--deny)}}.yes{{color:var(--allow)}}"
    "button{{font:inherit;color:light-dark({on_button},{on_button_dark});"
    "background:light-dark({button},{button_dark});border:0;"
    "border-radius:6px;padding:.5rem 1rem;cursor:pointer}}"
    ":focus-visible{{outline:2px solid var(--link);outline-offset:2px}}"
    "@media(max-width:30rem){{dl{{grid-template-columns:1fr}}dd{{margin-bottom:.5rem}}}}"
)


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose pages they are.

    Attributes:
        text: read by whoever is refused, before what the policies say.
        color, dark_color: `#rrggbb`, "" for ours.
    """

    name: str = NAME
    text: str = ""
    logo: str = ""
    icon: str = ""
    color: str = ""
    dark_color: str = ""

    @property
    def style(self) -> str:
        """Return the style sheet."""
        return _sheet(self.color, self.dark_color)

    @property
    def top(self) -> str:
        """Return the inner HTML of the page's top."""
        picture = f'<img src="{escape(self.logo)}" alt="">' if self.logo else ""
        return f"{picture}<span>{escape(self.name)}</span>"

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers of a page; the policy allows this style and no other."""
        return list(_headers(self))


OURS: Final = Brand()


def brand_of(settings: Mapping[str, Any]) -> Brand:
    """Return the look that settings ask for."""

    def text(key: str) -> str:
        return str(settings.get(key) or "")

    color = text("primary_color")
    return Brand(
        name=text("brand_name") or NAME,
        text=text("error_message_first_paragraph"),
        logo=text("logo_url"),
        icon=text("favicon_url"),
        color=color,
        dark_color=text("darkmode_primary_color") or color,
    )


@lru_cache(maxsize=256)
def _sheet(color: str, dark_color: str) -> str:
    top, top_dark = color or HEADER_LIGHT, dark_color or HEADER_DARK
    button, button_dark = color or BUTTON_LIGHT, dark_color or BUTTON_DARK
    return SHEET.format(
        top=top,
        top_dark=top_dark,
        on_top=letters_on(top),
        on_top_dark=letters_on(top_dark),
        button=button,
        button_dark=button_dark,
        on_button=letters_on(button),
        on_button_dark=letters_on(button_dark),
    )


def letters_on(color: str) -> str:
    """Return black or white, whichever stands out more (WCAG's relative luminance)."""
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for one in parts
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "#fff"


@lru_cache(maxsize=256)
def _headers(brand: Brand) -> tuple[tuple[bytes, bytes], ...]:
    digest = b64encode(hashlib.sha256(brand.style.encode()).digest()).decode()
    origins = sorted({_origin(one) for one in (brand.logo, brand.icon) if one})
    pictures = f"img-src {' '.join(origins)}; " if origins else ""
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; {pictures}"
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return (
        (b"content-type", b"text/html; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

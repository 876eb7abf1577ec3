"""What people see at `/.pomerium/` on a route's host."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from .identity import text_of
from .pages import page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .branding import Brand
    from .callers import Known
    from .reach import Reachable

MAX_GROUPS: Final = 200


@dataclass(frozen=True, slots=True)
class OwnDevice:
    """A device as its person sees it.

    Attributes:
        id: of the credential, which policies match.
        kind: the name of its device type.
        model: as its manufacturer says, "" when it was not attested.
        state: waiting, approved, rejected, suspended, expired or revoked.
        reason: what whoever decided wants the person to read.
        is_used: proven in this session, and not taken away since.
    """

    name: str
    id: str
    kind: str
    model: str
    state: str
    reason: str
    is_used: bool


def nobody(host: str, brand: Brand) -> str:
    """Return the page for whoever hasn't signed in."""
    return page(
        "You are not signed in",
        "<section><h1>You are not signed in</h1>"
        f"<p>Sign in to see who you are at {escape(host)} and what you can reach.</p>"
        '<p><a href="/.pomerium/sign_in">Sign in</a></p></section>',
        brand,
    )


def sign_in_failed(brand: Brand) -> str:
    """Return the page for somebody whose code did not count."""
    return page(
        "Signing in did not work",
        "<section><h1>Signing in did not work</h1>"
        "<p>The link was used before, is too old, or was opened in another browser "
        "than the one that began. Browsers that refuse cookies can't sign in.</p>"
        '<p><a href="/.pomerium/sign_in">Try again</a></p></section>',
        brand,
    )


def sign_out(known: Known, brand: Brand) -> str:
    """Return the page that asks whether to sign out."""
    who = escape(known.base.email or "this session")
    return page(
        "Sign out",
        f"<section><h1>Sign out?</h1><p>Signed in as {who}. You will be signed out of "
        "this site; your session at the console stays.</p>"
        f"{_sign_out_form()}</section>",
        brand,
    )


def somebody(
    known: Known,
    host: str,
    routes: list[Reachable],
    devices: list[OwnDevice] | None,
    *,
    is_complete: bool,
    console_url: str,
    brand: Brand,
) -> str:
    """Return the page of somebody who signed in.

    `devices` are all of the person's, None when the console could not be asked.
    """
    facts = known.base
    rows = [
        ("Address", facts.email or "none"),
        ("User id", facts.user_id or "none"),
        ("Session", known.session_id),
        ("Site", host),
    ]
    name = text_of(facts.claim("name"))
    if name:
        rows.insert(0, ("Name", name))
    if known.session is not None:
        rows.append(("Ends", f"{known.session.ends_at:%Y-%m-%d %H:%M} UTC"))
    table = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in rows
    )
    held = _groups(known)
    here = quote(f"https://{host}/.pomerium/", safe="")
    leave = _sign_out_form() if known.session is not None else ""
    more = "" if is_complete else '<p class="muted">There may be more.</p>'
    return page(
        "Your page",
        f"<section><h1>You are signed in</h1><dl>{table}</dl>{leave}</section>"
        f"<section><h2>Groups</h2>{_list(held[:MAX_GROUPS], 'No groups.')}</section>"
        f"<section><h2>Your devices</h2>{_devices(devices, known)}"
        f'<p><a href="{escape(console_url)}/.pomerium/?next={here}">'
        "Enroll a device, or prove one</a></p></section>"
        f"<section><h2>What you can reach</h2>{_links(routes)}{more}</section>",
        brand,
    )


def _groups(known: Known) -> list[str]:
    """Return the groups by name with the id that policies match, or by id alone."""
    user, names = known.base.directory_user, known.group_names
    called = (
        sorted((names.get(one) or one, one) for one in user.group_ids) if user else []
    )
    return [name if name == one else f"{name} ({one})" for name, one in called]


def _devices(devices: list[OwnDevice] | None, known: Known) -> str:
    """Return the devices, or those of the session while the console is out of reach."""
    if devices is not None:
        items = "".join(map(_device, devices))
        nothing = '<p class="muted">You have enrolled no device yet.</p>'
        return f"<ul>{items}</ul>" if items else nothing
    proven = [
        f"{kind}: {one.credential_id}"
        for kind, one in sorted(known.base.devices.items())
    ]
    return (
        '<p class="muted">The console can\'t be reached; these are the devices that '
        f"count in this session.</p>{_list(proven, 'None counts in this session.')}"
    )


def _device(one: OwnDevice) -> str:
    state = f"{one.state}, in use" if one.is_used else one.state
    kind = f"{one.kind}, {one.model}" if one.model else one.kind
    reason = f"<br>{escape(one.reason)}" if one.reason else ""
    return (
        f"<li><strong>{escape(one.name)}</strong> ({escape(state)}){reason}"
        f'<br><span class="muted">{escape(kind)}</span>'
        f"<br><code>{escape(one.id)}</code></li>"
    )


def _sign_out_form() -> str:
    return (
        '<form method="post" action="/.pomerium/sign_out">'
        '<p><button type="submit">Sign out</button></p></form>'
    )


def _list(texts: Iterable[str], nothing: str) -> str:
    items = "".join(f"<li>{escape(one)}</li>" for one in texts)
    return f"<ul>{items}</ul>" if items else f'<p class="muted">{escape(nothing)}</p>'


def _links(routes: list[Reachable]) -> str:
    items = "".join(
        f'<li><a href="{escape(one.url)}">{escape(one.name)}</a></li>'
        if one.url
        else f"<li>{escape(one.name)}</li>"
        for one in routes
    )
    return f"<ul>{items}</ul>" if items else '<p class="muted">Nothing yet.</p>'

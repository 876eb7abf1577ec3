"""Template tags that every page may use; they are built in, nothing loads them."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, RadioSelect, Select
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.context import Context
from django.templatetags.static import static
from django.urls import get_script_prefix
from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop

from console.core import assets, components

register = template.Library()
register.tag("component", components.parse_component)
register.tag("slot", components.parse_slot)

AVATAR_TONES = 8
UNDO = "undo:"

# What each kind of badge shows beside its color: an icon, and its usual word.
BADGES = {
    "viewer": ("view", gettext_noop("Viewer")),
    "manager": ("edit", gettext_noop("Manager")),
    "admin": ("role", gettext_noop("Admin")),
    "attached": ("attach", gettext_noop("Attached")),
    "inherited": ("inherited", gettext_noop("Inherited")),
    "enforced": ("enforced", gettext_noop("Enforced")),
    "allow": ("allow", gettext_noop("Allow")),
    "deny": ("deny", gettext_noop("Deny")),
    "login": ("login", gettext_noop("Sign-in")),
    "success": ("success", gettext_noop("OK")),
    "info": ("info", gettext_noop("Info")),
    "warning": ("warning", gettext_noop("Warning")),
    "danger": ("error", gettext_noop("Problem")),
    "neutral": ("", ""),
    "new": ("spark", gettext_noop("New")),
}


@lru_cache
def _icon_names(base: str) -> frozenset[str]:
    return frozenset(json.loads((Path(base) / "static/img/icons.json").read_text()))


@lru_cache
def _build_version(dist: Path) -> str:
    stamp = dist / assets.STAMP
    return stamp.read_text()[:10] if stamp.is_file() else ""


@register.simple_tag
def asset(name: str) -> str:
    """Address of a built file, with the build's version so that caches let go."""
    return _address(name, str(settings.BASE_DIR), get_script_prefix())


@lru_cache
def _address(name: str, base: str, _prefix: str) -> str:
    """Work an address out once: a list draws hundreds of icons."""
    version = _build_version(Path(base) / "static" / "dist")
    address = static(f"dist/{name}")
    return f"{address}?v={version}" if version else address


@register.simple_tag
def icon(name: str, *, label: str = "", css: str = "") -> SafeString:
    """Draw an icon of static/img/icons.json; without a label it is decoration.

    Raises:
        TemplateSyntaxError: there is no icon of that name.
    """
    if not name:
        return SafeString("")
    return _icon(name, label, css, asset("icons.svg"))


@lru_cache(maxsize=1000)
def _icon(name: str, label: str, css: str, address: str) -> SafeString:
    if name not in _icon_names(str(settings.BASE_DIR)):
        raise template.TemplateSyntaxError(f"static/img/icons.json has no {name!r}")
    meaning: dict[str, str | bool] = (
        {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    )
    return format_html(
        '<svg class="icon{}"{}><use href="{}#{}"></use></svg>',
        f" {css}" if css else "",
        flatatt(meaning),
        address,
        name,
    )


@register.simple_tag
def menu_link(item: Mapping[str, Any]) -> SafeString:
    """Draw a link of components/menu.html; a list has hundreds of them."""
    css = "popup__item popup__item--danger" if item.get("danger") else "popup__item"
    dialog = item.get("dialog")
    return SafeString(
        f'<a class="{css}" href="{escape(item["url"])}"'
        f"{flatatt({'data-dialog-open': dialog}) if dialog else ''}>"
        f"{icon(item.get('icon', ''))}{escape(item['label'])}</a>"
    )


@register.simple_tag
def local_time(value: datetime | None, style: str = "full") -> SafeString:
    """Show a moment in UTC; browsers turn it to the person's zone.

    Styles: `full`, `date` and `relative`.
    """
    if value is None:
        return SafeString("")
    moment = value.astimezone(UTC)
    pattern = "%-d %b %Y" if style == "date" else "%-d %b %Y, %H:%M UTC"
    return format_html(
        '<time datetime="{}" data-controller="local-time"'
        ' data-time-style="{}">{}</time>',
        moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
        style,
        moment.strftime(pattern),
    )


@register.simple_tag(takes_context=True)
def csrf_field(context: Context) -> SafeString:
    """Hidden field with the token against forged forms, in components as well."""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">',
        get_token(_request(context)),
    )


@register.simple_tag(takes_context=True)
def sort_by(context: Context, key: str, default: str = "") -> dict[str, str]:
    """Say how a header sorts: `url` to press, `state` for aria-sort.

    The list's order is the parameter `sort` (`name` upwards, `-name` downwards), or
    `default` when the address has none.
    """
    request = _request(context)
    now = request.GET.get("sort") or default
    query = request.GET.copy()
    query.pop("page", None)
    query["sort"] = f"-{key}" if now == key else key
    state = {key: "ascending", f"-{key}": "descending"}.get(now, "none")
    return {"url": f"?{query.urlencode()}", "state": state}


@register.simple_tag
def control(field: BoundField, **attributes: str) -> SafeString:
    """Render a form field's control with its classes and what describes it.

    Attributes with underscores become hyphenated; empty ones are left out.
    """
    widget = field.field.widget
    if isinstance(widget, CheckboxInput | RadioSelect):
        css = "form-check-input"
    else:
        css = "form-select" if isinstance(widget, Select) else "form-control"
    described = [f"{field.auto_id}_hint" if attributes.pop("hinted", "") else ""]
    described += [f"{field.auto_id}_error" if field.errors else ""]
    given = {name.replace("_", "-"): value for name, value in attributes.items()}
    attrs = {
        "class": f"{css} {widget.attrs.get('class', '')}".strip(),
        "aria-describedby": " ".join(filter(None, described)),
        **given,
    }
    return field.as_widget(
        attrs={name: value for name, value in attrs.items() if value}
    )


@register.simple_tag
def badge_of(kind: str) -> dict[str, str]:
    """Icon and usual label of a kind of badge."""
    drawn, label = BADGES[kind]
    return {"icon": drawn, "label": gettext(label) if label else ""}


@register.filter
def attributes(values: Mapping[str, Any] | None) -> SafeString:
    """Write a dictionary as HTML attributes."""
    return flatatt(dict(values or {}))


@register.filter
def widget_kind(field: BoundField) -> str:
    """Say how a field is laid out: check, group (radio, many checks) or line."""
    if isinstance(field.field.widget, CheckboxInput):
        return "check"
    return "group" if field.field.widget.use_fieldset else "line"


@register.filter
def translated(value: Any) -> Any:
    """Return a text of what knows no Django in the reader's language."""
    say = getattr(value, "said_by", None)
    return value if say is None else say(translation)


@register.filter
def initials(name: str) -> str:
    """First letters of the first and the last word of a name or address."""
    words = name.partition("@")[0].replace(".", " ").replace("_", " ").split()
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.filter
def tone(text: str) -> int:
    """Number from 1 to 8, always the same for the same text, for an avatar's color."""
    return hashlib.sha256(text.encode()).digest()[0] % AVATAR_TONES + 1


@register.filter
def undo_url(message: Message) -> str:
    """Address that undoes what a message tells: its extra tag `undo:<address>`."""
    tags = (message.extra_tags or "").split()
    return next((tag.removeprefix(UNDO) for tag in tags if tag.startswith(UNDO)), "")


@register.filter
def page_numbers(page: Page[Any]) -> list[int | None]:
    """Numbers to offer around a page; None stands for those left out."""
    offered = page.paginator.get_elided_page_range(
        page.number, on_each_side=1, on_ends=1
    )
    return [number if isinstance(number, int) else None for number in offered]


def _request(context: Context) -> HttpRequest:
    request: HttpRequest | None = getattr(context, "request", None)
    if request is None:
        raise template.TemplateSyntaxError("this tag needs the request to render with")
    return request

"""From PPL to Rego and back, in a draft: nothing is saved, and nothing gets lost.

The text in the other language travels with the form as `kept`, so that switching to
and fro brings back what was there.
"""

from typing import Any

from django.utils.translation import gettext

from policies.models import PolicyLanguage

NAMES = dict(PolicyLanguage.choices)


def other(language: str) -> str:
    """Return the language that a policy in this one is not in."""
    is_rego = language == PolicyLanguage.REGO
    return str(PolicyLanguage.PPL if is_rego else PolicyLanguage.REGO)


def closed_tab(
    language: str,
    *,
    may_switch: bool,
    edit_url: str = "",
    is_back: bool = False,
    start_version: int | None = None,
) -> dict[str, Any]:
    """Return what partials/_closed.html says in the tabs that are closed.

    With `edit_url` the page can only be looked at. `is_back` says that a text in the
    other language waits in the draft, `start_version` that an earlier version has one.
    """
    to = other(language)
    return {
        "title": gettext("Closed, because this policy is written in %(names)s")
        % {"names": NAMES[language]},
        "to": to,
        "name": NAMES[to],
        "may_switch": may_switch,
        "edit_url": f"{edit_url}#policy-rego" if edit_url else "",
        "is_back": is_back,
        "start_version": start_version,
    }

"""The policy that tests edit, places in it, and how a change is told."""

from __future__ import annotations

from policies.language.editing import Place
from policies.language.grammar import Operator

POLICY = """\
# Who may come in.
allow:
  or:
    # the owner
    - email: 'ada@example.com'  # Ada
    - claim/team: {has: red, exclude: blue}

    # office hours
    - time_of_day:
        timezone: Europe/Vienna  # HQ
        after: 9:00
        before: 17:00
  and:
    - domain: example.com
"""
EMAIL = Place(0, Operator.OR, 0)
CLAIM = Place(0, Operator.OR, 1)
HOURS = Place(0, Operator.OR, 2)
DOMAIN = Place(0, Operator.AND, 0)


def changes(text: str, new: str) -> tuple[list[str], list[str]]:
    """Return the lines that differ: those that are gone, and those that came."""
    old_lines, new_lines = text.splitlines(), new.splitlines()
    while old_lines and new_lines and old_lines[0] == new_lines[0]:
        del old_lines[0], new_lines[0]
    while old_lines and new_lines and old_lines[-1] == new_lines[-1]:
        del old_lines[-1], new_lines[-1]
    return old_lines, new_lines

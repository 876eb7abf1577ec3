"""Edits that bring something along: a part of another text, a certificate.

What is pasted may be a whole policy, rules, operators, or criteria alone; its comments
stay behind.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any, Final

from policies.language.certificates import read_certificate
from policies.language.errors import PolicyLanguageError
from policies.language.nodes import to_json
from policies.texts import worded

from .blocks import add_block
from .criteria import add_criterion, set_data
from .engine import together
from .model import Edited, EditingError, Place
from .sheet import Sheet

if TYPE_CHECKING:
    from policies.language.grammar import Action, OperatorNode, PolicyDocument

PINS: Final = ("fingerprint", "spki_hash")
_ACTIONS: Final = re.compile(r"(?:- +)?[\"']?(?:allow|deny)[\"']?\s*:")
_OPERATORS: Final = re.compile(r"[\"']?(?:and|or|not|nor)[\"']?\s*:")
_SKIPPED: Final = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*")


def paste(text: str, *, pasted: str, action: Action, into: str = "") -> Edited:
    """Add what is pasted: as operators of their own, or its criteria to an operator.

    What says itself whether it allows or denies does so; the rest gets the `action`.

    Raises:
        EditingError: it can't be read, with the line that is at fault; or several
            operators are to go into one.
        PolicyLanguageError: the text can't be edited as it is.
    """
    sheet = Sheet.open(text)
    blocks = [
        (rule.action, block)
        for rule in _read(pasted, action).rules
        for block in rule.operators
        if block.criteria
    ]
    if not blocks:
        raise EditingError(
            "nothing-pasted", worded("there is no criterion in what is pasted")
        )
    if into and len(blocks) > 1:
        message = worded(
            "that has %(blocks)s blocks: paste it as new ones", blocks=len(blocks)
        )
        raise EditingError("too-many-blocks", message)
    result = text
    for kind, block in blocks:
        if into:
            for one in block.criteria:
                result = add_criterion(
                    result, Place.read(into), name=one.key, data=to_json(one.data)
                ).text
        else:
            result = add_block(result, kind, block.operator, _criteria(block)).text
    return together(sheet, result)


def _criteria(block: OperatorNode) -> list[dict[str, Any]]:
    return [{one.key: to_json(one.data)} for one in block.criteria]


def _read(pasted: str, action: Action) -> PolicyDocument:
    """Return the policy that the pasted part would be, with all around it."""
    part = textwrap.dedent(pasted.expandtabs(2)).strip("\n")
    start = _SKIPPED.sub("", part, count=1)
    if _ACTIONS.match(start):
        above, inset = "", ""
    elif _OPERATORS.match(start):
        above, inset = f"{action}:\n", "  "
    else:
        above, inset = f"{action}:\n  and:\n", "    "
        if not start.startswith("-"):
            part = "- " + textwrap.indent(part, "  ")[2:]
    try:
        return Sheet.open(above + textwrap.indent(part, inset)).document
    except PolicyLanguageError as error:
        first = error.problems[0]
        line = max(1, first.span.line - above.count("\n"))
        message = worded(
            "line %(line)s of what is pasted: %(message)s",
            line=line,
            message=first.message,
        )
        raise EditingError("bad-paste", message) from error


def add_certificate(text: str, place: Place, *, pem: str, pin: str) -> Edited:
    """Ask for a certificate that is given as PEM, by its fingerprint or its key.

    Raises:
        EditingError: there is no such criterion, or nothing to read.
        PolicyLanguageError: the text can't be edited as it is.
    """
    if pin not in PINS:
        message = worded("`pin` must be one of %(pins)s", pins=", ".join(PINS))
        raise EditingError("bad-request", message)
    found = read_certificate(pem)
    if found is None:
        message = worded(
            "no certificate can be read there; paste one in PEM, "
            "from `-----BEGIN CERTIFICATE-----` on"
        )
        raise EditingError("no-certificate", message)
    sheet = Sheet.open(text)
    data = to_json(sheet.node((*sheet.criterion_path(place), 0)))
    held: dict[str, Any] = dict(data) if isinstance(data, dict) else {}
    before = held.get(pin)
    values = [*(before if isinstance(before, list) else [before]), _value(found, pin)]
    known = list(dict.fromkeys(one for one in values if one))
    kept = {key: value for key, value in held.items() if value not in ("", [], None)}
    return set_data(text, place, {**kept, pin: known if len(known) > 1 else known[0]})


def _value(found: Any, pin: str) -> str:
    return str(found.fingerprint if pin == "fingerprint" else found.spki_hash)

"""The criterion on the registered device that the session was used with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policies.language.facts import Device as DeviceFacts
from policies.language.facts import Facts
from policies.language.matchers import Context, quoting
from policies.language.modes import Mode
from policies.language.nodes import MappingNode, Node, ScalarNode
from policies.language.reasons import Reason
from policies.texts import worded

from .registry import (
    Anonymous,
    Criterion,
    Finding,
    Group,
    MatcherKind,
    Need,
    Widget,
)

if TYPE_CHECKING:
    from policies.language.grammar import CriterionNode

DEFAULT_TYPE: Final = "any"
_KEYS: Final = ("is", "type", "approved")
_FALSE_WORDS: Final = {"false", "no", "off", "0"}
_NO_DEVICE: Final = DeviceFacts()


@dataclass(frozen=True, slots=True)
class Device:
    """On the credential of one device type; `approved` None means it doesn't matter.

    `needs_credential` is set when a type was written out: then there must be one.
    """

    type: str = DEFAULT_TYPE
    needs_credential: bool = False
    credential_id: str | None = None
    approved: bool | None = None

    def find(self, facts: Facts, mode: Mode) -> Finding:
        data = {"device_type": self.type}
        if (
            mode is Mode.POSTERN
            and facts.has_session
            and facts.device_registry.is_missing
        ):
            return Finding(None, Reason.DEVICE_DATA_UNAVAILABLE, data=data)
        device = facts.devices.get(self.type, _NO_DEVICE)
        if self.matches(device):
            return Finding(True, Reason.DEVICE_OK, device, data)
        if not facts.has_session:
            reason = Reason.USER_UNAUTHENTICATED
        elif device.credential_id and device.enrollment_id:
            reason = Reason.DEVICE_UNAUTHORIZED
        else:
            reason = Reason.DEVICE_UNAUTHENTICATED
        return Finding(False, reason, device, data)

    def matches(self, device: DeviceFacts) -> bool:
        """Return whether a device is such a one."""
        if self.needs_credential and not device.credential_id:
            return False
        if self.credential_id is not None and (
            not device.credential_id or device.credential_id != self.credential_id
        ):
            return False
        is_approved = device.approved_by is not None
        return self.approved is None or self.approved is is_approved


def _read_device(node: CriterionNode, context: Context) -> Device | None:
    data = node.data
    if not isinstance(data, MappingNode):
        context.refuse(
            "not-a-mapping",
            worded("a mapping is needed"),
            data.span if data.span.length else node.name_span,
            suggestion=worded("write it like `{type: any}` or `{is: 5Vn3C1RS}`"),
        )
        return None
    if not data.entries:
        context.unsavable(
            "empty-matcher",
            worded("an empty matcher holds without any device"),
            data.span,
            suggestion=worded("write `type: any`"),
        )
    before = len(context.report.problems)
    for key, _ in data.entries:
        if key.text not in _KEYS:
            context.unknown_key(key, _KEYS)
    wanted, kind = data.get("is"), data.get("type")
    condition = Device(
        type=DEFAULT_TYPE if kind is None else _text(kind, "type", context),
        needs_credential=kind is not None,
        credential_id=None if wanted is None else _text(wanted, "is", context),
        approved=_approved(data.get("approved"), context),
    )
    return condition if len(context.report.problems) == before else None


def _text(node: Node, key: str, context: Context) -> str:
    if isinstance(node, ScalarNode) and isinstance(node.value, str):
        return node.value
    context.refuse(
        "not-a-text",
        worded("`%(key)s` needs text", key=key),
        node.span,
        **quoting(node),
    )
    return ""


def _approved(node: Node | None, context: Context) -> bool | None:
    """Return what is asked of the approval: anything but the empty and false is yes."""
    if node is None:
        return None
    value = node.value if isinstance(node, ScalarNode) else True
    if not isinstance(value, bool) or not isinstance(node, ScalarNode):
        reads_as_false = str(value).lower() in _FALSE_WORDS
        context.unsavable(
            "not-a-boolean",
            worded(
                "`approved` is either `true` or `false`, and this would count as true"
            )
            if reads_as_false and value
            else worded("`approved` is either `true` or `false`"),
            node.span,
        )
    return bool(value)


DEVICE = Criterion(
    name="device",
    label=worded("Device"),
    help=worded(
        "The session was used with a registered device of this type, id or approval."
    ),
    example="device: {type: any, approved: true}",
    group=Group.DEVICE,
    matcher=MatcherKind.DEVICE,
    widget=Widget.DEVICE,
    fact=worded("the registered device"),
    when_true=(Reason.DEVICE_OK,),
    when_false=(
        Reason.DEVICE_UNAUTHORIZED,
        Reason.DEVICE_UNAUTHENTICATED,
        Reason.USER_UNAUTHENTICATED,
    ),
    when_unknown=(Reason.DEVICE_DATA_UNAVAILABLE,),
    needs=frozenset({Need.SESSION, Need.DEVICES}),
    anonymous=Anonymous.BY_DATA,
    read=_read_device,
)

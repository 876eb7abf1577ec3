"""Ids of groups and devices, names of claims, addresses of networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.language.criteria.device import DEFAULT_TYPE, Device
from policies.language.criteria.identity import Claim, Groups
from policies.language.criteria.request import SourceIp
from policies.language.errors import quoted
from policies.language.networks import parse_network
from policies.language.nodes import MappingNode, Node, ScalarNode, to_items
from policies.texts import worded

from . import fixes
from .view import warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.language.errors import Problem

    from .view import Entry, View

_MAX_TEXT: Final = 1_000
_COMMON_TYPES: Final = {DEFAULT_TYPE, "enclave_only"}


def groups(view: View) -> Iterator[Problem]:
    """A group that is given by its name, or that does not exist."""
    known = view.context.groups
    if known is None:
        return
    ids: dict[str, list[str]] = {}
    for group_id, name in known.items():
        ids.setdefault(name.casefold(), []).append(group_id)
    for entry in view.entries:
        if not isinstance(entry.compiled.condition, Groups):
            continue
        for node in scalars(entry.data):
            if node.text in known or node.value is None:
                continue
            named = ids.get(node.text.casefold(), [])
            if named:
                yield warn(
                    "group-name",
                    worded(
                        "%(node)s is the name of a group; groups match by id",
                        node=quoted(node.text),
                    ),
                    node.span,
                    suggestion=worded("write %(named)s", named=quoted(named[0]))
                    if len(named) == 1
                    else None,
                    fix=fixes.set_value(view, entry, node, named[0])
                    if len(named) == 1
                    else None,
                )
            else:
                yield warn(
                    "unknown-group",
                    worded(
                        "there is no group with the id %(node)s", node=quoted(node.text)
                    ),
                    node.span,
                    suggestion=worded("choose the group by its name in the builder"),
                    fix=fixes.remove(view, entry, title=worded("Remove it")),
                )


def devices(view: View) -> Iterator[Problem]:
    """A device whose type is left out, or is not known."""
    known = view.context.device_types
    for entry in view.entries:
        condition = entry.compiled.condition
        if not isinstance(condition, Device):
            continue
        if condition.credential_id is not None and not condition.needs_credential:
            yield warn(
                "device-id-without-type",
                worded(
                    "only credentials of the type `%(default_type)s` are looked at",
                    default_type=DEFAULT_TYPE,
                ),
                entry.data_span,
                suggestion=worded("add the `type` of the device"),
                fix=fixes.remove(view, entry, title=worded("Remove it")),
            )
        is_common = condition.type in _COMMON_TYPES
        if known is not None and not is_common and condition.type not in known:
            yield warn(
                "unknown-device-type",
                worded("there is no device type %(type)s", type=quoted(condition.type)),
                entry.data_span,
                suggestion=worded("choose the type in the builder"),
                fix=fixes.remove(view, entry, title=worded("Remove it")),
            )


def claims(view: View) -> Iterator[Problem]:
    """A claim whose nesting is written with slashes, though it is stored with dots."""
    for entry in view.entries:
        condition = entry.compiled.condition
        if not isinstance(condition, Claim) or "/" not in condition.path:
            continue
        if "://" in condition.path or condition.path.startswith("/"):
            continue
        name = condition.path.strip("/").replace("/", ".")
        yield warn(
            "claim-path-with-slash",
            worded("nested claims are stored under names with dots"),
            entry.name_span,
            suggestion=worded("write %(value)s", value=quoted(f"claim/{name}")),
            fix=fixes.rename(view, entry, f"claim/{name}"),
        )


def networks(view: View) -> Iterator[Problem]:
    """A network that is given by an address inside of it."""
    for entry in view.entries:
        if not isinstance(entry.compiled.condition, SourceIp):
            continue
        for node in scalars(entry.data):
            host, slash, _ = node.text.partition("/")
            network = parse_network(node.text) if slash else None
            if network is not None and parse_network(host) != parse_network(
                str(network.network_address)
            ):
                yield warn(
                    "host-bits",
                    worded(
                        "%(node)s stands for the whole network", node=quoted(node.text)
                    ),
                    node.span,
                    suggestion=worded(
                        "write %(network)s, or the address alone",
                        network=quoted(str(network)),
                    ),
                    fix=fixes.set_value(view, entry, node, str(network)),
                )


def scalars(data: Node) -> Iterator[ScalarNode]:
    """Yield the values inside the data of a criterion, without those deeper down."""
    values = [data]
    if isinstance(data, MappingNode):
        values = [value for _, value in data.entries]
    for value in values:
        for item in to_items(value):
            if isinstance(item, ScalarNode):
                yield item


def entries_with_texts(entry: Entry) -> Iterator[tuple[str, ScalarNode]]:
    """Yield each operator of a string matcher with each text that it compares with.

    Without the very long ones, which nobody types and an alias may repeat.
    """
    data = entry.data
    pairs = [("is", data)]
    if isinstance(data, MappingNode):
        pairs = [(key.text, value) for key, value in data.entries]
    for operator, value in pairs:
        for item in to_items(value):
            if isinstance(item, ScalarNode) and len(item.text) <= _MAX_TEXT:
                yield operator, item

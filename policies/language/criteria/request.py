"""The criteria on the HTTP request: method, path, preflight, address, control plane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from policies.language.errors import Stage, quoted
from policies.language.matchers import (
    Context,
    TextMatcher,
    TextOperator,
    read_text_matcher,
)
from policies.language.modes import Mode
from policies.language.networks import Network, parse_address, parse_network
from policies.language.nodes import Node, ScalarNode, SequenceNode
from policies.language.reasons import Reason
from policies.texts import worded

from .constant import ignore_data
from .registry import Criterion, Finding, Group, MatcherKind, Need, Widget

if TYPE_CHECKING:
    from policies.language.facts import Facts
    from policies.language.grammar import CriterionNode


class HttpField(StrEnum):
    METHOD = "method"
    PATH = "path"


_HTTP_REASONS: Final = {
    HttpField.METHOD: (Reason.HTTP_METHOD_OK, Reason.HTTP_METHOD_UNAUTHORIZED),
    HttpField.PATH: (Reason.HTTP_PATH_OK, Reason.HTTP_PATH_UNAUTHORIZED),
}


@dataclass(frozen=True, slots=True)
class Http:
    """On the method or the percent-decoded path.

    Core's own Rego looks at every field of every part of its input instead, and takes
    the criterion as met when one of them passes all tests; the exact mode does too.
    """

    field: HttpField
    matcher: TextMatcher

    def find(self, facts: Facts, mode: Mode) -> Finding:
        request = facts.request
        seen = request.method if self.field is HttpField.METHOD else request.path
        passed, failed = _HTTP_REASONS[self.field]
        if not self.matcher.tests:
            holds = True
        elif mode is Mode.CORE_EXACT:
            holds = any(self.matcher.holds(value) for value in _input_values(facts))
        else:
            holds = seen is not None and self.matcher.holds(seen)
        return Finding(holds, passed if holds else failed, seen)


def _input_values(facts: Facts) -> Iterator[Any]:
    """Iterate over all values at the second level of Core's input."""
    whole = facts.core_input if facts.core_input is not None else _core_input(facts)
    for part in whole.values():
        if isinstance(part, Mapping):
            yield from part.values()
        elif isinstance(part, list | tuple):
            yield from part


def _core_input(facts: Facts) -> Mapping[str, Any]:
    request, certificate, session = facts.request, facts.certificate, facts.session
    mcp: dict[str, Any] = (
        {} if facts.mcp.method is None else {"method": facts.mcp.method}
    )
    if facts.mcp.tool is not None:
        mcp["tool_call"] = {"name": facts.mcp.tool}
    return {
        "http": {
            "method": request.method or "",
            "host": request.host,
            "hostname": request.hostname,
            "path": request.path or "",
            "raw_path": request.raw_path,
            "raw_query": request.query,
            "url": request.url,
            "headers": request.headers,
            "client_certificate": {"presented": certificate.presented},
            "ip": request.ip,
            "body": request.body,
        },
        "ssh": {"username": facts.ssh.username or "", "publickey": facts.ssh.publickey},
        "mcp": mcp,
        "session": {
            "id": session.id if session else "",
            "user_id": (session.user_id if session else None) or "",
        },
    }


@dataclass(frozen=True, slots=True)
class CorsPreflight:
    def find(self, facts: Facts, mode: Mode) -> Finding:
        request = facts.request
        holds = (
            request.method == "OPTIONS"
            and request.has_header("Access-Control-Request-Method")
            and request.has_header("Origin")
        )
        reason = Reason.CORS_REQUEST if holds else Reason.NON_CORS_REQUEST
        return Finding(holds, reason, request.method)


@dataclass(frozen=True, slots=True)
class SourceIp:
    """On the client's address; IPv4 in IPv6 notation counts as IPv4."""

    networks: tuple[Network, ...]

    def find(self, facts: Facts, mode: Mode) -> Finding:
        address = parse_address(facts.request.ip)
        if address is None and mode is Mode.POSTERN:
            return Finding(None, Reason.SOURCE_IP_DATA_UNAVAILABLE, facts.request.ip)
        holds = address is not None and any(
            address in network for network in self.networks
        )
        reason = Reason.SOURCE_IP_OK if holds else Reason.SOURCE_IP_UNAUTHORIZED
        return Finding(holds, reason, facts.request.ip)


@dataclass(frozen=True, slots=True)
class PomeriumRoutes:
    """On whether the path belongs to the control plane: `/.pomerium` or below."""

    def find(self, facts: Facts, mode: Mode) -> Finding:
        path = facts.request.path or ""
        holds = path == "/.pomerium" or path.startswith("/.pomerium/")
        reason = Reason.POMERIUM_ROUTE if holds else Reason.NON_POMERIUM_ROUTE
        return Finding(holds, reason, path)


def _read_http(node: CriterionNode, context: Context) -> Http | None:
    matcher = read_text_matcher(node.data, context, what=worded("the request is"))
    if matcher is None:
        return None
    if context.is_exact and [test.operator for test in matcher.tests] == [
        TextOperator.NOT_IN
    ]:
        context.refuse(
            "core-unsafe-variable",
            worded("Core can't compile `not_in` when it stands alone"),
            node.data.span,
            stage=Stage.COMPILE,
        )
        return None
    return Http(HttpField(node.name.removeprefix("http_")), matcher)


def _read_cors_preflight(node: CriterionNode, context: Context) -> CorsPreflight:
    ignore_data(node, context)
    return CorsPreflight()


def _read_pomerium_routes(node: CriterionNode, context: Context) -> PomeriumRoutes:
    ignore_data(node, context)
    return PomeriumRoutes()


def _read_source_ip(node: CriterionNode, context: Context) -> SourceIp | None:
    data = node.data
    is_text = isinstance(data, ScalarNode) and isinstance(data.value, str)
    if not is_text and not isinstance(data, SequenceNode):
        context.refuse(
            "not-an-address",
            worded("an address, a network or a list is needed"),
            _at(node),
        )
        return None
    items = data.items if isinstance(data, SequenceNode) else (data,)
    if not items:
        context.unsavable("empty-list", worded("an empty list never holds"), data.span)
    networks = [_read_network(item, context) for item in items]
    known = {network for network in networks if network is not None}
    if None in networks:
        return None
    order = sorted(known, key=_network_order)
    return SourceIp(tuple(order))


def _network_order(network: Network) -> tuple[int, int, int]:
    return network.version, int(network.network_address), network.prefixlen


def _read_network(item: Node, context: Context) -> Network | None:
    text = item.value if isinstance(item, ScalarNode) else None
    network = parse_network(text) if isinstance(text, str) else None
    if network is None:
        what = quoted(item.text) if isinstance(item, ScalarNode) else "this"
        context.refuse(
            "not-an-address",
            worded("%(what)s is neither an address nor a network", what=what),
            item.span,
            suggestion=worded(
                "write it like `10.0.0.0/8`, `192.168.1.10` or `2001:db8::/32`"
            ),
        )
    return network


def _at(node: CriterionNode) -> Any:
    return node.data.span if node.data.span.length else node.name_span


_REQUEST: Final = frozenset({Need.REQUEST})

HTTP_METHOD = Criterion(
    name="http_method",
    label=worded("HTTP method"),
    help=worded("The method of the request, in capitals."),
    example="http_method: {in: [GET, HEAD]}",
    group=Group.REQUEST,
    matcher=MatcherKind.TEXT,
    widget=Widget.METHOD,
    fact=worded("the method"),
    when_true=(Reason.HTTP_METHOD_OK,),
    when_false=(Reason.HTTP_METHOD_UNAUTHORIZED,),
    needs=_REQUEST,
    compares_text=True,
    read=_read_http,
)
HTTP_PATH = Criterion(
    name="http_path",
    label=worded("HTTP path"),
    help=worded("The path of the request after percent-decoding, without the query."),
    example="http_path: {starts_with: /admin/}",
    group=Group.REQUEST,
    matcher=MatcherKind.TEXT,
    widget=Widget.PATH,
    fact=worded("the path"),
    when_true=(Reason.HTTP_PATH_OK,),
    when_false=(Reason.HTTP_PATH_UNAUTHORIZED,),
    needs=_REQUEST,
    compares_text=True,
    read=_read_http,
)
CORS_PREFLIGHT = Criterion(
    name="cors_preflight",
    label=worded("CORS preflight"),
    help=worded(
        "The browser asks whether another origin may call: OPTIONS with both headers."
    ),
    example="cors_preflight: true",
    group=Group.REQUEST,
    matcher=MatcherKind.IGNORED,
    widget=Widget.NONE,
    fact=worded("method and headers"),
    when_true=(Reason.CORS_REQUEST,),
    when_false=(Reason.NON_CORS_REQUEST,),
    needs=frozenset({Need.REQUEST, Need.HEADERS}),
    read=_read_cors_preflight,
)
SOURCE_IP = Criterion(
    name="source_ip",
    label=worded("Source address"),
    help=worded("The client's address is in one of these networks."),
    example="source_ip: [10.0.0.0/8, 2001:db8::/32]",
    group=Group.REQUEST,
    matcher=MatcherKind.NETWORK,
    widget=Widget.NETWORK,
    fact=worded("the client's address"),
    when_true=(Reason.SOURCE_IP_OK,),
    when_false=(Reason.SOURCE_IP_UNAUTHORIZED,),
    when_unknown=(Reason.SOURCE_IP_DATA_UNAVAILABLE,),
    needs=frozenset({Need.SOURCE_IP}),
    read=_read_source_ip,
)
POMERIUM_ROUTES = Criterion(
    name="pomerium_routes",
    label=worded("Control-plane path"),
    help=worded("The path is `/.pomerium` or below. Those are open without it."),
    example="pomerium_routes: true",
    group=Group.REQUEST,
    matcher=MatcherKind.IGNORED,
    widget=Widget.NONE,
    fact=worded("the path"),
    when_true=(Reason.POMERIUM_ROUTE,),
    when_false=(Reason.NON_POMERIUM_ROUTE,),
    needs=_REQUEST,
    known_to_core=False,
    read=_read_pomerium_routes,
)
ALL = (HTTP_METHOD, HTTP_PATH, CORS_PREFLIGHT, SOURCE_IP, POMERIUM_ROUTES)

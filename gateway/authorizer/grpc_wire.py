"""Envoy's checks over gRPC, as the same questions and answers that HTTP carries.

Only the proxy says which route a request is for: its id stands in the extensions of the
route that matched, which no client can set. What a client sends under names of ours is
dropped here, as Envoy drops it before it asks over HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from envoy.service.auth.v3.external_auth_pb2 import CheckRequest, CheckResponse

from .requests import LiveRequest
from .wire import MAX_ROUTE_ID, BadRequestError, Check, headers_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .answers import Answer

SERVICE: Final = "envoy.service.auth.v3.Authorization"
METHOD: Final = "Check"
ROUTE: Final = "route_id"
TO_REMOVE: Final = b"x-envoy-auth-headers-to-remove"
SET_COOKIE: Final = b"set-cookie"
ALLOWED: Final = 0
PERMISSION_DENIED: Final = 7  # of google.rpc.Code
_OWN: Final = b"x-postern-"
# Of the connection, not of the request; Envoy leaves them out over HTTP as well.
_HOP_BY_HOP: Final = frozenset(
    {
        *(b"connection", b"expect", b"keep-alive", b"proxy-connection"),
        *(b"te", b"transfer-encoding", b"upgrade", b"host"),
    }
)
_SCHEMES: Final = {b"http": "http", b"https": "https"}

__all__ = ["METHOD", "SERVICE", "CheckRequest", "CheckResponse", "read", "write"]


def read(question: CheckRequest) -> Check:
    """Read a check.

    Raises:
        BadRequestError: it names no route, or a header has more than one meaning.
    """
    attributes = question.attributes
    route_id = attributes.context_extensions.get(ROUTE, "")
    if not 0 < len(route_id) <= MAX_ROUTE_ID:
        raise BadRequestError("no route is named")
    http = attributes.request.http
    given = headers_of(_pairs(http))
    headers = {
        name: value
        for name, value in given.items()
        if not name.startswith((_OWN, b":")) and name not in _HOP_BY_HOP
    }
    headers[b"host"] = http.host.encode()
    source = attributes.source
    headers[b"x-postern-client-ip"] = source.address.socket_address.address.encode()
    if source.certificate:
        headers[b"x-postern-client-cert"] = source.certificate.encode()
    path, _, query = http.path.encode().partition(b"?")
    scheme = headers.get(b"x-forwarded-proto", http.scheme.encode())
    request = LiveRequest(
        method=http.method,
        raw_path=path,
        query=query,
        headers=headers,
        scheme=_SCHEMES.get(scheme, "https"),
        upgrade=given.get(b"upgrade", b"").decode("latin-1"),
    )
    return Check(route_id, request, "envoy")


def _pairs(http: Any) -> Iterator[tuple[bytes, bytes]]:
    """Yield the client's headers; those that came twice do so here, if Envoy says."""
    for one in http.header_map.headers:
        yield one.key.lower().encode(), one.raw_value or one.value.encode()
    for name, value in http.headers.items():
        yield name.lower().encode(), value.encode()


def write(answer: Answer) -> CheckResponse:
    """Write an answer; only one that `goes_on` has the status that lets through."""
    response = CheckResponse()
    if not answer.goes_on:
        response.status.code = PERMISSION_DENIED
        denied = response.denied_response
        denied.status.code = answer.status
        denied.body = answer.body.decode()
        for pair in answer.headers:
            _add(denied.headers, *pair)
        return response
    response.status.code = ALLOWED
    allowed = response.ok_response
    allowed.SetInParent()
    for name, value in answer.headers:
        if name == TO_REMOVE:
            allowed.headers_to_remove.extend(value.decode("latin-1").split(","))
        elif name == SET_COOKIE:
            _add(allowed.response_headers_to_add, name, value)
        else:
            _add(allowed.headers, name, value)
    return response


def _add(headers: Any, name: bytes, value: bytes) -> None:
    """Add a header, in place of the client's; several cookies stay several."""
    one = headers.add()
    one.header.key = name.decode("latin-1")
    one.header.value = value.decode("latin-1")
    one.append.value = name == SET_COOKIE

"""The kinds of route, each with the requests that are sent and what becomes of them.

Routes are given under Core's keys, so that the same table can be put to a real Core.
People: Ada is of the staff and has an approved device, Ben is of no group, Cyd's device
waits for approval, Eve's address is elsewhere, and Robot is a machine with a token.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ONE = ["http://one.internal"]
TWO = ["http://two.other"]
NAMED = "a.zone.example.com"
STATEMENT = "x-pomerium-jwt-assertion"
PAGE = {"accept": "text/html"}
JSON = {"accept": "application/json"}
SIGN_IN = {"location": r".*/(gateway|\.pomerium)/sign.in\?.*"}
SOCKET = {"upgrade": "websocket", "connection": "upgrade"}
ROBOTS = "User-agent: *\nDisallow: /"

PUBLIC = "allow:\n  and:\n    - accept: true\n"
ANYBODY = "allow:\n  and:\n    - authenticated_user: true\n"
EMPLOYEES = "allow:\n  and:\n    - domain: {is: example.com}\n"
STAFF = "allow:\n  and:\n    - groups: {has: id-staff}\n"
NOT_BEN = f"{ANYBODY}deny:\n  or:\n    - email: {{is: ben@example.com}}\n"
DEVICE = "allow:\n  and:\n    - device: {type: any, approved: true}\n"
READING = (
    "allow:\n  and:\n    - domain: {is: example.com}\n    - http_method: {is: GET}\n"
)
REGO = """\
package pomerium.policy

import rego.v1

default allow := [false, {"user-unauthenticated"}]

allow := [true, {"rego-ok"}] if startswith(input.http.path, "/open")
"""


@dataclass(frozen=True)
class Case:
    """A request and its answer.

    Attributes:
        by: whose session or token goes with it; nobody's when it is empty.
        certificate: which client certificate is shown: ours, foreign or none.
        server_name: what TLS is begun with, where it isn't the host.
        upstream: who heard of it, with the path that arrived: `one:/path`.
        route: which route's header arrived there.
        heard: headers that arrived there, as regular expressions; None for those
            that must not.
        told: headers of the answer, likewise.
        body: what the answer says, where it isn't the upstream's.
        status_of_core: where we answer otherwise than Core, on purpose.
    """

    path: str = "/"
    by: str = ""
    status: int = 200
    upstream: str = ""
    host: str = ""
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    certificate: str = ""
    server_name: str = ""
    route: str = ""
    heard: Mapping[str, str | None] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    status_of_core: int = 0


@dataclass(frozen=True)
class Place:
    """A route of a kind; `policies` are texts, those in Rego begin with `package`."""

    name: str
    policies: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    from_: str = ""
    is_below_ceiling: bool = False


@dataclass(frozen=True)
class Kind:
    """Routes, and the requests that show what they do.

    `has_little_time` says that a busy machine may refuse what an idle one lets in: a
    policy in Rego that takes too long denies.
    """

    name: str
    places: tuple[Place, ...]
    cases: tuple[Case, ...]
    has_little_time: bool = False

    @property
    def host(self) -> str:
        """Return the host that requests go to unless they say another."""
        return f"{self.name}.example.com"

    def from_url(self, place: Place) -> str:
        """Return where a route of this kind is found."""
        return place.from_ or f"https://{self.host}"


def _simple(name: str, policy: str, *cases: Case, **settings: Any) -> Kind:
    place = Place(name, (policy,) if policy else (), {"to": ONE, **settings})
    return Kind(name, (place,), cases)


def _there(path: str = "/", by: str = "ada", **more: Any) -> Case:
    return Case(path, by, **{"upstream": f"one:{path}", **more})


def _sign_in(**more: Any) -> Case:
    return Case(headers=PAGE, status=302, told=SIGN_IN, **more)


DECIDED = (
    _simple(
        "public",
        PUBLIC,
        _there(by=""),
        _there("/deep?x=1"),
        _there(by="ben", method="POST"),
        Case("/a%2fb", status=400),
        _there(
            by="",
            headers={"x-pomerium-claim-email": "root@example.com"},
            heard={"x-pomerium-claim-email": None},
        ),
    ),
    _simple(
        "domain",
        EMPLOYEES,
        _there(heard={STATEMENT: r"[\w-]+\.[\w-]+\.[\w-]+"}),
        _there(by="ben", headers={STATEMENT: "forged"}, heard={STATEMENT: r"ey.+"}),
        Case(by="eve", status=403),
        _sign_in(),
        Case(headers=JSON, status=401),
        pass_identity_headers=True,
    ),
    _simple(
        "groups", STAFF, _there(), Case(by="ben", status=403), Case("/x", "eve", 403)
    ),
    _simple("deny", NOT_BEN, _there(), _there(by="eve"), Case(by="ben", status=403)),
    _simple(
        "method",
        READING,
        _there(),
        Case(by="ada", method="DELETE", status=403),
        Case("/?GET", by="ada", method="POST", status=403),
    ),
    _simple("nobody", "", Case(by="ada", status=403), Case(status=403)),
    Kind(
        "enforced",
        (Place("enforced", (ANYBODY,), {"to": ONE}, is_below_ceiling=True),),
        (_there(), Case(by="ben", status=403), Case(by="eve", status=403), _sign_in()),
    ),
    _simple(
        "device",
        DEVICE,
        _there(),
        Case(by="cyd", status=450),
        Case(by="ben", headers=PAGE, status=302),
        Case(by="ben", headers=JSON, status=401),
        _sign_in(),
    ),
    _simple(
        "robots",
        EMPLOYEES,
        _there("/robots.txt"),
        Case("/robots.txt", body=ROBOTS),
        Case("/robots.txt", by="eve", body=ROBOTS),
        Case("/robots.txt", headers={"user-agent": "kubernetes/1"}, status=302),
        Case("/robots.txt/x", headers=JSON, status=401),
    ),
    _simple(
        "machine",
        ANYBODY,
        _there(by="robot", heard={"authorization": None}),
        Case(headers={"authorization": "Bearer postern_wrong"}, status=403),
        Case(headers=JSON, status=401),
    ),
    Kind(
        "rego",
        (Place("rego", (REGO,), {"to": ONE}),),
        (
            _there("/open/x"),
            Case("/closed", headers=JSON, status=401),
            Case("/closed", by="robot", status=401),
        ),
        has_little_time=True,
    ),
    _simple(
        "certificate",
        PUBLIC,
        _there(by="", certificate="ours"),
        Case(status=495),
        Case(certificate="foreign", status=495),
        Case(by="ada", status=495),
        tls_downstream_client_ca="the authority",
    ),
)


def _marked(name: str, *, from_: str = "", **settings: Any) -> Place:
    """Return a public route whose upstream is told which one it was."""
    usual = {"to": ONE, "set_request_headers": {"X-Route": name}}
    return Place(name, (PUBLIC,), usual | settings, from_)


def _to(path: str, route: str, **more: Any) -> Case:
    return Case(path, route=route, **{"upstream": f"one:{path}", **more})


ROUTED = (
    Kind(
        "order",
        (
            _marked("all"),
            _marked("prefix", prefix="/a"),
            _marked("longer", prefix="/a/b", to=TWO),
            _marked("exact", path="/a/b"),
            _marked("regex", regex="/a/[0-9]+"),
            _marked("first", regex="/a/[0-9]{2}", regex_priority_order=9),
        ),
        (
            _to("/", "all"),
            _to("/a/x", "prefix"),
            _to("/admin", "prefix"),
            _to("/a/b/c", "longer", upstream="two:/a/b/c"),
            _to("/a/b", "exact"),
            _to("/a/7", "regex"),
            _to("/a/77", "first"),
            _to("/a/777", "regex"),
            _to("/x/../a/b", "exact", upstream="one:/a/b"),
            _to("/x//a?q=/a/b", "all", upstream="one:/x/a?q=/a/b"),
        ),
    ),
    Kind(
        "wildcard",
        (
            _marked("wild", from_="https://*.zone.example.com"),
            _marked("named", from_=f"https://{NAMED}", path="/only", to=TWO),
        ),
        (
            _to("/x", "wild", host="b.zone.example.com"),
            _to("/only", "named", host=NAMED, upstream="two:/only"),
            Case("/other", host=NAMED, status=404),
            Case(host="zone.example.com", server_name=NAMED, status=404),
            Case(host="evilzone.example.com", server_name=NAMED, status=404),
        ),
    ),
    Kind(
        "rewrites",
        (
            _marked("all"),
            _marked("prefix", prefix="/pre/", prefix_rewrite="/new/"),
            _marked(
                "regex",
                prefix="/service/",
                regex_rewrite_pattern="^/service/([^/]+)(/.*)$",
                regex_rewrite_substitution="\\2/of/\\1",
            ),
            _marked("host", prefix="/host/", host_rewrite="inner.example"),
            _marked("keep", prefix="/keep/", preserve_host_header=True),
            _marked("below", prefix="/below/", to=["http://one.internal/base/"]),
        ),
        (
            _to("/pre/a?b=1", "prefix", upstream="one:/new/a?b=1"),
            _to("/service/a/b", "regex", upstream="one:/b/of/a"),
            _to("/host/x", "host", heard={"host": "inner.example"}),
            _to("/keep/x", "keep", heard={"host": "rewrites.example.com"}),
            _to("/below/x", "below", upstream="one:/base/x"),
            _to("/pre", "all", heard={"host": "one.internal"}),
        ),
    ),
    Kind(
        "redirect",
        (
            Place("open", (PUBLIC,), {"redirect": {"path_redirect": "/gone"}}),
            Place(
                "closed",
                (EMPLOYEES,),
                {
                    "prefix": "/closed",
                    "redirect": {
                        "host_redirect": "new.example.com",
                        "response_code": 307,
                    },
                },
            ),
        ),
        (
            Case("/x", status=301, told={"location": r"https?://redirect\..*/gone"}),
            Case(
                "/closed/a",
                "ada",
                307,
                told={"location": r"https?://new\.example\.com.*/closed/a"},
            ),
            _sign_in(path="/closed"),
            Case("/closed", by="eve", status=403),
        ),
    ),
    Kind(
        "response",
        (
            Place("fixed", (EMPLOYEES,), {"response": {"status": 418, "body": "tea"}}),
            Place(
                "other",
                (PUBLIC,),
                {"path": "/other", "response": {"status": 200, "body": "ok"}},
            ),
        ),
        (
            Case(by="ada", status=418, body="tea"),
            Case("/other", body="ok"),
            _sign_in(),
            Case(by="eve", status=403),
        ),
    ),
    Kind(
        "websocket",
        (
            Place("socket", (EMPLOYEES,), {"to": ONE, "allow_websockets": True}),
            Place("plain", (EMPLOYEES,), {"to": ONE, "prefix": "/plain"}),
        ),
        (
            Case("/ws", "ada", 101, "one:/ws", headers=SOCKET),
            # No socket can follow Core's redirect to a page.
            Case("/ws", headers=SOCKET, status=401, status_of_core=302),
            Case("/ws", "eve", headers=SOCKET, status=403),
            Case("/plain", "ada", headers=SOCKET, status=403),
            _there("/ws"),
        ),
    ),
)
KINDS = DECIDED + ROUTED

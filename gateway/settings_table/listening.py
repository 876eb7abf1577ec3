"""How clients are met: certificates, cookies, timeouts, and headers of answers."""

from collections.abc import Callable
from typing import Any

from gateway.settings_table import checks, sections
from gateway.settings_table.types import GatewaySetting, Honorer
from routes.settings_table import Choice, Destination, Kind, Setting

CLIENTS = (
    GatewaySetting(
        setting=Setting(
            key="downstream_mtls",
            label="Client certificates",
            kind=Kind.OBJECT,
            help="For all routes; one that names an authority of its own uses that.",
            unset="no certificate is asked for",
            section=sections.CLIENTS,
            fields=(
                Setting(
                    key="ca",
                    label="Authority",
                    kind=Kind.CERTIFICATE,
                    help="Certificates of those who sign clients' certificates.",
                    unset="no certificate is asked for",
                    required=True,
                    maximum=262_144,
                ),
                Setting(
                    key="enforcement",
                    label="Without a valid certificate",
                    kind=Kind.ENUM,
                    help=(
                        "The connection is refused by Envoy, the others by the "
                        "authorizer."
                    ),
                    choices=(
                        Choice(
                            value="policy_with_default_deny",
                            label="Every route refuses",
                        ),
                        Choice(value="policy", label="Policies decide"),
                        Choice(value="reject_connection", label="No connection at all"),
                    ),
                    unset="every route refuses",
                ),
            ),
        ),
        honored_by=Honorer.PROXIES,
        check=checks.check_client_authority,
    ),
)

COOKIES = (
    GatewaySetting(
        setting=Setting(
            key="cookie_name",
            label="Name",
            kind=Kind.TEXT,
            help=(
                "Over https it begins with __Host- all the same, so that no other "
                "host can set it. Whoever is signed in signs in again after a change."
            ),
            section=sections.COOKIES,
            maximum=64,
        ),
        default="postern-session",
        check=checks.check_cookie_name,
    ),
    GatewaySetting(
        setting=Setting(
            key="cookie_secure",
            label="Over https only",
            kind=Kind.TRISTATE,
            help="No: at sites without TLS people can sign in as well.",
            section=sections.COOKIES,
        ),
        default=False,
        in_core=False,
    ),
    GatewaySetting(
        setting=Setting(
            key="cookie_http_only",
            label="Hidden from scripts",
            kind=Kind.TRISTATE,
            help="No: scripts of a site can read, and lose, the session.",
            section=sections.COOKIES,
        ),
        default=True,
    ),
    GatewaySetting(
        setting=Setting(
            key="cookie_same_site",
            label="Sent from other sites",
            kind=Kind.ENUM,
            help=(
                "Never (strict) needs the console under the same domain as the routes, "
                "or people who come from signing in are sent there again."
            ),
            section=sections.COOKIES,
            choices=(
                Choice(value="lax", label="When a link is followed (lax)"),
                Choice(value="strict", label="Never (strict)"),
                Choice(value="none", label="Always (none), over https"),
            ),
        ),
        default="lax",
    ),
    GatewaySetting(
        setting=Setting(
            key="cookie_expire",
            label="Ends after",
            kind=Kind.DURATION,
            help="How long a session at a route lasts, from signing in there.",
            section=sections.COOKIES,
            unset="as sessions at the console",
            placeholder="14h",
        ),
        honored_by=Honorer.CONSOLE,
        check=checks.between("5m", "720h"),
    ),
)

TIMEOUTS = (
    GatewaySetting(
        setting=Setting(
            key="default_upstream_timeout",
            label="Answer of an upstream",
            kind=Kind.DURATION,
            help="Where a route gives no timeout. 0s: none.",
            section=sections.TIMEOUTS,
        ),
        default="30s",
        honored_by=Honorer.ENVOY,
        is_local=True,
        check=checks.between("0s", "24h"),
    ),
    GatewaySetting(
        setting=Setting(
            key="timeout_read",
            label="Request of a client",
            kind=Kind.DURATION,
            help="How long a client may take to send a request whole. 0s: any time.",
            section=sections.TIMEOUTS,
        ),
        default="0s",
        honored_by=Honorer.ENVOY,
        check=checks.between("0s", "24h"),
    ),
    GatewaySetting(
        setting=Setting(
            key="timeout_write",
            label="Request and answer together",
            kind=Kind.DURATION,
            help="After this a stream is ended, web sockets as well. 0s: never.",
            section=sections.TIMEOUTS,
        ),
        default="0s",
        honored_by=Honorer.ENVOY,
        check=checks.between("0s", "720h"),
    ),
    GatewaySetting(
        setting=Setting(
            key="timeout_idle",
            label="Connection without a request",
            kind=Kind.DURATION,
            help="After this an idle connection of a client is closed.",
            section=sections.TIMEOUTS,
        ),
        default="5m",
        honored_by=Honorer.ENVOY,
        check=checks.between("1s", "24h"),
    ),
    GatewaySetting(
        setting=Setting(
            key="codec_type",
            label="HTTP that is spoken",
            kind=Kind.ENUM,
            help="Between clients and Envoy.",
            section=sections.TIMEOUTS,
            choices=(
                Choice(value="auto", label="What the client prefers"),
                Choice(value="http1", label="HTTP/1.1 only"),
                Choice(value="http2", label="HTTP/2 only"),
            ),
        ),
        default="auto",
        honored_by=Honorer.ENVOY,
    ),
)

ANSWERS = (
    GatewaySetting(
        setting=Setting(
            key="set_response_headers",
            label="Headers to set",
            kind=Kind.HEADER_MAP,
            help="In every answer of an upstream. A route's own of the name counts.",
            unset="no header is added",
            section=sections.ANSWERS,
            maximum=50,
        ),
        honored_by=Honorer.ENVOY,
        is_local=True,
    ),
)


OF_CORE = "Core's own default"


def _only_core(
    key: str,
    label: str,
    kind: Kind,
    text: str,
    check: Callable[[Any], None] | None = None,
) -> GatewaySetting:
    return GatewaySetting(
        setting=Setting(
            key=key,
            label=label,
            kind=kind,
            help=text,
            unset=OF_CORE,
            section=sections.CORE,
            destination=Destination.CORE,
            maximum=50 if kind is Kind.STRING_LIST else 200,
        ),
        honored_by=Honorer.CORE,
        check=check,
    )


LEVELS = ("trace", "debug", "info", "warn", "error")
CORE = (
    GatewaySetting(
        setting=Setting(
            key="log_level",
            label="Log level",
            kind=Kind.ENUM,
            help="From which level on Core logs.",
            unset=OF_CORE,
            section=sections.CORE,
            destination=Destination.CORE,
            choices=tuple(Choice(value=one, label=one) for one in LEVELS),
        ),
        honored_by=Honorer.CORE,
    ),
    _only_core(
        "access_log_fields",
        "Fields of the access log",
        Kind.STRING_LIST,
        "What Core writes of each request, such as path, or headers.X-Request-Id.",
        checks.check_access_fields,
    ),
    _only_core(
        "authorize_log_fields",
        "Fields of the authorize log",
        Kind.STRING_LIST,
        "What Core writes of each decision, such as user, or headers.X-Request-Id.",
        checks.check_authorize_fields,
    ),
    _only_core(
        "cookie_domain",
        "Domain of the cookie",
        Kind.HOST,
        "Our own cookies belong to one host each.",
    ),
)

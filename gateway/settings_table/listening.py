"""How clients are met: certificates, cookies, timeouts, and headers of answers."""

from collections.abc import Callable
from typing import Any

from gateway.settings_table import checks, sections
from gateway.settings_table.types import GatewaySetting, Honorer
from policies.texts import worded
from routes.settings_table import Choice, Destination, Kind, Setting

CLIENTS = (
    GatewaySetting(
        setting=Setting(
            key="downstream_mtls",
            label=worded("Client certificates"),
            kind=Kind.OBJECT,
            help=worded(
                "For all routes; one that names an authority of its own uses that."
            ),
            unset=worded("no certificate is asked for"),
            section=sections.CLIENTS,
            fields=(
                Setting(
                    key="ca",
                    label=worded("Authority"),
                    kind=Kind.CERTIFICATE,
                    help=worded(
                        "Certificates of those who sign clients' certificates."
                    ),
                    unset=worded("no certificate is asked for"),
                    required=True,
                    maximum=262_144,
                ),
                Setting(
                    key="enforcement",
                    label=worded("Without a valid certificate"),
                    kind=Kind.ENUM,
                    help=(
                        worded(
                            "The connection is refused by Envoy, the others by the "
                            "authorizer."
                        )
                    ),
                    choices=(
                        Choice(
                            value="policy_with_default_deny",
                            label=worded("Every route refuses"),
                        ),
                        Choice(value="policy", label=worded("Policies decide")),
                        Choice(
                            value="reject_connection",
                            label=worded("No connection at all"),
                        ),
                    ),
                    unset=worded("every route refuses"),
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
            label=worded("Name"),
            kind=Kind.TEXT,
            help=(
                worded(
                    "Over https it begins with __Host- all the same, so that no other "
                    "host can set it. Whoever is signed in signs in again after a "
                    "change."
                )
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
            label=worded("Over https only"),
            kind=Kind.TRISTATE,
            help=worded("No: at sites without TLS people can sign in as well."),
            section=sections.COOKIES,
        ),
        default=False,
        in_core=False,
    ),
    GatewaySetting(
        setting=Setting(
            key="cookie_http_only",
            label=worded("Hidden from scripts"),
            kind=Kind.TRISTATE,
            help=worded("No: scripts of a site can read, and lose, the session."),
            section=sections.COOKIES,
        ),
        default=True,
    ),
    GatewaySetting(
        setting=Setting(
            key="cookie_same_site",
            label=worded("Sent from other sites"),
            kind=Kind.ENUM,
            help=(
                worded(
                    "Never (strict) needs the console under the same domain as the "
                    "routes, "
                    "or people who come from signing in are sent there again."
                )
            ),
            section=sections.COOKIES,
            choices=(
                Choice(value="lax", label=worded("When a link is followed (lax)")),
                Choice(value="strict", label=worded("Never (strict)")),
                Choice(value="none", label=worded("Always (none), over https")),
            ),
        ),
        default="lax",
    ),
    GatewaySetting(
        setting=Setting(
            key="cookie_expire",
            label=worded("Ends after"),
            kind=Kind.DURATION,
            help=worded("How long a session at a route lasts, from signing in there."),
            section=sections.COOKIES,
            unset=worded("as sessions at the console"),
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
            label=worded("Answer of an upstream"),
            kind=Kind.DURATION,
            help=worded("Where a route gives no timeout. 0s: none."),
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
            label=worded("Request of a client"),
            kind=Kind.DURATION,
            help=worded(
                "How long a client may take to send a request whole. 0s: any time."
            ),
            section=sections.TIMEOUTS,
        ),
        default="0s",
        honored_by=Honorer.ENVOY,
        check=checks.between("0s", "24h"),
    ),
    GatewaySetting(
        setting=Setting(
            key="timeout_write",
            label=worded("Request and answer together"),
            kind=Kind.DURATION,
            help=worded(
                "After this a stream is ended, web sockets as well. 0s: never."
            ),
            section=sections.TIMEOUTS,
        ),
        default="0s",
        honored_by=Honorer.ENVOY,
        check=checks.between("0s", "720h"),
    ),
    GatewaySetting(
        setting=Setting(
            key="timeout_idle",
            label=worded("Connection without a request"),
            kind=Kind.DURATION,
            help=worded("After this an idle connection of a client is closed."),
            section=sections.TIMEOUTS,
        ),
        default="5m",
        honored_by=Honorer.ENVOY,
        check=checks.between("1s", "24h"),
    ),
    GatewaySetting(
        setting=Setting(
            key="codec_type",
            label=worded("HTTP that is spoken"),
            kind=Kind.ENUM,
            help=worded("Between clients and Envoy."),
            section=sections.TIMEOUTS,
            choices=(
                Choice(value="auto", label=worded("What the client prefers")),
                Choice(value="http1", label=worded("HTTP/1.1 only")),
                Choice(value="http2", label=worded("HTTP/2 only")),
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
            label=worded("Headers to set"),
            kind=Kind.HEADER_MAP,
            help=worded(
                "In every answer of an upstream. A route's own of the name counts."
            ),
            unset=worded("no header is added"),
            section=sections.ANSWERS,
            maximum=50,
        ),
        honored_by=Honorer.ENVOY,
        is_local=True,
    ),
)


OF_CORE = worded("Core's own default")


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
            label=worded("Log level"),
            kind=Kind.ENUM,
            help=worded("From which level on Core logs."),
            unset=OF_CORE,
            section=sections.CORE,
            destination=Destination.CORE,
            choices=tuple(Choice(value=one, label=one) for one in LEVELS),
        ),
        honored_by=Honorer.CORE,
    ),
    _only_core(
        "access_log_fields",
        worded("Fields of the access log"),
        Kind.STRING_LIST,
        worded(
            "What Core writes of each request, such as path, or headers.X-Request-Id."
        ),
        checks.check_access_fields,
    ),
    _only_core(
        "authorize_log_fields",
        worded("Fields of the authorize log"),
        Kind.STRING_LIST,
        worded(
            "What Core writes of each decision, such as user, or headers.X-Request-Id."
        ),
        checks.check_authorize_fields,
    ),
    _only_core(
        "cookie_domain",
        worded("Domain of the cookie"),
        Kind.HOST,
        worded("Our own cookies belong to one host each."),
    ),
)

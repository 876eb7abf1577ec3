"""Settings of the connection: TLS, timeouts, headers."""

from policies.texts import worded
from routes.settings_table import sections
from routes.settings_table.types import Destination, Kind, Setting

PEM = worded("PEM text, or PEM in base64 as Core writes it.")
ON_CORE = worded("The path of a file on the machine where Core runs.")

TLS = (
    Setting(
        key="tls_skip_verify",
        label=worded("Accept any certificate"),
        kind=Kind.BOOL,
        section=sections.TLS,
        common=True,
        help=worded(
            "The upstream's certificate is not checked at all. For tests only."
        ),
        unset=worded("certificates are checked"),
    ),
    Setting(
        key="tls_upstream_server_name",
        label=worded("Server name of the upstream"),
        kind=Kind.HOST,
        section=sections.TLS,
        common=True,
        help=worded(
            "The name that the upstream's certificate has to show, if not that of To."
        ),
        maximum=255,
        placeholder="wiki.internal",
    ),
    Setting(
        key="tls_downstream_server_name",
        label=worded("Server name for clients"),
        kind=Kind.HOST,
        section=sections.TLS,
        help=worded("The route also answers to this server name in TLS."),
        maximum=255,
    ),
    Setting(
        key="tls_custom_ca",
        label=worded("Certificate authority of the upstream"),
        kind=Kind.CERTIFICATE,
        section=sections.TLS,
        help=worded("Who may have signed the upstream's certificate. %(pem)s", pem=PEM),
        maximum=131072,
    ),
    Setting(
        key="tls_custom_ca_file",
        label=worded("… from a file"),
        kind=Kind.FILE,
        section=sections.TLS,
        help=ON_CORE,
        destination=Destination.CORE,
    ),
    Setting(
        key="tls_client_cert",
        label=worded("Client certificate"),
        kind=Kind.CERTIFICATE,
        section=sections.TLS,
        help=worded(
            "Shown to the upstream to prove that the request comes from here. %(pem)s",
            pem=PEM,
        ),
        maximum=131072,
    ),
    Setting(
        key="tls_client_key",
        label=worded("Key of the client certificate"),
        kind=Kind.PRIVATE_KEY,
        section=sections.TLS,
        help=worded(
            "The private key that belongs to the client certificate. %(pem)s", pem=PEM
        ),
        secret=True,
        maximum=65536,
    ),
    Setting(
        key="tls_client_cert_file",
        label=worded("Client certificate from a file"),
        kind=Kind.FILE,
        section=sections.TLS,
        help=ON_CORE,
        destination=Destination.CORE,
    ),
    Setting(
        key="tls_client_key_file",
        label=worded("Key from a file"),
        kind=Kind.FILE,
        section=sections.TLS,
        help=ON_CORE,
        destination=Destination.CORE,
    ),
    Setting(
        key="tls_upstream_allow_renegotiation",
        label=worded("Allow renegotiation"),
        kind=Kind.BOOL,
        section=sections.TLS,
        help=worded("The upstream may renegotiate TLS. Only old servers ask for that."),
        aliases=("allow_renegotiation",),
    ),
)

TIMEOUTS = (
    Setting(
        key="timeout",
        label=worded("Request timeout"),
        kind=Kind.DURATION,
        section=sections.TIMEOUTS,
        common=True,
        help=worded(
            "How long a whole request may take, such as 30s or 1m30s; 0s: forever."
        ),
        unset=worded("30s, unless the global settings say otherwise"),
        placeholder="30s",
    ),
    Setting(
        key="idle_timeout",
        label=worded("Idle timeout"),
        kind=Kind.DURATION,
        section=sections.TIMEOUTS,
        common=True,
        help=worded("How long a connection may be silent, such as 5m; 0s: forever."),
        placeholder="5m",
    ),
    Setting(
        key="allow_websockets",
        label=worded("Allow WebSockets"),
        kind=Kind.BOOL,
        section=sections.TIMEOUTS,
        common=True,
        help=worded(
            "Requests may become WebSocket connections. Lifts the request timeout."
        ),
    ),
    Setting(
        key="allow_spdy",
        label=worded("Allow SPDY"),
        kind=Kind.BOOL,
        section=sections.TIMEOUTS,
        help=worded(
            "Requests may become SPDY connections, as older kubectl needs them."
        ),
    ),
    Setting(
        key="allow_upgrades",
        label=worded("Allow upgrades to"),
        kind=Kind.STRING_LIST,
        section=sections.TIMEOUTS,
        help=worded("Further protocols that requests may be upgraded to."),
        empty_is_value=True,
        maximum=20,
        placeholder="websocket",
    ),
)

HEADERS = (
    Setting(
        key="set_request_headers",
        label=worded("Set request headers"),
        kind=Kind.HEADER_MAP,
        section=sections.HEADERS,
        common=True,
        help=(
            worded(
                "Added to requests, in place of what the client sent. Values may hold "
                "${pomerium.access_token}, ${pomerium.id_token}, ${pomerium.jwt}, "
                "${pomerium.client_cert_fingerprint}; a $ itself is written $$."
            )
        ),
        secret_entries=True,
        maximum=100,
        placeholder="X-Team",
    ),
    Setting(
        key="remove_request_headers",
        label=worded("Remove request headers"),
        kind=Kind.HEADER_NAMES,
        section=sections.HEADERS,
        common=True,
        help=worded("Taken out of requests before they go on."),
        maximum=100,
        placeholder="X-Debug",
    ),
    Setting(
        key="set_response_headers",
        label=worded("Set response headers"),
        kind=Kind.HEADER_MAP,
        section=sections.HEADERS,
        common=True,
        help=worded("Added to answers, in place of what the upstream sent."),
        secret_entries=True,
        maximum=100,
        placeholder="X-Frame-Options",
    ),
    Setting(
        key="rewrite_response_headers",
        label=worded("Rewrite response headers"),
        kind=Kind.OBJECT_LIST,
        section=sections.HEADERS,
        help=worded(
            "Where a header of the answer begins with a text, that text is replaced."
        ),
        maximum=100,
        fields=(
            Setting(
                key="header",
                label=worded("Header"),
                kind=Kind.TEXT,
                help=worded("Its name."),
                required=True,
                maximum=255,
                placeholder="Location",
            ),
            Setting(
                key="prefix",
                label=worded("Begins with"),
                kind=Kind.TEXT,
                help=worded("The text that is replaced."),
                maximum=2000,
                placeholder="http://wiki.internal/",
            ),
            Setting(
                key="value",
                label=worded("Replacement"),
                kind=Kind.TEXT,
                help=worded("The text in its place."),
                maximum=2000,
                placeholder="https://wiki.example.com/",
            ),
        ),
    ),
)

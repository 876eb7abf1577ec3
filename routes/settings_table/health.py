"""Settings of checks that ask whether upstreams are healthy."""

from policies.texts import worded
from routes.settings_table.fields import count, flag, percent, seconds
from routes.settings_table.types import Choice, Kind, Setting

PAYLOAD = (
    Setting(
        key="text",
        label=worded("In hexadecimal"),
        kind=Kind.TEXT,
        help=worded("Bytes, two hexadecimal digits each."),
        maximum=8192,
        placeholder="50494e47",
    ),
    Setting(
        key="binary",
        label=worded("In base64"),
        kind=Kind.TEXT,
        help=worded("Bytes in base64."),
        maximum=8192,
    ),
)
RANGE = (
    count(
        "start",
        worded("From"),
        worded("The first status that counts."),
        minimum=100,
        maximum=600,
    ),
    count(
        "end",
        worded("Up to, without"),
        worded("One more than the last."),
        minimum=100,
        maximum=601,
    ),
)
CODECS = (
    Choice(value="HTTP1", label=worded("HTTP/1.1")),
    Choice(value="HTTP2", label=worded("HTTP/2")),
    Choice(value="HTTP3", label=worded("HTTP/3")),
)


def _payload(key: str, label: str, text: str, *, several: bool = False) -> Setting:
    kind = Kind.OBJECT_LIST if several else Kind.OBJECT
    return Setting(key=key, label=label, kind=kind, help=text, fields=PAYLOAD)


def _ranges(key: str, label: str, text: str) -> Setting:
    return Setting(
        key=key, label=label, kind=Kind.OBJECT_LIST, help=text, fields=RANGE, maximum=20
    )


HTTP_CHECK = (
    Setting(
        key="path",
        label=worded("Path"),
        kind=Kind.PATH,
        help=worded("What is asked for."),
        required=True,
        maximum=900,
        placeholder="/healthz",
    ),
    Setting(
        key="host",
        label=worded("Host"),
        kind=Kind.TEXT,
        help=worded("The host that is asked for, if not that of the upstream."),
        common=True,
        maximum=255,
    ),
    _ranges(
        "expected_statuses",
        worded("Healthy answers"),
        worded("Statuses that mean healthy."),
    ),
    _ranges(
        "retriable_statuses",
        worded("Tolerated answers"),
        worded("Counted, not fatal at once."),
    ),
    Setting(
        key="codec_client_type",
        label=worded("Protocol"),
        kind=Kind.ENUM,
        help=worded("The HTTP version of the question."),
        choices=CODECS,
        unset=worded("HTTP/1.1"),
    ),
    _payload("send", worded("Send"), worded("A body for the question.")),
    _payload(
        "receive",
        worded("Expect"),
        worded("What the answer has to hold."),
        several=True,
    ),
    count(
        "response_buffer_size",
        worded("Bytes to look at"),
        worded("How much of it is read."),
    ),
    Setting(
        key="request_headers_to_remove",
        label=worded("Leave out headers"),
        kind=Kind.HEADER_NAMES,
        help=worded("Not sent with the question."),
        maximum=100,
    ),
)
TCP_CHECK = (
    _payload(
        "send", worded("Send"), worded("What is sent. Nothing: connecting is enough.")
    ),
    _payload(
        "receive", worded("Expect"), worded("What has to come back."), several=True
    ),
)
GRPC_CHECK = (
    Setting(
        key="service_name",
        label=worded("Service"),
        kind=Kind.TEXT,
        help=worded("The service that is asked about."),
        maximum=255,
    ),
    Setting(
        key="authority",
        label=worded("Authority"),
        kind=Kind.TEXT,
        help=worded("The :authority header of the question."),
        maximum=255,
    ),
)


def _checker(key: str, label: str, text: str, fields: tuple[Setting, ...]) -> Setting:
    return Setting(
        key=key,
        label=label,
        kind=Kind.OBJECT,
        help=text,
        fields=fields,
        empty_is_value=True,
        common=True,
    )


HEALTH_CHECK = (
    seconds(
        "timeout",
        worded("Timeout"),
        worded("How long one check may take."),
        required=True,
    ),
    seconds(
        "interval",
        worded("Interval"),
        worded("The time between checks."),
        required=True,
    ),
    count(
        "unhealthy_threshold",
        worded("Unhealthy after"),
        worded("So many failures in a row take an upstream out."),
        minimum=1,
        common=True,
    ),
    count(
        "healthy_threshold",
        worded("Healthy after"),
        worded("So many successes in a row bring it back."),
        minimum=1,
        common=True,
    ),
    _checker(
        "http_health_check", worded("HTTP"), worded("Ask for a path."), HTTP_CHECK
    ),
    _checker(
        "tcp_health_check",
        worded("TCP"),
        worded("Connect, and perhaps talk."),
        TCP_CHECK,
    ),
    _checker(
        "grpc_health_check",
        worded("gRPC"),
        worded("Ask the gRPC health service."),
        GRPC_CHECK,
    ),
    seconds(
        "initial_jitter",
        worded("First delay up to"),
        worded("Spreads the first checks."),
    ),
    seconds(
        "interval_jitter",
        worded("Extra delay up to"),
        worded("Spreads the later ones."),
    ),
    percent(
        "interval_jitter_percent",
        worded("Extra delay in percent"),
        worded("Of the interval."),
    ),
    count(
        "alt_port",
        worded("Other port"),
        worded("Checked instead of To's."),
        maximum=65535,
    ),
    flag("reuse_connection", worded("Keep the connection"), worded("Between checks.")),
    seconds(
        "no_traffic_interval",
        worded("Interval without traffic"),
        worded("While nobody asks."),
    ),
    seconds(
        "no_traffic_healthy_interval",
        worded("Interval without traffic, healthy"),
        worded("While nobody asks and all is well."),
    ),
    seconds(
        "unhealthy_interval",
        worded("Interval while unhealthy"),
        worded("Between checks."),
    ),
    seconds(
        "unhealthy_edge_interval",
        worded("Delay after a failure"),
        worded("The first one."),
    ),
    seconds(
        "healthy_edge_interval",
        worded("Delay after a recovery"),
        worded("The first one."),
    ),
    flag(
        "always_log_health_check_failures",
        worded("Log every failure"),
        worded("Not the first only."),
    ),
    flag(
        "always_log_health_check_success",
        worded("Log every success"),
        worded("Not the first only."),
    ),
    Setting(
        key="transport_socket_match_criteria",
        label=worded("Transport socket criteria"),
        kind=Kind.FREE,
        help=worded("Envoy's own structure, passed on as it is."),
    ),
)

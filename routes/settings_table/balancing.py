"""Settings of several upstreams: choice, health, ejection, limits."""

from routes.settings_table import sections
from routes.settings_table.types import Choice, Kind, Setting

UINT32 = 2**32 - 1


def _count(
    key: str,
    label: str,
    text: str,
    *,
    minimum: int = 0,
    maximum: int = UINT32,
    unset: str = "",
    common: bool = False,
) -> Setting:
    return Setting(
        key=key,
        label=label,
        kind=Kind.INTEGER,
        help=text,
        minimum=minimum,
        maximum=maximum,
        unset=unset,
        common=common,
    )


def _percent(key: str, label: str, text: str) -> Setting:
    return _count(key, label, text, maximum=100)


def _seconds(key: str, label: str, text: str, *, required: bool = False) -> Setting:
    return Setting(
        key=key,
        label=label,
        kind=Kind.DURATION,
        help=text,
        required=required,
        seconds_only=True,
        placeholder="10s",
    )


def _flag(key: str, label: str, text: str) -> Setting:
    return Setting(key=key, label=label, kind=Kind.TRISTATE, help=text)


PAYLOAD = (
    Setting(
        key="text",
        label="In hexadecimal",
        kind=Kind.TEXT,
        help="Bytes, two hexadecimal digits each.",
        maximum=8192,
        placeholder="50494e47",
    ),
    Setting(
        key="binary",
        label="In base64",
        kind=Kind.TEXT,
        help="Bytes in base64.",
        maximum=8192,
    ),
)
RANGE = (
    _count("start", "From", "The first status that counts.", minimum=100, maximum=600),
    _count(
        "end", "Up to, without", "One more than the last.", minimum=100, maximum=601
    ),
)
CODECS = (
    Choice(value="HTTP1", label="HTTP/1.1"),
    Choice(value="HTTP2", label="HTTP/2"),
    Choice(value="HTTP3", label="HTTP/3"),
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
        label="Path",
        kind=Kind.PATH,
        help="What is asked for.",
        required=True,
        maximum=900,
        placeholder="/healthz",
    ),
    Setting(
        key="host",
        label="Host",
        kind=Kind.TEXT,
        help="The host that is asked for, if not that of the upstream.",
        common=True,
        maximum=255,
    ),
    _ranges("expected_statuses", "Healthy answers", "Statuses that mean healthy."),
    _ranges("retriable_statuses", "Tolerated answers", "Counted, not fatal at once."),
    Setting(
        key="codec_client_type",
        label="Protocol",
        kind=Kind.ENUM,
        help="The HTTP version of the question.",
        choices=CODECS,
        unset="HTTP/1.1",
    ),
    _payload("send", "Send", "A body for the question."),
    _payload("receive", "Expect", "What the answer has to hold.", several=True),
    _count("response_buffer_size", "Bytes to look at", "How much of it is read."),
    Setting(
        key="request_headers_to_remove",
        label="Leave out headers",
        kind=Kind.HEADER_NAMES,
        help="Not sent with the question.",
        maximum=100,
    ),
)
TCP_CHECK = (
    _payload("send", "Send", "What is sent. Nothing: connecting is enough."),
    _payload("receive", "Expect", "What has to come back.", several=True),
)
GRPC_CHECK = (
    Setting(
        key="service_name",
        label="Service",
        kind=Kind.TEXT,
        help="The service that is asked about.",
        maximum=255,
    ),
    Setting(
        key="authority",
        label="Authority",
        kind=Kind.TEXT,
        help="The :authority header of the question.",
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
    _seconds("timeout", "Timeout", "How long one check may take.", required=True),
    _seconds("interval", "Interval", "The time between checks.", required=True),
    _count(
        "unhealthy_threshold",
        "Unhealthy after",
        "So many failures in a row take an upstream out.",
        minimum=1,
        common=True,
    ),
    _count(
        "healthy_threshold",
        "Healthy after",
        "So many successes in a row bring it back.",
        minimum=1,
        common=True,
    ),
    _checker("http_health_check", "HTTP", "Ask for a path.", HTTP_CHECK),
    _checker("tcp_health_check", "TCP", "Connect, and perhaps talk.", TCP_CHECK),
    _checker("grpc_health_check", "gRPC", "Ask the gRPC health service.", GRPC_CHECK),
    _seconds("initial_jitter", "First delay up to", "Spreads the first checks."),
    _seconds("interval_jitter", "Extra delay up to", "Spreads the later ones."),
    _percent("interval_jitter_percent", "Extra delay in percent", "Of the interval."),
    _count("alt_port", "Other port", "Checked instead of To's.", maximum=65535),
    _flag("reuse_connection", "Keep the connection", "Between checks."),
    _seconds("no_traffic_interval", "Interval without traffic", "While nobody asks."),
    _seconds(
        "no_traffic_healthy_interval",
        "Interval without traffic, healthy",
        "While nobody asks and all is well.",
    ),
    _seconds("unhealthy_interval", "Interval while unhealthy", "Between checks."),
    _seconds("unhealthy_edge_interval", "Delay after a failure", "The first one."),
    _seconds("healthy_edge_interval", "Delay after a recovery", "The first one."),
    _flag(
        "always_log_health_check_failures", "Log every failure", "Not the first only."
    ),
    _flag(
        "always_log_health_check_success", "Log every success", "Not the first only."
    ),
    Setting(
        key="transport_socket_match_criteria",
        label="Transport socket criteria",
        kind=Kind.FREE,
        help="Envoy's own structure, passed on as it is.",
    ),
)

_EJECT = "How likely such an upstream is taken out, in percent."
OUTLIERS = (
    _count(
        "consecutive_5xx", "Errors in a row", "5xx answers until ejection.", common=True
    ),
    _seconds("interval", "Interval", "The time between evaluations."),
    _seconds("base_ejection_time", "Ejection time", "Grows with each ejection."),
    _seconds("max_ejection_time", "Longest ejection", "It never grows beyond this."),
    _seconds("max_ejection_time_jitter", "Ejection jitter up to", "Spreads returns."),
    _percent("max_ejection_percent", "Ejected at most", "In percent of all upstreams."),
    _flag("always_eject_one_host", "Always eject one", "Whatever the percentage."),
    _percent("enforcing_consecutive_5xx", "Enforce errors in a row", _EJECT),
    _percent("enforcing_success_rate", "Enforce success rate", _EJECT),
    _count("success_rate_minimum_hosts", "Upstreams for a rate", "At least so many."),
    _count("success_rate_request_volume", "Requests for a rate", "At least so many."),
    _count("success_rate_stdev_factor", "Deviation, by 1000", "1900 means 1.9."),
    _count("consecutive_gateway_failure", "Gateway errors in a row", "502 to 504."),
    _percent("enforcing_consecutive_gateway_failure", "Enforce gateway errors", _EJECT),
    _flag(
        "split_external_local_origin_errors",
        "Tell local errors apart",
        "Errors of the connection are counted by themselves.",
    ),
    _count(
        "consecutive_local_origin_failure", "Local errors in a row", "If told apart."
    ),
    _percent("enforcing_consecutive_local_origin_failure", "Enforce them", _EJECT),
    _percent("enforcing_local_origin_success_rate", "Enforce local rate", _EJECT),
    _percent("failure_percentage_threshold", "Failures in percent", "Until ejection."),
    _percent("enforcing_failure_percentage", "Enforce the percentage", _EJECT),
    _percent("enforcing_failure_percentage_local_origin", "… of local errors", _EJECT),
    _count("failure_percentage_minimum_hosts", "Upstreams for it", "At least so many."),
    _count("failure_percentage_request_volume", "Requests for it", "At least so many."),
    _flag(
        "successful_active_health_check_uneject_host",
        "Return when healthy",
        "A successful health check ends the ejection.",
    ),
)

POLICIES = (
    Choice(value="ROUND_ROBIN", label="In turn"),
    Choice(value="LEAST_REQUEST", label="Fewest requests"),
    Choice(value="RANDOM", label="Random"),
    Choice(value="RING_HASH", label="Ring hash"),
    Choice(value="MAGLEV", label="Maglev"),
)

BALANCING = (
    Setting(
        key="load_balancing_policy",
        label="Choose the upstream",
        kind=Kind.ENUM,
        section=sections.BALANCING,
        common=True,
        help="How the next upstream is chosen.",
        choices=POLICIES,
        prefix="LOAD_BALANCING_POLICY_",
        aliases=("lb_policy",),
        unset="in turn",
    ),
    Setting(
        key="health_checks",
        label="Health checks",
        kind=Kind.OBJECT_LIST,
        section=sections.BALANCING,
        common=True,
        help="Upstreams that fail them get no requests.",
        fields=HEALTH_CHECK,
        maximum=10,
    ),
    Setting(
        key="healthy_panic_threshold",
        label="Panic threshold",
        kind=Kind.INTEGER,
        section=sections.BALANCING,
        help=(
            "In percent: with fewer healthy upstreams than this, requests go to all "
            "of them again."
        ),
        minimum=0,
        maximum=100,
    ),
    Setting(
        key="outlier_detection",
        label="Outlier detection",
        kind=Kind.OBJECT,
        section=sections.BALANCING,
        help="Takes upstreams out that answer with errors.",
        fields=OUTLIERS,
    ),
    Setting(
        key="circuit_breaker_thresholds",
        label="Circuit breaker",
        kind=Kind.OBJECT,
        section=sections.BALANCING,
        help="Above these, requests are refused instead of piling up.",
        fields=(
            _count("max_connections", "Connections", "At one time.", unset="1024"),
            _count(
                "max_pending_requests", "Waiting requests", "At once.", unset="1024"
            ),
            _count("max_requests", "Requests", "At one time.", unset="1024"),
            _count("max_retries", "Retries", "At one time.", unset="3"),
            _count("max_connection_pools", "Connection pools", "At one time."),
        ),
    ),
)

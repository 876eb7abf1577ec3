"""Settings of several upstreams: choice, ejection, limits."""

from policies.texts import worded
from routes.settings_table import sections
from routes.settings_table.fields import count, flag, percent, seconds
from routes.settings_table.health import HEALTH_CHECK
from routes.settings_table.types import Choice, Kind, Setting

_EJECT = worded("How likely such an upstream is taken out, in percent.")
OUTLIERS = (
    count(
        "consecutive_5xx",
        worded("Errors in a row"),
        worded("5xx answers until ejection."),
        common=True,
    ),
    seconds("interval", worded("Interval"), worded("The time between evaluations.")),
    seconds(
        "base_ejection_time",
        worded("Ejection time"),
        worded("Grows with each ejection."),
    ),
    seconds(
        "max_ejection_time",
        worded("Longest ejection"),
        worded("It never grows beyond this."),
    ),
    seconds(
        "max_ejection_time_jitter",
        worded("Ejection jitter up to"),
        worded("Spreads returns."),
    ),
    percent(
        "max_ejection_percent",
        worded("Ejected at most"),
        worded("In percent of all upstreams."),
    ),
    flag(
        "always_eject_one_host",
        worded("Always eject one"),
        worded("Whatever the percentage."),
    ),
    percent("enforcing_consecutive_5xx", worded("Enforce errors in a row"), _EJECT),
    percent("enforcing_success_rate", worded("Enforce success rate"), _EJECT),
    count(
        "success_rate_minimum_hosts",
        worded("Upstreams for a rate"),
        worded("At least so many."),
    ),
    count(
        "success_rate_request_volume",
        worded("Requests for a rate"),
        worded("At least so many."),
    ),
    count(
        "success_rate_stdev_factor",
        worded("Deviation, by 1000"),
        worded("1900 means 1.9."),
    ),
    count(
        "consecutive_gateway_failure",
        worded("Gateway errors in a row"),
        worded("502 to 504."),
    ),
    percent(
        "enforcing_consecutive_gateway_failure",
        worded("Enforce gateway errors"),
        _EJECT,
    ),
    flag(
        "split_external_local_origin_errors",
        worded("Tell local errors apart"),
        worded("Errors of the connection are counted by themselves."),
    ),
    count(
        "consecutive_local_origin_failure",
        worded("Local errors in a row"),
        worded("If told apart."),
    ),
    percent(
        "enforcing_consecutive_local_origin_failure", worded("Enforce them"), _EJECT
    ),
    percent(
        "enforcing_local_origin_success_rate", worded("Enforce local rate"), _EJECT
    ),
    percent(
        "failure_percentage_threshold",
        worded("Failures in percent"),
        worded("Until ejection."),
    ),
    percent("enforcing_failure_percentage", worded("Enforce the percentage"), _EJECT),
    percent(
        "enforcing_failure_percentage_local_origin", worded("… of local errors"), _EJECT
    ),
    count(
        "failure_percentage_minimum_hosts",
        worded("Upstreams for it"),
        worded("At least so many."),
    ),
    count(
        "failure_percentage_request_volume",
        worded("Requests for it"),
        worded("At least so many."),
    ),
    flag(
        "successful_active_health_check_uneject_host",
        worded("Return when healthy"),
        worded("A successful health check ends the ejection."),
    ),
)

POLICIES = (
    Choice(value="ROUND_ROBIN", label=worded("In turn")),
    Choice(value="LEAST_REQUEST", label=worded("Fewest requests")),
    Choice(value="RANDOM", label=worded("Random")),
    Choice(value="RING_HASH", label=worded("Ring hash")),
    Choice(value="MAGLEV", label=worded("Maglev")),
)

BALANCING = (
    Setting(
        key="load_balancing_policy",
        label=worded("Choose the upstream"),
        kind=Kind.ENUM,
        section=sections.BALANCING,
        common=True,
        help=worded("How the next upstream is chosen."),
        choices=POLICIES,
        prefix="LOAD_BALANCING_POLICY_",
        aliases=("lb_policy",),
        unset=worded("in turn"),
    ),
    Setting(
        key="health_checks",
        label=worded("Health checks"),
        kind=Kind.OBJECT_LIST,
        section=sections.BALANCING,
        common=True,
        help=worded("Upstreams that fail them get no requests."),
        fields=HEALTH_CHECK,
        maximum=10,
    ),
    Setting(
        key="healthy_panic_threshold",
        label=worded("Panic threshold"),
        kind=Kind.INTEGER,
        section=sections.BALANCING,
        help=(
            worded(
                "In percent: with fewer healthy upstreams than this, requests go to "
                "all "
                "of them again."
            )
        ),
        minimum=0,
        maximum=100,
    ),
    Setting(
        key="outlier_detection",
        label=worded("Outlier detection"),
        kind=Kind.OBJECT,
        section=sections.BALANCING,
        help=worded("Takes upstreams out that answer with errors."),
        fields=OUTLIERS,
    ),
    Setting(
        key="circuit_breaker_thresholds",
        label=worded("Circuit breaker"),
        kind=Kind.OBJECT,
        section=sections.BALANCING,
        help=worded("Above these, requests are refused instead of piling up."),
        fields=(
            count(
                "max_connections",
                worded("Connections"),
                worded("At one time."),
                unset="1024",
            ),
            count(
                "max_pending_requests",
                worded("Waiting requests"),
                worded("At once."),
                unset="1024",
            ),
            count(
                "max_requests", worded("Requests"), worded("At one time."), unset="1024"
            ),
            count("max_retries", worded("Retries"), worded("At one time."), unset="3"),
            count(
                "max_connection_pools",
                worded("Connection pools"),
                worded("At one time."),
            ),
        ),
    ),
)

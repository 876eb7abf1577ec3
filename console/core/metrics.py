"""Prometheus metrics of the console's own process."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter(
    "postern_http_requests_total",
    "Requests answered by the console.",
    ["view", "method", "status"],
)
SECONDS = Histogram(
    "postern_http_request_seconds",
    "Time until the console answered, in seconds.",
    ["view"],
)


def observe_request(*, view: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request. `view` is a URL name, never a path."""
    REQUESTS.labels(view=view, method=method, status=str(status)).inc()
    SECONDS.labels(view=view).observe(seconds)

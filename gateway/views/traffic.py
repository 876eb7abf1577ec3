"""The page of traffic: figures, a chart, and the table that is behind it."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from console.core.generic.pages import Page
from console.core.http import uuid_from
from gateway import selectors
from gateway.models import Outcomes
from gateway.selectors import PERIODS, Point, Traffic

WIDTH, HEIGHT = 600, 120
GAP = 0.2  # of a step
NUMBER = {"align": "end"}
REASONS = (
    {"label": gettext_lazy("Reason")},
    {"label": gettext_lazy("Outcome")},
    NUMBER | {"label": gettext_lazy("Requests")},
)
ROUTES = (
    {"label": gettext_lazy("Route")},
    NUMBER | {"label": gettext_lazy("Allowed")},
    NUMBER | {"label": gettext_lazy("Not let through")},
)
TIMES = (
    {"label": gettext_lazy("Time")},
    NUMBER | {"label": gettext_lazy("Requests")},
    NUMBER | {"label": gettext_lazy("Share")},
)
WORDS = (
    gettext_lazy("1 ms or less"),
    gettext_lazy("up to 5 ms"),
    gettext_lazy("up to 20 ms"),
    gettext_lazy("up to 100 ms"),
    "longer",
)
HUNDRED = 100


def bars_of(points: Sequence[Point]) -> list[dict[str, str]]:
    """Return the places of bars: what went through below, the rest on top of it."""
    most = max((one.requests for one in points), default=0) or 1
    step = WIDTH / max(1, len(points))
    bars = []
    for number, one in enumerate(points):
        high, low = one.allowed / most * HEIGHT, one.refused / most * HEIGHT
        bars.append(
            {
                "x": f"{number * step:.2f}",
                "width": f"{step * (1 - GAP):.2f}",
                "allowed_y": f"{HEIGHT - high:.2f}",
                "allowed": f"{high:.2f}",
                "refused_y": f"{HEIGHT - high - low:.2f}",
                "refused": f"{low:.2f}",
            }
        )
    return bars


def share(part: int, whole: int) -> str:
    """Return a share in percent, in few characters."""
    if not whole:
        return "none"
    percent = part / whole * HUNDRED
    return f"{percent:.1f} %" if 0 < percent < HUNDRED else f"{percent:.0f} %"


def change(traffic: Traffic) -> str:
    """Return how much more or less there was than in the period before."""
    if not traffic.before:
        return gettext("nothing in the period before")
    percent = (traffic.requests - traffic.before) / traffic.before * HUNDRED
    return gettext("%(percent)s %% against the period before") % {
        "percent": f"{percent:+.0f}"
    }


class TrafficPage(Page):
    """How many requests, how they ended, how long deciding took."""

    title = gettext_noop("Traffic")
    template_name = "gateway/traffic.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Refuse whoever may read no log; add the figures."""
        selectors.check_reads_decisions(self.actor)
        asked = self.request.GET
        route = asked.get("route", "")
        traffic = selectors.read_traffic(
            self.actor,
            now=self.now,
            period=asked.get("period") or "24h",
            namespace=asked.get("namespace", ""),
            route_id=uuid_from(route, name="route") if route else None,
        )
        kept = asked.copy()
        kept.pop("period", None)
        labels = dict(Outcomes.choices)
        return super().get_context_data(
            traffic=traffic,
            change=change(traffic),
            bars=bars_of(traffic.points),
            most=max(one.requests for one in traffic.points),
            allowed_share=share(traffic.allowed, traffic.requests),
            refused_share=share(traffic.refused, traffic.requests),
            ranges=[
                (words, number, share(number, traffic.requests))
                for words, number in zip(WORDS, traffic.ranges, strict=True)
            ],
            reasons=[
                (one, labels.get(one.outcome, one.outcome)) for one in traffic.reasons
            ],
            periods=[
                {
                    "label": gettext(one.label),
                    "url": f"?{_with(kept, one.code)}",
                    "active": one.code == traffic.period.code,
                }
                for one in PERIODS.values()
            ],
            route=selectors.find_route(route, actor=self.actor) if route else None,
            reason_columns=REASONS,
            route_columns=ROUTES,
            time_columns=TIMES,
            all_url=reverse("gateway:traffic"),
            **kwargs,
        )


def _with(kept: Any, period: str) -> str:
    copy = kept.copy()
    copy["period"] = period
    text: str = copy.urlencode()
    return text

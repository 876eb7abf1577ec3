"""Keeps an Envoy at the newest deployment: render, validate, put in place, look after.

A deployment that Envoy refuses as a whole is refused here, and the last good one
stays; routes that it refuses are closed and named. Policies are not in Envoy's files:
a change of them alone ends after rendering.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext

from gateway.envoy import Rendered, render
from gateway.services import envoy_files
from gateway.services.envoy_options import Place, options_for, unseal
from gateway.services.envoy_process import EnvoyProcess
from gateway.snapshot import Snapshot, SnapshotError

MOST_NAMED = 5

logger = logging.getLogger(__name__)


class EnvoyAgent:
    """Give `take_over` to a follower; ask `problem` what to report."""

    def __init__(
        self,
        place: Place,
        process: EnvoyProcess,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._place = place
        self._process = process
        self._clock = clock
        self._folder = Path(place.base.folder)
        self._wanted: dict[str, bytes] = {}
        self._closed = ""

    def take_over(self, snapshot: Snapshot) -> None:
        """Let Envoy serve a snapshot.

        Raises:
            SnapshotError: Envoy refuses it, whatever routes are left out.
        """
        options = options_for(snapshot, self._place, now=self._clock())

        def rendered(closed: Mapping[str, str]) -> Rendered:
            return render(snapshot, options, unseal=unseal, closed=closed)

        wanted = rendered({}).files()
        if wanted != self._wanted:
            accepted = self._accepted(rendered, snapshot)
            self._wanted, self._closed = wanted, _describe(accepted)
        if not self._process.is_started:
            self._process.start()

    def problem(self) -> str:
        """Return what is wrong now, for the page of proxies, or ""."""
        return self._process.problem() or self._closed

    def _accepted(self, rendered: envoy_files.Renderer, snapshot: Snapshot) -> Rendered:
        try:
            whole = envoy_files.render_acceptable(rendered, snapshot.routes)
        except envoy_files.RefusedError as error:
            raise SnapshotError(
                gettext("Envoy refuses it: %(error)s") % {"error": error}
            ) from error
        changed = envoy_files.write_files(whole.files(), self._folder)
        named = ", ".join(changed) or "nothing new"
        logger.info("deployment %d for Envoy: %s", snapshot.number, named)
        return whole


def _describe(rendered: Rendered) -> str:
    problems = rendered.problems
    if not problems:
        return ""
    named = [f"{one.route_name}: {one.text}" for one in problems[:MOST_NAMED]]
    more = len(problems) - len(named)
    tail = f"; and {more} more" if more else ""
    return f"{len(problems)} routes are not served: {'; '.join(named)}{tail}"

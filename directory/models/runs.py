"""What runs that read directories and runs that read external data have in common."""

from django.db import models
from django.utils.translation import gettext_lazy


class RunState(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued", gettext_lazy("Waiting")
    RUNNING = "running", gettext_lazy("Running")
    HELD = "held", gettext_lazy("Held")
    APPLIED = "applied", gettext_lazy("Applied")
    UNCHANGED = "unchanged", gettext_lazy("Nothing changed")
    PREVIEWED = "previewed", gettext_lazy("Dry run")
    FAILED = "failed", gettext_lazy("Failed")
    DISCARDED = "discarded", gettext_lazy("Discarded")
    SUPERSEDED = "superseded", gettext_lazy("Overtaken")


UNDER_WAY = (RunState.QUEUED, RunState.RUNNING)
SCHEDULE, MANUAL = "schedule", "manual"  # what asked for a run
MAX_ATTEMPTS = 3
GIVEN_UP = "the worker was stopped three times; nothing was changed"

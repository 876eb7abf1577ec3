"""What runs that read directories and runs that read external data have in common."""

from django.db import models


class RunState(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    HELD = "held", "Held"
    APPLIED = "applied", "Applied"
    UNCHANGED = "unchanged", "Nothing changed"
    PREVIEWED = "previewed", "Dry run"
    FAILED = "failed", "Failed"
    DISCARDED = "discarded", "Discarded"
    SUPERSEDED = "superseded", "Overtaken"


UNDER_WAY = (RunState.QUEUED, RunState.RUNNING)
SCHEDULE, MANUAL = "schedule", "manual"  # what asked for a run
MAX_ATTEMPTS = 3
GIVEN_UP = "the worker was stopped three times; nothing was changed"

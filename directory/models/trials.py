"""Attempts to connect, before anything is saved."""

from django.db import models
from django.utils.translation import gettext_lazy

from console.core.models import Timestamped


class TrialKind(models.TextChoices):
    """What is tried."""

    DIRECTORY = "directory", gettext_lazy("Directory")
    DATA = "data", gettext_lazy("External data")


class TrialState(models.TextChoices):
    """Where a trial stands."""

    WAITING = "waiting", gettext_lazy("Waiting")
    DONE = "done", gettext_lazy("Done")
    FAILED = "failed", gettext_lazy("Failed")


class Trial(Timestamped):
    """One attempt, kept for an hour.

    A worker makes it: the process that answers people opens no secret. `asked` says
    what is tried, `result` what came of it.
    """

    kind = models.CharField(max_length=16, choices=TrialKind.choices)
    state = models.CharField(max_length=16, choices=TrialState.choices)
    asked_by = models.CharField(max_length=255)
    asked = models.JSONField()
    result = models.JSONField(default=dict)
    failure = models.TextField(blank=True)
    remedy = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"

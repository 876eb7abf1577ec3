"""The decision log: what authorizers decided, and the figures of it."""

from typing import ClassVar, Self, TypeVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy

from console.core.actor import Actor
from namespaces import access
from namespaces.permissions import Permission
from namespaces.scoping import InScope

NO_ID = UUID(int=0)  # of figures of requests that came to no route of ours


class Outcomes(models.TextChoices):
    """How a request ended; the codes are those of the policy language."""

    ALLOW = "allow", gettext_lazy("Allowed")
    LOGIN = "login", gettext_lazy("Sign-in")
    DEVICE = "device-enrollment", gettext_lazy("Device asked for")
    DENY = "deny", gettext_lazy("Refused")


M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class OfRoutesQuerySet(models.QuerySet[M_co]):
    """Rows about routes, by the namespace in which each lived at that time."""

    def visible_to(self, actor: Actor) -> Self:
        """Keep the rows of where the actor may read logs.

        What belongs to no route, or to a namespace that is gone, is for those who may
        do so at the root.
        """
        reach = access.reach_of(actor, Permission.AUDIT_VIEW)
        if reach.is_everything:
            return self.all()
        if not reach.subtrees:
            return self.none()
        return self.filter(InScope("namespace_id", reach))


class Decision(models.Model):
    """One decision of an authorizer, as it was when it was made. Never edited.

    Route, namespace and person are ids without a key: the log outlives them. `facts` is
    a hash of what was known of the person; `microseconds` is how long deciding took.
    """

    at = models.DateTimeField()
    route_id = models.UUIDField(null=True)
    route = models.CharField(max_length=255, blank=True)
    namespace_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    account_id = models.UUIDField(null=True)
    who = models.CharField(max_length=255, blank=True)
    session_id = models.CharField(max_length=64, blank=True)
    device_ids = models.JSONField(default=list)
    method = models.CharField(max_length=16)
    host = models.CharField(max_length=255)
    path = models.CharField(max_length=1024)
    address = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcomes)
    status = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    deployment = models.PositiveBigIntegerField()
    microseconds = models.PositiveIntegerField()
    proxy = models.CharField(max_length=16)
    recorder = models.CharField(max_length=255)
    facts = models.CharField(max_length=32, blank=True)

    objects: ClassVar = models.Manager.from_queryset(OfRoutesQuerySet["Decision"])()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["at"]),
            models.Index(fields=["route_id", "at"]),
            models.Index(fields=["person_id", "at"]),
            models.Index(fields=["namespace_id", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.method} {self.host}"


class Span(models.TextChoices):
    """How much time a row of figures is about."""

    MINUTE = "minute", gettext_lazy("A minute")
    HOUR = "hour", gettext_lazy("An hour")


class TrafficCount(models.Model):
    """How many decisions of one kind fell into a span of time, and how long they took.

    `recorder` is the run of the authorizer that counted, "" for the hours, which are of
    all together. The ranges hold how many took at most 1, 5, 20 and 100 ms, and longer.
    """

    span = models.CharField(max_length=8, choices=Span)
    start = models.DateTimeField()
    recorder = models.CharField(max_length=64, blank=True)
    route_id = models.UUIDField(default=NO_ID)
    namespace_id = models.UUIDField(default=NO_ID)
    outcome = models.CharField(max_length=20, choices=Outcomes)
    reason = models.CharField(max_length=64, blank=True)
    requests = models.PositiveBigIntegerField(default=0)
    microseconds = models.PositiveBigIntegerField(default=0)
    within_1_ms = models.PositiveBigIntegerField(default=0)
    within_5_ms = models.PositiveBigIntegerField(default=0)
    within_20_ms = models.PositiveBigIntegerField(default=0)
    within_100_ms = models.PositiveBigIntegerField(default=0)
    longer = models.PositiveBigIntegerField(default=0)

    objects: ClassVar = models.Manager.from_queryset(OfRoutesQuerySet["TrafficCount"])()

    class Meta:
        indexes = [
            models.Index(fields=["start", "span"]),
            models.Index(fields=["route_id", "start"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    *("span", "start", "recorder", "route_id", "namespace_id"),
                    *("outcome", "reason"),
                ],
                name="traffic_is_counted_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.requests} of {self.outcome} from {self.start}"


class DecisionRecorder(models.Model):
    """An authorizer that keeps the log: what it wrote, and what it had to leave out.

    `problem` says what is wrong with writing or streaming now, "" for nothing.
    """

    name = models.CharField(max_length=255, unique=True)
    written = models.PositiveBigIntegerField(default=0)
    dropped = models.PositiveBigIntegerField(default=0)
    dropped_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

"""Routes, their policies in order, the owners of hosts, and imports under way."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy

from console.core.models import Timestamped
from namespaces.scoping import NamespacedModel, NamespacedQuerySet


class Route(NamespacedModel):
    """A published address and what it leads to.

    What is searched, sorted or constrained has a column; every other setting of the
    declarative table (`routes.settings_table`) is in `settings`, under its Core key.
    A secret is null there, and in `sealed` under its path, an envelope of
    `console.core.secrets`.

    `from_url` is canonical, `host` its host without port. `match` is the path
    condition in one text, such as `prefix:/admin`, or "" for every path.
    `other_hosts` are further hosts whose traffic the route takes, each between
    spaces: targets of a tunnel, and the server name for clients.
    """

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    from_url = models.CharField(max_length=2000)
    host = models.CharField(max_length=255, db_index=True)
    other_hosts = models.TextField(blank=True)
    match = models.CharField(max_length=1000, blank=True)
    to_summary = models.CharField(max_length=2000, blank=True)
    settings = models.JSONField(default=dict)
    sealed = models.JSONField(default=dict)
    inherits_policies = models.BooleanField(default=True)
    policies: ClassVar = models.ManyToManyField(
        "policies.Policy", through="RoutePolicy", related_name="routes"
    )

    objects: ClassVar = models.Manager.from_queryset(NamespacedQuerySet["Route"])()

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(fields=["namespace", "name"]),
            # A list's first page, with what tells who may see a row.
            models.Index(fields=["name", "id", "namespace"], name="route_by_name"),
            models.Index(
                fields=["host"],
                name="route_with_other_hosts",
                condition=models.Q(other_hosts__gt=""),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                "namespace", Lower("name"), name="route_name_is_unique_in_namespace"
            ),
            models.UniqueConstraint(
                fields=["from_url", "match"], name="route_address_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoutePolicy(models.Model):
    """A policy attached to a route; `position` keeps the order that people chose.

    Who attached it and when is not known of rows from before that was kept.
    """

    route = models.ForeignKey(
        Route, on_delete=models.CASCADE, related_name="attachments"
    )
    policy = models.ForeignKey(
        "policies.Policy", on_delete=models.PROTECT, related_name="route_attachments"
    )
    position = models.PositiveIntegerField()
    created_at = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["route", "policy"], name="policy_is_attached_once_to_route"
            )
        ]

    def __str__(self) -> str:
        return f"{self.policy} on {self.route}"


class HostClaim(Timestamped):
    """A canonical host belongs to one namespace (decision 9).

    `released_at` is set when the last route of the host is gone; the host then
    rests, for everybody but its former owner. A namespace that goes leaves its hosts
    resting, without an owner.
    """

    host = models.CharField(max_length=255, unique=True)
    namespace = models.ForeignKey(
        "namespaces.Namespace",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["host"]
        verbose_name = "host"

    def __str__(self) -> str:
        return self.host


class HostDelegation(Timestamped):
    """A part of the hosts that the owner lets another namespace publish under.

    A zone, `*.corp.com` without a path, is for that name's hosts and wildcards; a path
    of one host, which ends with a slash, is for what lies below it. A path counts only
    while `owner` has the host.
    """

    host = models.CharField(max_length=255)
    path = models.CharField(max_length=500, blank=True)
    namespace = models.ForeignKey(
        "namespaces.Namespace", on_delete=models.PROTECT, related_name="+"
    )
    owner = models.ForeignKey(
        "namespaces.Namespace", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["host", "path"]
        verbose_name = "delegated host"
        constraints = [
            models.UniqueConstraint(
                fields=["host", "path"], name="host_is_delegated_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.host}{self.path}"


class UpstreamClaim(NamespacedModel):
    """An upstream that an admin registered for a namespace: nobody else routes to it.

    `target` is a host name, `*.` and a name for all hosts below it, or a network.
    """

    target = models.CharField(max_length=255, unique=True)

    objects: ClassVar = models.Manager.from_queryset(
        NamespacedQuerySet["UpstreamClaim"]
    )()

    class Meta:
        ordering = ["target"]
        verbose_name = "upstream"

    def __str__(self) -> str:
        return self.target


class ConsentStatus(models.TextChoices):
    """Whether another namespace may route to an upstream."""

    REQUESTED = "requested", gettext_lazy("Asked for")
    GRANTED = "granted", gettext_lazy("Granted")
    REFUSED = "refused", gettext_lazy("Refused")


class UpstreamConsent(NamespacedModel):
    """A namespace asks the owner of an upstream to route to it, and the answer."""

    upstream = models.ForeignKey(
        UpstreamClaim, on_delete=models.CASCADE, related_name="consents"
    )
    status = models.CharField(max_length=16, choices=ConsentStatus.choices)
    reason = models.CharField(max_length=500, blank=True)
    asked_by = models.CharField(max_length=255)
    decided_by = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["upstream", "namespace"], name="consent_is_asked_for_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.namespace} to {self.upstream}: {self.status}"


class ImportStatus(models.TextChoices):
    """Where an import is on its way."""

    READING = "reading", gettext_lazy("Being read")
    PLANNED = "planned", gettext_lazy("Ready to apply")
    REFUSED = "refused", gettext_lazy("Has problems")
    QUEUED = "queued", gettext_lazy("Waiting")
    RUNNING = "running", gettext_lazy("Running")
    DONE = "done", gettext_lazy("Done")
    FAILED = "failed", gettext_lazy("Failed")


class ImportRun(NamespacedModel):
    """One configuration file on its way into a namespace.

    `source` is the file in an envelope of `console.core.secrets`, since it may hold
    secrets; it is dropped when the import is done. `plan` is what the importer means
    to do, with every problem that it found and without any secret. `done` of `total`
    policies and routes have been written.
    """

    file_name = models.CharField(max_length=255, blank=True)
    source = models.TextField(blank=True)
    plan = models.JSONField(default=dict)
    status = models.CharField(max_length=16, choices=ImportStatus.choices)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    started_by_id = models.UUIDField(null=True)
    started_by_machine = models.BooleanField(default=False)
    started_by = models.CharField(max_length=255)

    objects: ClassVar = models.Manager.from_queryset(NamespacedQuerySet["ImportRun"])()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "import"

    def __str__(self) -> str:
        return f"{self.file_name or 'import'} ({self.status})"

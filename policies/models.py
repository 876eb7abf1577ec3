"""Policies, their immutable versions, and their attachment to namespaces.

A policy does nothing until it is attached. Attachments to routes are rows of the
`routes` app.
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy

from console.core.models import Timestamped
from namespaces.scoping import NamespacedModel, SharedDownQuerySet


class PolicyLanguage(models.TextChoices):
    """What a policy is written in. Never both."""

    PPL = "ppl", "PPL"
    REGO = "rego", "Rego"


class AttachmentMode(models.TextChoices):
    """How a policy counts on the routes of a namespace and below (decision 2)."""

    INHERITED = "inherited", gettext_lazy("Inherited")
    ENFORCED = "enforced", gettext_lazy("Enforced")


class Policy(NamespacedModel):
    """A policy as it stands now; seen in its namespace and below.

    `source` is the exact text, comments included. `meaning` is the language's key
    of what the text means, by which an import finds a policy that is there already.
    `version` is the number of the newest PolicyVersion.
    """

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    language = models.CharField(
        max_length=8, choices=PolicyLanguage.choices, default=PolicyLanguage.PPL
    )
    source = models.TextField()
    meaning = models.CharField(max_length=64, db_index=True)
    allows_anonymous = models.BooleanField(default=False)
    explanation = models.TextField(blank=True)
    remediation = models.TextField(blank=True)

    objects: ClassVar = models.Manager.from_queryset(SharedDownQuerySet["Policy"])()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "policies"
        # The two orders that a list is read in, its first page without a sort.
        indexes = [
            models.Index(fields=["name", "id"]),
            models.Index(fields=["modified_at", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(
                "namespace",
                Lower("name"),
                name="policy_name_is_unique_in_namespace",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ExpectedAnswer(models.TextChoices):
    """What an example of a request is to be answered with."""

    ALLOW = "allow", gettext_lazy("Allowed")
    DENY = "deny", gettext_lazy("Denied")
    LOGIN = "login", gettext_lazy("Asked to sign in")
    DEVICE = "device-enrollment", gettext_lazy("Asked for a device")


class PolicyExample(Timestamped):
    """A request whose answer is known, kept with a policy to notice when it changes.

    People and devices are ids without a constraint: an example outlives them, and
    says then that it can't be answered. Without `at` it is made whenever it is tried.
    `outcome` is the last answer of the saved text, empty if there was none, and
    `answered_at` since when that is so.
    """

    policy = models.ForeignKey(
        Policy, on_delete=models.CASCADE, related_name="examples"
    )
    name = models.CharField(max_length=200)
    person_id = models.UUIDField(null=True)
    device_id = models.UUIDField(null=True)
    method = models.CharField(max_length=16, default="GET")
    path = models.CharField(max_length=2000, default="/")
    address = models.CharField(max_length=64, blank=True)
    is_preflight = models.BooleanField(default=False)
    at = models.DateTimeField(null=True)
    expected = models.CharField(max_length=32, choices=ExpectedAnswer.choices)
    outcome = models.CharField(max_length=32, blank=True)
    answered_at = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=255)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                "policy", Lower("name"), name="example_name_is_unique_in_policy"
            )
        ]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """What a policy said at one time. Never edited.

    `lived_in` is the id of the namespace where it lived then, which may be gone.
    """

    policy = models.ForeignKey(
        Policy, on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField()
    lived_in = models.UUIDField(null=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    language = models.CharField(max_length=8, choices=PolicyLanguage.choices)
    source = models.TextField()
    explanation = models.TextField(blank=True)
    remediation = models.TextField(blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=255)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "number"], name="policy_version_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.number}"


class NamespacePolicy(models.Model):
    """A policy counts on every route of a namespace and below.

    The policy lives in that namespace or above it; services see to that.
    """

    namespace = models.ForeignKey(
        "namespaces.Namespace", on_delete=models.PROTECT, related_name="+"
    )
    policy = models.ForeignKey(
        Policy, on_delete=models.PROTECT, related_name="namespace_attachments"
    )
    mode = models.CharField(max_length=16, choices=AttachmentMode.choices)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=255)

    class Meta:
        ordering = ["namespace__path", "policy__name"]
        verbose_name = "attached policy"
        verbose_name_plural = "attached policies"
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "policy"],
                name="policy_is_attached_once_to_namespace",
            )
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.mode} on {self.namespace}"


class FetchedAddress(Timestamped):
    """An address that policies in Rego may GET, and what it answered last.

    `answer` has status_code, content_type and text. It counts until `max_age_seconds`
    after `fetched_at`; a failed attempt leaves it as it is.
    """

    url = models.CharField(max_length=2000, unique=True)
    interval_seconds = models.PositiveIntegerField(default=3600)
    max_age_seconds = models.PositiveIntegerField(default=24 * 3600)
    answer = models.JSONField(null=True)
    fetched_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created_by = models.CharField(max_length=255)

    class Meta:
        ordering = ["url"]
        verbose_name_plural = "fetched addresses"

    def __str__(self) -> str:
        return self.url


class PolicyStrikes(models.Model):
    """How often a policy in Rego broke its limits with the text that it has.

    `source_key` is the digest of that text: with another one, counting starts anew.
    At the third time it is put in quarantine, where it denies without being run.
    `refused_types` are types of records that it asked for and may not have.
    """

    policy = models.OneToOneField(
        Policy, on_delete=models.CASCADE, related_name="strikes"
    )
    source_key = models.CharField(max_length=64)
    count = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=16)
    struck_at = models.DateTimeField()
    quarantined_at = models.DateTimeField(null=True)
    refused_types = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "policy strikes"

    def __str__(self) -> str:
        return f"{self.policy}: {self.count}"

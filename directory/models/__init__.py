"""People, groups, memberships, and records of external data sources."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from console.core.models import Timestamped, Versioned
from directory.models.alarms import AlarmMail, DirectoryAlarm
from directory.models.external import DataRun, ExternalDataSource, ExternalRecord
from directory.models.former import FormerName
from directory.models.keeping import KeptAnswers, KeptMembers
from directory.models.runs import RunState
from directory.models.scim import ScimKind, ScimMember, ScimResource, ScimToken
from directory.models.trials import Trial, TrialKind, TrialState

__all__ = [
    "AlarmMail",
    "DataRun",
    "Directory",
    "DirectoryAlarm",
    "ExternalDataSource",
    "ExternalRecord",
    "FormerName",
    "Group",
    "IdentityProvider",
    "KeptAnswers",
    "KeptMembers",
    "Membership",
    "OpenIdSession",
    "RecoveryToken",
    "RunState",
    "ScimKind",
    "ScimMember",
    "ScimResource",
    "ScimToken",
    "ServiceAccount",
    "SyncRun",
    "Trial",
    "TrialKind",
    "TrialState",
    "User",
    "UserManager",
]


class Directory(Versioned):
    """One source of people and groups: an identity provider, or the demo.

    `complete_at` is the time of the last enumeration that was complete. Group
    membership is known only while that is younger than `max_age_seconds`.

    `account` is how it is read; without one it is not. `options` are the provider's
    own. A run holds the directory until `lease_until` and counts `fence` up when it
    takes it: whoever finds another fence has lost the directory to another run.
    `compared_at` is when rows were last compared in full, not by their digests. `kept`
    says what kept members were read from, and since when changes are to be asked for.
    """

    name = models.CharField(max_length=100, unique=True)
    provider = models.CharField(max_length=32)
    complete_at = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)
    max_age_seconds = models.PositiveIntegerField(default=24 * 3600)
    account = models.ForeignKey(
        "ServiceAccount", on_delete=models.PROTECT, null=True, related_name="+"
    )
    options = models.JSONField(default=dict)
    is_enabled = models.BooleanField(default=True)
    interval_seconds = models.PositiveIntegerField(default=3600)
    only_used_groups = models.BooleanField(default=False)
    brake_percent = models.PositiveSmallIntegerField(default=20)
    brake_count = models.PositiveIntegerField(default=500)
    next_run_at = models.DateTimeField(null=True, db_index=True)
    fence = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    kept = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "directories"

    def __str__(self) -> str:
        return self.name


class ServiceAccount(Versioned):
    """A credential with which the console reads an identity provider.

    `settings` and `sealed` hold what `credential_kinds` says of the kind: the former
    readable, the latter in envelopes. `fingerprints` tell whether a secret changed.
    `scope` is what was granted to it over there, for people to read. Those who call
    the console's own API are `namespaces.ApiServiceAccount`.
    """

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=32)
    settings = models.JSONField(default=dict)
    sealed = models.JSONField(default=dict)
    fingerprints = models.JSONField(default=dict)
    scope = models.CharField(max_length=500, blank=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "directory service account"

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds local accounts by e-mail address."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username, is_local=True)


class User(AbstractBaseUser, Timestamped):
    """A person.

    The identity is (issuer, subject), never the e-mail address. `external_id` is
    the id under which the directory and PPL's `user` criterion know the person.
    Local accounts exist for bootstrap and break-glass only. `sync_digest` is what the
    directory told when the row was last made equal to it; None: compare anew.
    """

    directory = models.ForeignKey(
        Directory, on_delete=models.PROTECT, null=True, related_name="users"
    )
    external_id = models.CharField(max_length=255)
    issuer = models.CharField(max_length=500, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=320, blank=True, db_index=True)
    display_name = models.CharField(max_length=255, blank=True)
    claims = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)
    is_local = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    sync_digest = models.BigIntegerField(null=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["display_name", "email"]
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "external_id"],
                name="person_external_id_is_unique_in_directory",
            ),
            models.UniqueConstraint(
                fields=["issuer", "subject"],
                condition=~models.Q(subject=""),
                name="person_identity_is_unique",
            ),
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(is_local=True),
                name="person_local_email_is_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.email or self.external_id


class Group(Timestamped):
    """A group of the directory. Policies match `external_id`; people see the name."""

    directory = models.ForeignKey(
        Directory, on_delete=models.PROTECT, related_name="groups"
    )
    external_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    email = models.CharField(max_length=320, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "external_id"],
                name="group_external_id_is_unique_in_directory",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person is in a group, directly or through nested ones."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, related_name="memberships"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "group"], name="membership_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"


class IdentityProvider(Versioned):
    """The OpenID Connect provider that people sign in with; there is at most one.

    Issuer, client and secret may come from the environment instead, which then counts.
    `directory` is whose people sign in here; `id_claim` is the claim that holds their
    id in it. Where `trusts_email` is off, an address counts only if the provider says
    that it is verified.
    """

    slot = models.PositiveSmallIntegerField(default=1, unique=True, editable=False)
    is_enabled = models.BooleanField(default=True)
    name = models.CharField(max_length=60, default="your organization")
    issuer = models.CharField(max_length=500, blank=True)
    client_id = models.CharField(max_length=255, blank=True)
    sealed_secret = models.TextField(blank=True)
    secret_fingerprint = models.CharField(max_length=16, blank=True)
    scopes = models.CharField(max_length=255, default="openid email profile")
    directory = models.ForeignKey(
        Directory, on_delete=models.PROTECT, null=True, related_name="+"
    )
    id_claim = models.CharField(max_length=64, default="sub")
    trusts_email = models.BooleanField(default=False)
    admits_unknown = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(slot=1), name="identity_provider_is_single"
            )
        ]

    def __str__(self) -> str:
        return self.name


class OpenIdSession(models.Model):
    """A session that began at the identity provider, which may end it.

    The session itself holds this id: its own key changes, and is stored hashed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    issuer = models.CharField(max_length=500)
    sid = models.CharField(max_length=255, blank=True, db_index=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"session of {self.user_id}"


class SyncRun(Timestamped):
    """One reading of a directory, kept with what it found.

    `gains` are the new members of groups that let people in, by id. `plan` is what a
    held run would write, `differences` the first lines of it for people to read.
    `effect` is what that does to access, once it has been worked out. `fence` is the
    directory's at the time when the run took it.
    """

    directory = models.ForeignKey(
        Directory, on_delete=models.CASCADE, related_name="runs"
    )
    state = models.CharField(max_length=16, choices=RunState.choices)
    trigger = models.CharField(max_length=16)
    started_by = models.CharField(max_length=255)
    is_dry_run = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    progress = models.JSONField(default=dict)
    failure = models.TextField(blank=True)
    failed_page = models.CharField(max_length=255, blank=True)
    counts = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    log = models.JSONField(default=list)
    gains = models.JSONField(default=dict)
    differences = models.JSONField(default=list)
    plan = models.JSONField(null=True)
    effect = models.JSONField(null=True)

    class Meta:
        ordering = ["-created_at", "-fence"]
        indexes = [models.Index(fields=["directory", "-created_at"])]
        verbose_name = "directory run"

    def __str__(self) -> str:
        return f"{self.directory_id} {self.created_at:%Y-%m-%d %H:%M}"


class RecoveryToken(models.Model):
    """Signs one person in, once, while the identity provider is down."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"recovery token of {self.user_id}"

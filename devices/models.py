"""Device types, people's credentials and enrollments, and what enrolling needs.

Rules about these rows live in `services`; what WebAuthn says of a device is checked in
`attestation`.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from console.core.models import Versioned


class Attachment(models.TextChoices):
    """Where the authenticator sits."""

    ANY = "", gettext_lazy("Any")
    PLATFORM = "platform", gettext_lazy("Built into the device")
    CROSS_PLATFORM = "cross-platform", gettext_lazy("A separate key")


class UserVerification(models.TextChoices):
    """Whether the authenticator must recognize its owner (PIN, finger, face)."""

    DISCOURAGED = "discouraged", gettext_lazy("Not asked for")
    PREFERRED = "preferred", gettext_lazy("If the device can")
    REQUIRED = "required", gettext_lazy("Required")


class Attestation(models.TextChoices):
    """Whether the manufacturer must vouch for the authenticator."""

    NONE = "none", gettext_lazy("Not asked for")
    DIRECT = "direct", gettext_lazy("Asked for, shown to approvers")
    VERIFIED = "verified", gettext_lazy("Required, from a trusted manufacturer")


class Status(models.TextChoices):
    """Where an enrollment stands; only `approved` counts as approved."""

    WAITING = "waiting", gettext_lazy("Waiting")
    APPROVED = "approved", gettext_lazy("Approved")
    REJECTED = "rejected", gettext_lazy("Rejected")
    SUSPENDED = "suspended", gettext_lazy("Suspended")
    EXPIRED = "expired", gettext_lazy("Expired")
    REVOKED = "revoked", gettext_lazy("Revoked")


class Purpose(models.TextChoices):
    """What a challenge may be answered for."""

    REGISTER = "register", gettext_lazy("Register a device")
    PROVE = "prove", gettext_lazy("Prove to have a device")


class DeviceType(Versioned):
    """What kind of device is asked for; `any` and `enclave_only` are built in.

    `allowed_models` are the AAGUIDs that are let in; an empty list lets in every model.
    """

    code = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    built_in = models.BooleanField(default=False)
    attachment = models.CharField(
        max_length=16, choices=Attachment.choices, blank=True, default=Attachment.ANY
    )
    user_verification = models.CharField(
        max_length=16,
        choices=UserVerification.choices,
        default=UserVerification.PREFERRED,
    )
    attestation = models.CharField(
        max_length=16, choices=Attestation.choices, default=Attestation.DIRECT
    )
    allowed_models = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AttestationRoot(Versioned):
    """The certificate of a manufacturer that is trusted to vouch for devices."""

    name = models.CharField(max_length=100, unique=True)
    pem = models.TextField()
    fingerprint = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class EnrollmentLink(Versioned):
    """A single-use link by which one person may enroll a device of one type.

    The link holds a secret of which only the hash is here.
    """

    user = models.ForeignKey(
        "directory.User", on_delete=models.CASCADE, related_name="enrollment_links"
    )
    device_type = models.ForeignKey(
        DeviceType, on_delete=models.PROTECT, related_name="links"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(
        "directory.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    issued_by_label = models.CharField(max_length=255)
    return_to = models.CharField(max_length=2000, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"link for {self.user}"


class DeviceCredential(Versioned):
    """The public half of a key that lives in a device, and what vouches for it."""

    user = models.ForeignKey(
        "directory.User", on_delete=models.CASCADE, related_name="device_credentials"
    )
    device_type = models.ForeignKey(
        DeviceType, on_delete=models.PROTECT, related_name="credentials"
    )
    external_id = models.CharField(max_length=1400, unique=True)
    label = models.CharField(max_length=100, blank=True)
    public_key = models.BinaryField()
    fingerprint = models.CharField(max_length=64, blank=True)
    sign_count = models.BigIntegerField(default=0)
    aaguid = models.CharField(max_length=36, blank=True)
    model = models.CharField(max_length=200, blank=True)
    attestation_format = models.CharField(max_length=32, blank=True)
    attestation_trust = models.CharField(max_length=16, blank=True)
    attestation = models.JSONField(default=dict)
    attestation_object = models.BinaryField(default=b"")
    attachment = models.CharField(max_length=16, blank=True)
    transports = models.JSONField(default=list)
    user_verified = models.BooleanField(default=False)
    backup_eligible = models.BooleanField(default=False)
    backed_up = models.BooleanField(default=False)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "created_at"])]

    def __str__(self) -> str:
        return self.label or self.external_id[:12]


class DeviceEnrollment(Versioned):
    """The record that a person's device was enrolled, and what was decided about it.

    INVARIANT: `approved_at` is set only while the status is approved or suspended.
    `reason` is read by the person.
    """

    credential = models.OneToOneField(
        DeviceCredential, on_delete=models.CASCADE, related_name="enrollment"
    )
    link = models.ForeignKey(
        EnrollmentLink, on_delete=models.SET_NULL, null=True, related_name="enrollments"
    )
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.WAITING, db_index=True
    )
    reason = models.TextField(blank=True)
    enrolled_at = models.DateTimeField()
    enrolled_from = models.CharField(max_length=64, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_label = models.CharField(max_length=255, blank=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        "directory.User",
        on_delete=models.SET_NULL,
        null=True,
        related_name="approved_enrollments",
    )
    expires_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_at__isnull=False)
                | models.Q(approved_by__isnull=True),
                name="enrollment_approval_has_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=Status.APPROVED)
                | models.Q(approved_at__isnull=False),
                name="enrollment_approved_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.credential)


class DeviceCeremony(models.Model):
    """A challenge that was given out: for one session, person and purpose, once."""

    challenge_hash = models.CharField(max_length=64, unique=True)
    session_hash = models.CharField(max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    device_type = models.ForeignKey(
        DeviceType, on_delete=models.CASCADE, null=True, related_name="+"
    )
    link = models.ForeignKey(
        EnrollmentLink, on_delete=models.CASCADE, null=True, related_name="+"
    )
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.purpose} of {self.user_id}"


class DeviceRules(Versioned):
    """What is approved by itself, for how long, how many, and who hears of it.

    One row. `changed_by` is who set the rules last: to their own devices the rules of
    approval don't apply.
    """

    single = models.BooleanField(default=True, unique=True)
    approves_links = models.BooleanField(default=False)
    approved_models = models.JSONField(default=list, blank=True)
    approval_days = models.PositiveIntegerField(null=True, blank=True)
    devices_per_person = models.PositiveIntegerField(null=True, blank=True)
    notice_emails = models.JSONField(default=list, blank=True)
    tells_people = models.BooleanField(default=False)
    webhook_url = models.CharField(max_length=2000, blank=True)
    webhook_secret = models.TextField(blank=True)
    changed_by = models.ForeignKey(
        "directory.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(single=True), name="device_rules_are_a_single_row"
            )
        ]

    def __str__(self) -> str:
        return "rules for devices"


class DeviceNotice(models.Model):
    """A message about a device on its way, by e-mail or webhook; tried a few times."""

    channel = models.CharField(max_length=16)
    recipient = models.CharField(max_length=2000)
    event = models.CharField(max_length=64)
    device_id = models.UUIDField()
    subject = models.CharField(max_length=255)
    body = models.TextField()
    created_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, db_index=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.event} to {self.recipient}"

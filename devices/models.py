"""Device types, and the credentials and enrollments of people's devices."""

from django.db import models

from console.core.models import Versioned


class DeviceType(Versioned):
    """What kind of device is asked for; `any` and `enclave_only` are built in."""

    code = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=100)
    built_in = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DeviceCredential(Versioned):
    """The public half of a key that lives in a device."""

    user = models.ForeignKey(
        "directory.User", on_delete=models.CASCADE, related_name="device_credentials"
    )
    device_type = models.ForeignKey(
        DeviceType, on_delete=models.PROTECT, related_name="credentials"
    )
    external_id = models.CharField(max_length=1400, unique=True)
    label = models.CharField(max_length=100, blank=True)
    public_key = models.BinaryField()
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label or self.external_id[:12]


class DeviceEnrollment(Versioned):
    """The record that a person's device was enrolled, and by whom it was approved."""

    credential = models.OneToOneField(
        DeviceCredential, on_delete=models.CASCADE, related_name="enrollment"
    )
    enrolled_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        "directory.User",
        on_delete=models.SET_NULL,
        null=True,
        related_name="approved_enrollments",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_at__isnull=False)
                | models.Q(approved_by__isnull=True),
                name="enrollment_approval_has_a_time",
            )
        ]

    def __str__(self) -> str:
        return str(self.credential)

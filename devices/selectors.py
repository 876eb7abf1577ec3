"""Reads of people's devices."""

from uuid import UUID

from django.db.models import QuerySet

from devices.models import DeviceCredential, DeviceType


def list_credentials_of(user_id: UUID) -> QuerySet[DeviceCredential]:
    """Return a person's credentials with type and enrollment, oldest first."""
    return (
        DeviceCredential.objects.filter(user_id=user_id)
        .select_related("device_type", "enrollment")
        .order_by("created_at", "id")
    )


def list_device_types() -> QuerySet[DeviceType]:
    """Return the kinds of device that policies may ask for."""
    return DeviceType.objects.all()

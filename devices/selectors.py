"""Reads of people's devices, their types, links, and the rules of approval.

Devices belong to the organization as a whole: they are seen by who holds `device:view`
at the root, and each person sees their own.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from console.core.actor import Actor
from console.core.models import AuditEvent
from devices.exceptions import DeviceNotFoundError, DeviceTypeNotFoundError
from devices.models import (
    AttestationRoot,
    DeviceCredential,
    DeviceEnrollment,
    DeviceNotice,
    DeviceRules,
    DeviceType,
    EnrollmentLink,
    Status,
)
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission

# Taken away or refused: such a key counts for nothing, not even as some device.
BLOCKED = (Status.REJECTED, Status.SUSPENDED, Status.REVOKED)


def sees_devices(actor: Actor) -> bool:
    """Answer whether the actor sees everybody's devices."""
    return access.can_at_root(actor, Permission.DEVICE_VIEW)


def check_sees_devices(actor: Actor) -> None:
    """Refuse whoever does not see everybody's devices.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError
    """
    access.check_can(actor, Permission.DEVICE_VIEW, namespace_selectors.get_root().id)


def list_own(actor: Actor) -> QuerySet[DeviceCredential]:
    """Return the devices of whoever asks, oldest first."""
    return list_credentials_of(actor.user_id or UUID(int=0)).select_related(
        "user", "device_type", "enrollment"
    )


def list_devices(actor: Actor) -> QuerySet[DeviceCredential]:
    """Return everybody's devices with person, type and enrollment."""
    rows = DeviceCredential.objects.select_related(
        "user", "device_type", "enrollment__approved_by", "enrollment__link"
    ).defer("attestation_object")
    return rows if sees_devices(actor) else rows.none()


def get_device(device_id: UUID | str, *, actor: Actor) -> DeviceCredential:
    """Return a device that the actor sees.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError: the actor may not.
        DeviceNotFoundError: it isn't there.
    """
    check_sees_devices(actor)
    found = list_devices(actor).filter(pk=device_id).first()
    if found is None:
        raise DeviceNotFoundError
    return found


def count_by_status(actor: Actor) -> dict[str, int]:
    """Return how many devices are in each state; states without devices count 0."""
    counted = dict.fromkeys(Status.values, 0)
    if sees_devices(actor):
        rows = DeviceEnrollment.objects.order_by().values_list("status")
        counted |= dict(rows.annotate(n=Count("pk")))
    return counted


def count_waiting(actor: Actor) -> int:
    """Return how many devices wait for somebody like the actor to decide."""
    if not access.can_at_root(actor, Permission.DEVICE_APPROVE):
        return 0
    return DeviceEnrollment.objects.filter(status=Status.WAITING).count()


def list_waiting(actor: Actor) -> QuerySet[DeviceCredential]:
    """Return the devices that wait for a decision, the oldest first."""
    rows = list_devices(actor).filter(enrollment__status=Status.WAITING)
    return rows.order_by("created_at", "pk")


def search_devices(
    rows: QuerySet[DeviceCredential], text: str
) -> QuerySet[DeviceCredential]:
    """Keep the devices with this in their name, model, id, or their person's name."""
    return rows.filter(
        Q(label__icontains=text)
        | Q(model__icontains=text)
        | Q(external_id__icontains=text)
        | Q(user__display_name__icontains=text)
        | Q(user__email__icontains=text)
    )


def list_history(device: DeviceCredential, *, actor: Actor) -> QuerySet[AuditEvent]:
    """Return what happened to a device, the latest first."""
    events = namespace_selectors.list_audit_events(actor)
    return events.filter(target_type="device", target_id=str(device.pk))


def find_enrollment(device_id: UUID) -> DeviceEnrollment | None:
    """Return the enrollment of a device, for services."""
    return (
        DeviceEnrollment.objects.select_related(
            "credential__device_type", "credential__user", "approved_by"
        )
        .filter(credential_id=device_id)
        .first()
    )


def list_credentials_of(user_id: UUID) -> QuerySet[DeviceCredential]:
    """Return a person's credentials with type and enrollment, oldest first."""
    return (
        DeviceCredential.objects.filter(user_id=user_id)
        .select_related("device_type", "enrollment")
        .defer("attestation_object")
        .order_by("created_at", "id")
    )


def list_counting(user_id: UUID) -> QuerySet[DeviceCredential]:
    """Return the devices of a person that count for policies, approved or not."""
    return list_credentials_of(user_id).exclude(enrollment__status__in=BLOCKED)


def is_approved(enrollment: DeviceEnrollment, *, now: datetime) -> bool:
    """Answer whether an approval holds at a moment."""
    if enrollment.status != Status.APPROVED:
        return False
    return enrollment.expires_at is None or enrollment.expires_at > now


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """A device as policies know it; `approved_by` is None unless approved."""

    device_type: str
    credential_id: str
    enrollment_id: str
    approved_by: str | None


def list_facts(
    credentials: Iterable[DeviceCredential], *, now: datetime
) -> list[DeviceFacts]:
    """Return what policies know of devices, without those that count no more."""
    found = []
    for one in credentials:
        enrollment = getattr(one, "enrollment", None)
        if enrollment is not None and enrollment.status in BLOCKED:
            continue
        approved_by = None
        if enrollment is not None and is_approved(enrollment, now=now):
            approved_by = str(enrollment.approved_by_id or "rule")
        found.append(
            DeviceFacts(
                device_type=one.device_type.code,
                credential_id=one.external_id,
                enrollment_id=str(enrollment.pk) if enrollment else "",
                approved_by=approved_by,
            )
        )
    return found


def follow_devices(
    person_ids: Collection[str] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Give person, id, and what policies know of each device that counts.

    That is the type's code, the credential's and the enrollment's id, who approved it
    (None for nobody) and until when. Oldest first; for processes that keep all of them
    in memory.
    """
    rows = DeviceCredential.objects.exclude(enrollment__status__in=BLOCKED)
    if person_ids is not None:
        rows = rows.filter(user__in=[UUID(one) for one in person_ids])
    columns = ("user_id", "pk", "device_type__code", "external_id", "enrollment__pk")
    decided = (
        "enrollment__status",
        "enrollment__approved_by",
        "enrollment__expires_at",
    )
    ordered = rows.order_by("created_at", "id").values_list(*columns, *decided)
    for *known, enrollment_id, status, approved_by, until in ordered.iterator():
        approver = str(approved_by or "rule") if status == Status.APPROVED else None
        yield (*known, str(enrollment_id or ""), approver, until)


def list_owners(device_ids: Collection[str]) -> set[UUID]:
    """Return whose these devices are, whether they count or not."""
    rows = DeviceCredential.objects.filter(pk__in=device_ids).order_by()
    return set(rows.values_list("user_id", flat=True))


def state_in_words(credential: DeviceCredential, *, now: datetime) -> str:
    """Return where a device stands at a moment, in one word."""
    enrollment = getattr(credential, "enrollment", None)
    if enrollment is None:
        return "not enrolled"
    if enrollment.status == Status.APPROVED and not is_approved(enrollment, now=now):
        return "expired"
    return Status(enrollment.status).label.lower()


@dataclass(frozen=True, slots=True)
class ShownDevice:
    """A device as its person sees it; `is_proven` in the session that asks."""

    device: DeviceCredential
    state: str
    is_proven: bool

    @property
    def reason(self) -> str:
        """What whoever decided about it wants its person to read."""
        enrollment = getattr(self.device, "enrollment", None)
        return "" if enrollment is None else enrollment.reason

    @property
    def is_waiting(self) -> bool:
        """Somebody is to decide."""
        return self.state == Status.WAITING

    @property
    def is_blocked(self) -> bool:
        """It was refused or taken away."""
        return self.state in BLOCKED

    @property
    def can_prove(self) -> bool:
        """It can answer a challenge, and has not done so in this session."""
        is_real = self.device.attestation_format != ""
        return is_real and not self.is_blocked and not self.is_proven


def list_shown(
    actor: Actor, *, proven: Iterable[UUID], now: datetime
) -> list[ShownDevice]:
    """Return the devices of whoever asks as they are shown to them."""
    used = set(proven)
    return [
        ShownDevice(one, state_in_words(one, now=now), one.pk in used)
        for one in list_own(actor)
    ]


def list_provable(user_id: UUID) -> QuerySet[DeviceCredential]:
    """Return a person's devices that can answer a challenge and still count."""
    return list_counting(user_id).exclude(attestation_format="")


def list_provable_ids(user_id: UUID) -> Sequence[str]:
    """Return the ids of all keys of a person, also of those that count no more.

    A browser is told them so that it does not enroll one again.
    """
    rows = list_credentials_of(user_id).exclude(attestation_format="")
    return list(rows.values_list("external_id", flat=True))


def has_blocked_device(user_id: UUID) -> bool:
    """Answer whether a device of a person was refused or taken away."""
    return DeviceEnrollment.objects.filter(
        credential__user_id=user_id, status__in=BLOCKED
    ).exists()


def count_held_devices(user_id: UUID) -> int:
    """Return how many devices a person has that count, or may come to."""
    return list_counting(user_id).count()


def list_due(now: datetime) -> QuerySet[DeviceEnrollment]:
    """Return the approvals whose time has come, the oldest first."""
    return (
        DeviceEnrollment.objects.select_related(
            "credential__device_type", "credential__user", "approved_by"
        )
        .filter(status=Status.APPROVED, expires_at__lte=now)
        .order_by("expires_at", "pk")
    )


def list_device_types() -> QuerySet[DeviceType]:
    """Return the kinds of device that policies may ask for."""
    return DeviceType.objects.all()


def find_device_type(code: str) -> DeviceType | None:
    """Return the type of a code, if there is one."""
    return DeviceType.objects.filter(code=code).first()


def list_roots() -> QuerySet[AttestationRoot]:
    """Return the manufacturers' certificates that are trusted."""
    return AttestationRoot.objects.all()


def list_links(actor: Actor) -> QuerySet[EnrollmentLink]:
    """Return the links that were issued, the latest first."""
    rows = EnrollmentLink.objects.select_related("user", "device_type")
    return rows if sees_devices(actor) else rows.none()


def state_of_link(link: EnrollmentLink, *, now: datetime) -> str:
    """Return what became of a link, in one word."""
    if link.used_at:
        return "used"
    if link.withdrawn_at:
        return "withdrawn"
    return "ended" if link.expires_at <= now else "issued"


def get_device_type(type_id: UUID) -> DeviceType:
    """Return a type.

    Raises:
        DeviceTypeNotFoundError: there is no such type.
    """
    found = DeviceType.objects.filter(pk=type_id).first()
    if found is None:
        raise DeviceTypeNotFoundError
    return found


def find_usable_link(
    token_hash: str, *, user_id: UUID, now: datetime
) -> EnrollmentLink | None:
    """Return the link of a hash if that person can use it now."""
    return (
        EnrollmentLink.objects.select_related("device_type", "user")
        .filter(
            token_hash=token_hash,
            user_id=user_id,
            used_at=None,
            withdrawn_at=None,
            expires_at__gt=now,
        )
        .first()
    )


def get_rules() -> DeviceRules:
    """Return the rules of approval; unsaved ones that approve nothing, at first."""
    return DeviceRules.objects.first() or DeviceRules(version=0)


def read_rules(*, actor: Actor) -> DeviceRules:
    """Return the rules of approval to those who see devices.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError
    """
    check_sees_devices(actor)
    return get_rules()


def search_links(rows: QuerySet[EnrollmentLink], text: str) -> QuerySet[EnrollmentLink]:
    """Keep the links for people with this in their name or address."""
    return rows.filter(
        Q(user__display_name__icontains=text) | Q(user__email__icontains=text)
    )


def search_types(rows: QuerySet[DeviceType], text: str) -> QuerySet[DeviceType]:
    """Keep the types with this in their name or code."""
    return rows.filter(Q(name__icontains=text) | Q(code__icontains=text))


def list_notices(actor: Actor) -> QuerySet[DeviceNotice]:
    """Return the messages that were written about devices, the latest first."""
    rows = DeviceNotice.objects.all()
    return rows if sees_devices(actor) else rows.none()

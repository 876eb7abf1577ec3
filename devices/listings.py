"""What the list of devices can be asked."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_noop

from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from console.core.generic.listing import Column, Filter, Listing
from console.core.http import uuid_from
from devices import selectors
from devices.models import (
    AttestationRoot,
    DeviceCredential,
    DeviceNotice,
    DeviceType,
    EnrollmentLink,
    Status,
)


def _status(rows: QuerySet[Any], text: str, _: Actor) -> QuerySet[Any]:
    if text not in Status.values:
        raise ValidationFailedError(
            fields={
                "status": [
                    gettext("one of %(values)s") % {"values": ", ".join(Status.values)}
                ]
            }
        )
    return rows.filter(enrollment__status=text)


def _types(_: Actor) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in selectors.list_device_types()]


def _approver(row: DeviceCredential) -> str:
    enrollment = row.enrollment
    return enrollment.decided_by_label if enrollment.approved_at else ""


TYPE = Filter[Any](
    name="type",
    label=gettext_noop("Type"),
    apply=lambda rows, text, _: rows.filter(device_type__code=text),
    choices=_types,
    control="select",
    help=gettext_noop("Code of a device type."),
)
PERSON = Filter[Any](
    name="person",
    label=gettext_noop("Person"),
    apply=lambda rows, text, _: rows.filter(user_id=uuid_from(text, name="person")),
    help=gettext_noop("Id of a person."),
)


class DeviceListing(Listing[DeviceCredential]):
    """Everybody's devices."""

    name = "devices"
    default_sort = "-enrolled"
    columns = (
        Column(
            name="person",
            label=gettext_noop("Person"),
            value=lambda row: str(row.user),
            order_by=("user__display_name", "created_at"),
        ),
        Column(
            name="name",
            label=gettext_noop("Device"),
            value=lambda row: row.label,
            order_by=("label", "created_at"),
        ),
        Column(
            name="type",
            label=gettext_noop("Type"),
            value=lambda row: row.device_type.name,
            order_by=("device_type__name", "created_at"),
            hide="medium",
        ),
        Column(
            name="status",
            label=gettext_noop("Status"),
            value=lambda row: row.enrollment.status,
            order_by=("enrollment__status", "created_at"),
        ),
        Column(
            name="seen",
            label=gettext_noop("Last seen"),
            value=lambda row: row.last_used_at,
            order_by=("last_used_at",),
            hide="medium",
        ),
        Column(
            name="approver",
            label=gettext_noop("Approved by"),
            value=_approver,
            hide="medium",
        ),
        Column(
            name="enrolled",
            label=gettext_noop("Enrolled"),
            value=lambda row: row.created_at,
            order_by=("created_at",),
            hide="narrow",
        ),
        Column(
            name="model",
            label=gettext_noop("Model"),
            value=lambda r: r.model,
            is_shown=False,
        ),
        Column(name="aaguid", label="AAGUID", value=lambda r: r.aaguid, is_shown=False),
        Column(
            name="credential",
            label=gettext_noop("Credential id"),
            value=lambda row: row.external_id,
            is_shown=False,
        ),
        Column(
            name="id",
            label=gettext_noop("Id"),
            value=lambda row: str(row.pk),
            is_shown=False,
        ),
    )
    filters = (
        Filter(
            name="status",
            label=gettext_noop("Status"),
            apply=_status,
            choices=lambda _: Status.choices,
            control="select",
            help=f"One of {', '.join(Status.values)}.",
        ),
        TYPE,
        PERSON,
    )
    search_help = gettext_noop(
        "Keeps the devices with this in name, model, id or their person."
    )

    def rows(self, actor: Actor) -> QuerySet[DeviceCredential]:
        """Return what the actor sees."""
        return selectors.list_devices(actor)

    def search(
        self, rows: QuerySet[DeviceCredential], text: str
    ) -> QuerySet[DeviceCredential]:
        """Look into names, models, ids and people."""
        return selectors.search_devices(rows, text)


class LinkListing(Listing[EnrollmentLink]):
    """The links that were issued."""

    name = "device-links"
    default_sort = "-issued"
    columns = (
        Column(
            name="person",
            label=gettext_noop("Person"),
            value=lambda row: str(row.user),
            order_by=("user__display_name", "created_at"),
        ),
        Column(
            name="type",
            label=gettext_noop("Type"),
            value=lambda r: r.device_type.name,
            hide="narrow",
        ),
        Column(
            name="state", label=gettext_noop("State"), value=lambda row: row.used_at
        ),
        Column(
            name="expires",
            label=gettext_noop("Ends"),
            value=lambda row: row.expires_at,
            order_by=("expires_at",),
        ),
        Column(
            name="issuer",
            label=gettext_noop("Issued by"),
            value=lambda row: row.issued_by_label,
            hide="medium",
        ),
        Column(
            name="issued",
            label=gettext_noop("Issued"),
            value=lambda row: row.created_at,
            order_by=("created_at",),
            hide="medium",
        ),
    )
    filters = (TYPE, PERSON)
    search_help = gettext_noop(
        "Keeps the links for people with this in their name or address."
    )

    def rows(self, actor: Actor) -> QuerySet[EnrollmentLink]:
        """Return what the actor sees."""
        return selectors.list_links(actor)

    def search(
        self, rows: QuerySet[EnrollmentLink], text: str
    ) -> QuerySet[EnrollmentLink]:
        """Look into names and addresses."""
        return selectors.search_links(rows, text)


class TypeListing(Listing[DeviceType]):
    """The kinds of device that policies may ask for."""

    name = "device-types"
    columns = (
        Column(
            name="name",
            label=gettext_noop("Name"),
            value=lambda row: row.name,
            order_by=("name",),
        ),
        Column(
            name="code",
            label=gettext_noop("Code"),
            value=lambda row: row.code,
            order_by=("code",),
        ),
    )
    search_help = gettext_noop("Keeps the types with this in their name or code.")

    def rows(self, actor: Actor) -> QuerySet[DeviceType]:
        """Return all of them: policies name them, and people enroll by them."""
        return selectors.list_device_types()

    def search(self, rows: QuerySet[DeviceType], text: str) -> QuerySet[DeviceType]:
        """Look into name and code."""
        return selectors.search_types(rows, text)


class RootListing(Listing[AttestationRoot]):
    """The manufacturers' certificates that are trusted."""

    name = "attestation-roots"
    columns = (
        Column(
            name="name",
            label=gettext_noop("Name"),
            value=lambda row: row.name,
            order_by=("name",),
        ),
    )
    search_help = gettext_noop("Keeps the certificates with this in their name.")

    def rows(self, actor: Actor) -> QuerySet[AttestationRoot]:
        """Return what the actor sees."""
        rows = selectors.list_roots()
        return rows if selectors.sees_devices(actor) else rows.none()

    def search(
        self, rows: QuerySet[AttestationRoot], text: str
    ) -> QuerySet[AttestationRoot]:
        """Look into names."""
        return rows.filter(name__icontains=text)


class NoticeListing(Listing[DeviceNotice]):
    """Messages about devices: sent, and on their way."""

    name = "device-notices"
    default_sort = "-written"
    columns = (
        Column(
            name="written",
            label=gettext_noop("Written"),
            value=lambda row: row.created_at,
            order_by=("created_at",),
        ),
    )
    search_help = gettext_noop("Keeps the messages with this in their subject.")

    def rows(self, actor: Actor) -> QuerySet[DeviceNotice]:
        """Return what the actor sees."""
        return selectors.list_notices(actor)

    def search(self, rows: QuerySet[DeviceNotice], text: str) -> QuerySet[DeviceNotice]:
        """Look into subjects."""
        return rows.filter(subject__icontains=text)

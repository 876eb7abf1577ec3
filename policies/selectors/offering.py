"""What the builder offers to choose from, beside people and groups.

Only what the actor may know is offered, and only what the text asks for is read.
"""

from collections.abc import Collection
from dataclasses import dataclass

from console.core.actor import Actor
from devices import selectors as device_selectors
from directory import selectors as directory_selectors
from directory.selectors import RecordType

CLAIMS, DEVICES, RECORDS = "claim", "device", "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What may be chosen: names of claims, types of device as (code, name), records."""

    claims: tuple[str, ...] = ()
    device_types: tuple[tuple[str, str], ...] = ()
    records: tuple[RecordType, ...] = ()

    def fields_of(self, record_type: str) -> tuple[str, ...]:
        """Return the fields that records of a type have; of an unknown one, of all."""
        chosen = [one for one in self.records if one.name == record_type]
        found = {
            field.name: None for one in chosen or self.records for field in one.fields
        }
        return tuple(found)


def list_offers(widgets: Collection[str], *, actor: Actor) -> Offers:
    """Return what the criteria with these widgets are chosen from."""
    return Offers(
        claims=tuple(directory_selectors.list_claim_names(actor))
        if CLAIMS in widgets
        else (),
        device_types=tuple(
            (row.code, row.name) for row in device_selectors.list_device_types()
        )
        if DEVICES in widgets
        else (),
        records=tuple(directory_selectors.list_record_types(actor))
        if RECORDS in widgets
        else (),
    )

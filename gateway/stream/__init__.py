"""What an authorizer follows: the newest snapshot, and people as they are now.

Pure Python: where it is read from is behind `Source`; the one that reads the database
is `gateway.selectors.stream`. Use `gateway.services.make_follower` to get both.
"""

from .chunks import Chunks, SignedRoot, assemble, check_root
from .entries import (
    AccountEntry,
    AddressEntry,
    DeviceEntry,
    DirectoryEntry,
    PersonEntry,
    RecordSourceEntry,
    SessionEntry,
)
from .follower import Follower
from .people import People
from .records import RecordSet
from .source import Change, Head, Source, SourceGoneError

__all__ = [
    "AccountEntry",
    "AddressEntry",
    "Change",
    "Chunks",
    "DeviceEntry",
    "DirectoryEntry",
    "Follower",
    "Head",
    "People",
    "PersonEntry",
    "RecordSet",
    "RecordSourceEntry",
    "SessionEntry",
    "SignedRoot",
    "Source",
    "SourceGoneError",
    "assemble",
    "check_root",
]

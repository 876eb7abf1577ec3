"""Follows the test database as an authorizer would, one poll at a time."""

from gateway import services
from gateway.snapshot import Snapshot
from gateway.stream import Follower


def follow(name: str = "test") -> Follower:
    """Return a follower that has polled once."""

    def take(snapshot: Snapshot) -> None:
        """Nothing compiles here."""

    follower = services.make_follower(name=name, kind="authorizer", on_snapshot=take)
    follower.poll()
    return follower


def snapshot_of(follower: Follower) -> Snapshot:
    """Return what is in force; there must be something."""
    assert follower.snapshot is not None
    return follower.snapshot

"""What is set for the namespaces that routes live in, worked out once for each."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from gateway.snapshot import settings_at

from .branding import brand_of
from .recording import sampling_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .branding import Brand
    from .recording import Sampling


class Place:
    """The settings of one namespace, and what follows from them."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings

    @cached_property
    def brand(self) -> Brand:
        """Return how pages look there."""
        return brand_of(self.settings)

    @cached_property
    def sampling(self) -> Sampling:
        """Return which decisions the log keeps."""
        return sampling_of(self.settings)


class Places:
    """The places of one snapshot, by namespace."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._held: dict[str, Place] = {}

    def find(self, namespace_id: str) -> Place:
        """Return the place of a namespace."""
        held = self._held.get(namespace_id)
        if held is None:
            held = Place(settings_at(self._settings, namespace_id))
            self._held[namespace_id] = held
        return held

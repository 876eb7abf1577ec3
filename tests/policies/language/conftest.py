"""How property tests run here."""

from __future__ import annotations

from hypothesis import settings

# A busy machine must not fail a property; the long sizes are marked `nightly`.
settings.register_profile("language", deadline=None)
settings.load_profile("language")

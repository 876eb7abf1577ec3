"""How property tests run here, where these tests run without the others."""

from __future__ import annotations

from hypothesis import settings

# A busy machine must not fail a property; the long sizes are marked `nightly`.
if settings.get_current_profile_name() == "default":
    settings.register_profile("language", deadline=None, derandomize=True)
    settings.load_profile("language")

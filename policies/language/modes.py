"""The switches of the language: which names exist, and whose reading applies."""

from __future__ import annotations

from enum import StrEnum


class Edition(StrEnum):
    """Which criteria are known.

    Core knows fewer than the Enterprise Console; in its edition the others are refused
    exactly as Core refuses them.
    """

    CORE = "core"
    ENTERPRISE = "enterprise"


class Mode(StrEnum):
    """Whose reading of a policy is evaluated.

    POSTERN is what is enforced: the documented meaning, and missing data denies.
    CORE_INTENDED is the documented meaning with Core's treatment of missing data.
    CORE_EXACT also copies Core's reading of `http_method` and `http_path`, so that
    simulations of text handed to Core as it is tell the truth.
    """

    POSTERN = "postern"
    CORE_INTENDED = "core-intended"
    CORE_EXACT = "core-exact"

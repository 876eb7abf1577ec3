"""What keeps policies in Rego from doing harm here: which protections are in force."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings

from console.core.actor import Actor
from namespaces import access
from namespaces.permissions import Permission
from namespaces.selectors import get_root
from policies.rego.evaluation import SandboxEngine
from policies.rego.opa_server import OpaServerEngine
from policies.selectors.rego import get_engine

STARTING: Final = 10.0  # seconds that workers may take to come up
NOT_STARTED: Final = "no worker has come up"
# Each part that `policies.rego.sandbox` reports, and what it is good for.
PARTS: Final = {
    "network": (
        "Namespaces",
        "The worker has a network of its own, with nobody in it.",
    ),
    "system calls": (
        "System calls (seccomp)",
        "It may read, write and take memory; it can't open, connect or start anything.",
    ),
    "limits": (
        "Limits (rlimits)",
        "Memory, processor, files and processes are limited by the system.",
    ),
    "user": ("User", "It does not run as root."),
}


@dataclass(frozen=True, slots=True)
class Protection:
    """One part of the sandbox; `why` says why it is not in force, "" if it is."""

    part: str
    name: str
    meaning: str
    why: str = ""

    @property
    def is_in_force(self) -> bool:
        return not self.why


@dataclass(frozen=True, slots=True)
class Protections:
    """What evaluates Rego here, and what its workers have given up.

    With `opa_url`, policies are evaluated by that server, and workers only check them.
    """

    opa_url: str
    parts: tuple[Protection, ...]

    @property
    def lacking(self) -> int:
        return sum(not one.is_in_force for one in self.parts)


def read_protections(*, actor: Actor) -> Protections:
    """Return which protections are in force on this machine.

    Workers are started for it if none has been needed yet.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError: only admins of the root see it.
    """
    access.check_can(actor, Permission.SETTINGS_EDIT, get_root().id)
    engine = get_engine()
    workers = engine.local if isinstance(engine, OpaServerEngine) else engine
    missing = dict.fromkeys(PARTS, NOT_STARTED)
    if isinstance(workers, SandboxEngine):
        workers.pool.wait_until_warm(STARTING)
        if workers.pool.sandbox is not None:
            missing = workers.pool.sandbox["missing"]
    parts = (
        Protection(part, name, meaning, missing.get(part, ""))
        for part, (name, meaning) in PARTS.items()
    )
    return Protections(settings.OPA_URL, tuple(parts))

"""What a policy in Rego did when it was tried, as pages and the API show it."""

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from policies.selectors import RegoAnswer

ERRORS = {
    "cpu": gettext_noop("it ran longer than 100 ms"),
    "memory": gettext_noop("it took more memory than 128 MiB, or answered too much"),
    "crash": gettext_noop("the engine broke down over it"),
    "late": gettext_noop("the engine was too busy to answer in time"),
    "quota": gettext_noop("the engine has too much to do for this namespace"),
    "quarantined": gettext_noop(
        "it is in quarantine, because it broke its limits three times"
    ),
}


@dataclass(frozen=True, slots=True)
class TriedRego:
    """What a policy in Rego did: its reasons, what it printed, what it used.

    `error` is empty, or says why there was no decision. `covered` are the lines that
    ran, `not_covered` those that did not.
    """

    allow_reasons: tuple[str, ...]
    deny_reasons: tuple[str, ...]
    error: str
    prints: tuple[str, ...]
    refused_types: tuple[str, ...]
    covered: tuple[int, ...]
    not_covered: tuple[int, ...]
    elapsed_us: int
    memory_kib: int

    @property
    def milliseconds(self) -> str:
        """How long it ran, for people."""
        return f"{self.elapsed_us / 1000:.2f} ms"


def tried_rego(found: RegoAnswer | None) -> TriedRego | None:
    """Return what a policy in Rego did, None for one that isn't."""
    if found is None:
        return None
    answer, verdict = found.answer, found.verdict
    said = answer.message or answer.error
    if not answer.message and answer.error in ERRORS:
        said = gettext(ERRORS[answer.error])
    if answer.place:
        values = {"line": answer.place[0], "message": said}
        said = gettext("line %(line)s: %(message)s") % values
    return TriedRego(
        allow_reasons=tuple(sorted(verdict.allow.reasons)),
        deny_reasons=tuple(sorted(verdict.deny.reasons)),
        error=said if answer.error else "",
        prints=answer.prints,
        refused_types=answer.refused_types,
        covered=answer.covered,
        not_covered=answer.not_covered,
        elapsed_us=answer.elapsed_us,
        memory_kib=answer.memory_kib,
    )

"""Where a policy starts in the other language: as Rego, or as what it once said."""

from console.core.actor import Actor
from policies import language
from policies.language import PolicyLanguageError, UntranslatableError
from policies.models import Policy, PolicyLanguage, PolicyVersion
from policies.selectors.documents import compile_source
from policies.selectors.policies import list_versions


def to_rego(source: str) -> str | None:
    """Return PPL as Rego; None where it can't be read, or has no such form."""
    try:
        return language.to_rego(compile_source(source))
    except (PolicyLanguageError, UntranslatableError):
        return None


def find_last_in_ppl(policy: Policy, *, actor: Actor) -> PolicyVersion | None:
    """Return the newest version in PPL that the actor may read, if there is one."""
    versions = list_versions(policy, actor=actor)
    return versions.filter(language=PolicyLanguage.PPL).first()

"""Reads of policies and their versions, starting from what the actor may see."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from console.core import tombstones
from console.core.actor import Actor
from console.core.models import Tombstone
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from namespaces.scoping import in_scope
from policies.exceptions import PolicyNotFoundError, PolicyVersionNotFoundError
from policies.models import Policy, PolicyVersion

if TYPE_CHECKING:
    from namespaces.models import Namespace

POLICY_KIND = "policy"  # what the counts of namespaces call it
CHUNK = 500  # identifiers in one query: databases have limits


def list_policies(actor: Actor) -> QuerySet[Policy]:
    """Return the policies of the namespaces that the actor sees, and from above."""
    policies: QuerySet[Policy] = Policy.objects.visible_to(
        actor, Permission.POLICY_VIEW
    ).select_related("namespace")
    return policies


def count_policies(actor: Actor, *, within: str = "") -> int:
    """Return how many policies the actor sees, without reading them.

    `within` is the path of a namespace: only there and below it.
    """
    reach = access.reach_of(actor, Permission.POLICY_VIEW, above=True)
    return namespace_selectors.count_living(POLICY_KIND, reach, within=within)


def get_policy(policy_id: UUID | str, *, actor: Actor) -> Policy:
    """Return a policy that the actor sees.

    Raises:
        PolicyNotFoundError: it isn't there, or the actor may not see it.
    """
    policy = list_policies(actor).filter(pk=policy_id).first()
    if policy is None:
        raise PolicyNotFoundError
    return policy


def read_policies(ids: Iterable[UUID]) -> dict[UUID, Policy]:
    """Return policies by id, whoever may see them: for what decides over routes."""
    return Policy.objects.select_related("namespace").in_bulk(set(ids))


def search_policies(policies: QuerySet[Policy], text: str) -> QuerySet[Policy]:
    """Keep the policies whose name, description or text contains the text."""
    return policies.filter(
        Q(name__icontains=text)
        | Q(description__icontains=text)
        | Q(source__icontains=text)
    )


def list_naming(text: str, *, actor: Actor) -> QuerySet[Policy]:
    """Return the policies that the actor sees whose text has this id in it."""
    return list_policies(actor).filter(source__contains=text).order_by("name", "pk")


def within(policies: QuerySet[Policy], namespace: "Namespace") -> QuerySet[Policy]:
    """Keep the policies that live in a namespace or below it."""
    return policies.filter(access.subtree(namespace.path, "namespace__path"))


def list_attachable(namespace: "Namespace", *, actor: Actor) -> QuerySet[Policy]:
    """Return what may be attached in a namespace: its own policies, and from above."""
    paths = [*access.ancestor_paths(namespace.path), namespace.path]
    return list_policies(actor).filter(namespace__path__in=paths)


def find_by_meaning(
    namespace: "Namespace", meanings: Iterable[str]
) -> dict[str, Policy]:
    """Return the attachable policies that mean what these keys stand for.

    Of several the one that lives nearest wins, and of those the oldest, so that an
    import always reuses the same one. Not for showing: the caller has checked that
    its actor may write in the namespace, which shows what is above it.
    """
    paths = [*access.ancestor_paths(namespace.path), namespace.path]
    wanted = sorted(set(meanings))
    found: dict[str, Policy] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = Policy.objects.filter(
            meaning__in=wanted[start : start + CHUNK], namespace__path__in=paths
        ).order_by("-namespace__depth", "created_at", "id")
        for policy in rows.select_related("namespace"):
            found.setdefault(policy.meaning, policy)
    return found


def list_versions(policy: Policy, *, actor: Actor) -> QuerySet[PolicyVersion]:
    """Return the versions of a policy that the actor may read, the newest first.

    What it said while it lived where the actor sees nothing is left out.
    """
    reach = access.reach_of(actor, Permission.POLICY_VIEW, above=True)
    versions = policy.versions.order_by("-number")
    if reach.is_everything:
        return versions
    now = Q(number=policy.version)
    return versions.filter(now | in_scope("lived_in", reach))


def get_version(policy: Policy, number: int, *, actor: Actor) -> PolicyVersion:
    """Return one version.

    Raises:
        PolicyVersionNotFoundError: there is none of that number that the actor may
            read.
    """
    version = list_versions(policy, actor=actor).filter(number=number).first()
    if version is None:
        raise PolicyVersionNotFoundError
    return version


def list_deleted(actor: Actor) -> QuerySet[Tombstone]:
    """Return the deleted policies that the actor may restore, the latest first."""
    places = namespace_selectors.list_namespaces_where(actor, Permission.POLICY_CREATE)
    return tombstones.list_tombstones("policy").filter(
        namespace_id__in=places.values("id")
    )

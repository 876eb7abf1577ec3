"""Where policies are attached, and which arrive at a namespace from above.

Attachments to routes are rows of the `routes` app, which lies above this one; they
are reached through the policy's reverse relations and never imported.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, ngettext

from console.core.actor import Actor
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from namespaces.scoping import in_scope
from policies.exceptions import AttachmentNotFoundError
from policies.models import AttachmentMode, NamespacePolicy, Policy

if TYPE_CHECKING:
    from namespaces.models import Namespace

ROUTE = "route_attachments__route"
MAX_LISTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Where a policy is attached, as one actor sees it.

    Attributes:
        attached: to routes by name, at most 50 of them; each with its route, that one's
            namespace, and who attached it when.
        route_count: how many there are.
        attachments: to namespaces that the actor sees, or below which they do.
        hidden_count: further attachments that the actor may not see.
    """

    attached: list[Any]
    route_count: int
    attachments: list[NamespacePolicy]
    hidden_count: int

    @property
    def routes(self) -> list[Any]:
        """The routes alone."""
        return [one.route for one in self.attached]

    @property
    def is_empty(self) -> bool:
        """The policy is attached nowhere."""
        return not (self.route_count or self.attachments or self.hidden_count)

    def in_words(self) -> str:
        """Say how many, such as `3 routes and 1 more that you may not see`."""
        places = len(self.attachments)
        parts = [
            ngettext("%(count)s route", "%(count)s routes", self.route_count)
            % {"count": self.route_count}
            if self.route_count
            else "",
            ngettext("%(count)s namespace", "%(count)s namespaces", places)
            % {"count": places}
            if places
            else "",
            gettext("%(count)s more that you may not see")
            % {"count": self.hidden_count}
            if self.hidden_count
            else "",
        ]
        named = [part for part in parts if part]
        if not named[1:]:
            return "".join(named)
        sides = {"first": ", ".join(named[:-1]), "last": named[-1]}
        return gettext("%(first)s and %(last)s") % sides

    def as_json(self) -> dict[str, Any]:
        """Return the same for the details of an error."""
        return {
            "routes": [
                {"id": str(route.pk), "name": route.name} for route in self.routes
            ],
            "route_count": self.route_count,
            "namespaces": [
                {
                    "id": str(one.namespace_id),
                    "name": one.namespace.name,
                    "mode": one.mode,
                }
                for one in self.attachments
            ],
            "hidden_count": self.hidden_count,
        }


def with_usage(policies: QuerySet[Policy], *, actor: Actor) -> QuerySet[Any]:
    """Annotate `route_count` and `namespace_count`: attachments that the actor sees.

    Databases work such columns out for the rows of a page only, after sorting.
    """
    return policies.annotate(
        route_count=_count(_on_routes(actor), "route_attachments"),
        namespace_count=_count(_on_namespaces(actor), "namespace_attachments"),
    )


def keep_attached(
    policies: QuerySet[Policy], *, actor: Actor, attached: bool
) -> QuerySet[Policy]:
    """Keep the policies with an attachment that the actor sees, or those without."""
    same = Policy.objects.filter(pk=OuterRef("pk"))
    anywhere = Exists(same.filter(_on_routes(actor))) | Exists(
        same.filter(_on_namespaces(actor))
    )
    return policies.filter(anywhere if attached else ~anywhere)


def list_unattached(actor: Actor) -> QuerySet[Policy]:
    """Return the policies of the namespaces that the actor sees that do nothing.

    Policies from above are left out: where those are attached, the actor may not know.
    """
    reach = access.reach_of(actor, Permission.POLICY_VIEW)
    own = Policy.objects.select_related("namespace").filter(
        in_scope("namespace_id", reach)
    )
    # They are attached at their namespace or below, which the actor sees as well.
    # Asked of each row: joins would put all policies together before the first is told.
    return own.filter(
        ~Exists(_rows_of("route_attachments")),
        ~Exists(_rows_of("namespace_attachments")),
    ).order_by("name", "pk")


def _rows_of(relation: str) -> QuerySet[Any]:
    """Return the attachments of one kind of a policy that is looked at."""
    table: Any = Policy._meta.get_field(relation).related_model  # noqa: SLF001
    rows: QuerySet[Any] = table._default_manager.filter(policy=OuterRef("pk"))  # noqa: SLF001
    return rows


def get_usage(
    policy: Policy, *, actor: Actor, outside: "Namespace | None" = None
) -> Usage:
    """Return where a policy is attached; with `outside`, only beyond that subtree."""
    elsewhere = (
        Q()
        if outside is None
        else ~access.subtree(outside.path, column="namespace__path")
    )
    routes = policy.routes.filter(
        elsewhere, access.namespace_filter(actor, Permission.ROUTE_VIEW)
    )
    all_attachments = policy.namespace_attachments.filter(elsewhere)
    attachments = list(
        all_attachments.filter(
            access.namespace_filter(actor, Permission.POLICY_VIEW, above=True)
        ).select_related("namespace")
    )
    route_count = routes.count()
    everything = policy.routes.filter(elsewhere).count() + all_attachments.count()
    attached = policy.route_attachments.filter(route__in=routes).select_related(
        "route__namespace"
    )
    return Usage(
        attached=list(attached.order_by("route__name", "pk")[:MAX_LISTED]),
        route_count=route_count,
        attachments=attachments,
        hidden_count=everything - route_count - len(attachments),
    )


def get_attachment(
    policy: Policy, namespace_id: UUID, *, actor: Actor
) -> NamespacePolicy:
    """Return how a policy is attached to a namespace that the actor sees.

    Raises:
        AttachmentNotFoundError: it isn't attached there, or the actor sees nothing.
    """
    found = policy.namespace_attachments.filter(
        access.namespace_filter(actor, Permission.POLICY_VIEW),
        namespace_id=namespace_id,
    )
    attachment = found.select_related("namespace").first()
    if attachment is None:
        raise AttachmentNotFoundError
    return attachment


def list_places_attached(
    policies: Iterable[Policy], *, actor: Actor
) -> list[tuple[str, str]]:
    """Return the namespaces that the actor sees and any of the policies is attached to.

    Each as id and name, in the order of names.
    """
    rows = NamespacePolicy.objects.filter(
        access.namespace_filter(actor, Permission.POLICY_VIEW), policy__in=policies
    )
    found = rows.order_by("namespace__name", "namespace_id").values_list(
        "namespace_id", "namespace__name"
    )
    return [(str(pk), name) for pk, name in dict.fromkeys(found)]


def list_enforced(policy: Policy) -> list[NamespacePolicy]:
    """Return the attachments by which a policy is enforced, whoever asks."""
    enforced = policy.namespace_attachments.filter(mode=AttachmentMode.ENFORCED)
    return list(enforced.select_related("namespace"))


def is_any_public_inherited() -> bool:
    """Answer whether any namespace lets its routes inherit what lets in anybody."""
    return NamespacePolicy.objects.filter(
        mode=AttachmentMode.INHERITED, policy__allows_anonymous=True
    ).exists()


def list_attached_above(namespace: "Namespace") -> list[NamespacePolicy]:
    """Return what arrives at a namespace: attached to it, or to one above it.

    In the order of the path, then by name. Enforced policies always arrive; inherited
    ones from above only as far as no namespace on the way has switched that off.
    """
    return list_arriving([namespace])[namespace.pk]


def list_attached_within(
    namespace: "Namespace", *, living_in: Iterable[str]
) -> list[NamespacePolicy]:
    """Return what is attached in or below a namespace and lives at one of the paths."""
    rows = NamespacePolicy.objects.filter(
        access.subtree(namespace.path, "namespace__path"),
        policy__namespace__path__in=list(living_in),
    )
    return list(rows.select_related("policy", "namespace"))


def list_arriving(
    namespaces: Iterable["Namespace"],
    *,
    chains: "Mapping[UUID, Sequence[Namespace]] | None" = None,
) -> dict[UUID, list[NamespacePolicy]]:
    """Return the same for several namespaces, in two queries; their chains save one."""
    if chains is None:
        chains = namespace_selectors.list_chains(namespaces)
    found: dict[UUID, list[NamespacePolicy]] = {}
    attachments = (
        NamespacePolicy.objects.filter(
            namespace__in={one.pk for chain in chains.values() for one in chain}
        )
        .select_related("policy", "policy__namespace", "namespace")
        .order_by("namespace__depth", "policy__name", "pk")
    )
    for one in attachments:
        found.setdefault(one.namespace_id, []).append(one)
    return {pk: _arriving(chain, found) for pk, chain in chains.items()}


def _arriving(
    chain: "Sequence[Namespace]", attached: Mapping[UUID, list[NamespacePolicy]]
) -> list[NamespacePolicy]:
    switched_off = [at for at, one in enumerate(chain) if not one.inherits_policies]
    inheriting = {one.pk for one in chain[max(switched_off, default=0) :]}
    return [
        attachment
        for namespace in chain
        for attachment in attached.get(namespace.pk, [])
        if attachment.mode == AttachmentMode.ENFORCED or namespace.pk in inheriting
    ]


def _on_routes(actor: Actor) -> Q:
    reach = access.reach_of(actor, Permission.ROUTE_VIEW)
    return Q(route_attachments__isnull=False) & in_scope(
        f"{ROUTE}__namespace_id", reach
    )


def _on_namespaces(actor: Actor) -> Q:
    # Above as well: what is in force in a namespace is shown there (decision 8).
    reach = access.reach_of(actor, Permission.POLICY_VIEW, above=True)
    return Q(namespace_attachments__isnull=False) & in_scope(
        "namespace_attachments__namespace_id", reach
    )


def _count(condition: Q, relation: str) -> Coalesce:
    rows = Policy.objects.filter(condition, pk=OuterRef("pk")).order_by()
    counted = rows.values("pk").annotate(n=Count(relation)).values("n")
    return Coalesce(Subquery(counted), 0)

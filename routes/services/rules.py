"""What every write of a route checks, and how it is recorded.

Called under the writers' lock; rights are read anew, so what is found here still
holds at the commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings as django_settings
from django.utils.translation import gettext

from console.core import audit, outbox
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import PermissionDeniedError, StaleVersionError
from console.core.models import AuditEvent
from namespaces import access
from namespaces.permissions import Permission
from policies import selectors as policy_selectors
from routes import selectors
from routes.exceptions import (
    FileSettingError,
    RouteNameTakenError,
    RouteOpenToAnyoneError,
    UnknownPolicyError,
)
from routes.models import Route
from routes.settings_table import FILE_KEYS
from routes.validation import Allowlist

if TYPE_CHECKING:
    from namespaces.models import Namespace
    from policies.models import Policy

BATCH = 500
MAX_REASON_LENGTH = 500
PLAIN = frozenset({"name", "description", "logo_url", "show_error_details"})
"""Settings that change nothing about which requests go where."""


def afresh(actor: Actor) -> Actor:
    """Return the actor without what was read of their rights before the lock."""
    return replace(actor, cache={})


def allowlist() -> Allowlist:
    """Return the upstreams that the operator permits although they are refused."""
    return Allowlist.of(django_settings.UPSTREAM_ALLOWLIST)


def load(
    route_id: UUID | str, permission: Permission, *, actor: Actor
) -> tuple[Route, Actor]:
    """Return a route that the actor may change, and the actor with fresh rights.

    Raises:
        RouteNotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: they see it, but may not do this where it lives.
    """
    actor = afresh(actor)
    route = selectors.get_route(route_id, actor=actor)
    if not access.can(actor, permission, route.namespace):
        raise PermissionDeniedError(
            gettext(
                "this route lives in %(name)s; `%(value)s` needs another role there"
            )
            % {"name": route.namespace.name, "value": permission.value}
        )
    return route, actor


def check_version(route: Route, version: int) -> None:
    """Refuse when somebody else saved since the caller looked.

    Raises:
        StaleVersionError: `details` has the current number, who saved and when, and
            what changed since the version that the caller saw.
    """
    if route.version == version:
        return
    newest, changed = selectors.changes_since(route, version)
    raise StaleVersionError(
        gettext("%(actor_label)s saved version %(version)s in the meantime")
        % {
            "actor_label": newest.actor_label if newest else gettext("somebody else"),
            "version": route.version,
        },
        details={
            "current_version": route.version,
            "saved_by": newest.actor_label if newest else "",
            "saved_at": route.modified_at.isoformat(),
            "changed": changed,
            "current": state_of(route),
        },
    )


def check_names_are_free(
    names: Sequence[str], namespace: "Namespace", *, besides: Iterable[UUID] = ()
) -> None:
    """Refuse names that other routes of the namespace have, in whatever case.

    Raises:
        RouteNameTakenError: one is taken, or there twice.
    """
    rows = Route.objects.filter(namespace=namespace).exclude(pk__in=list(besides))
    if len(names) == 1:
        rows = rows.filter(name__iexact=names[0])
    taken = {name.lower() for name in rows.values_list("name", flat=True)}
    for name in names:
        if name.lower() in taken:
            raise RouteNameTakenError(
                gettext("%(owner)s already has a route `%(name)s`")
                % {"owner": namespace.name, "name": name},
                fields={"name": [gettext("this name is taken here")]},
            )
        taken.add(name.lower())


def attachable(
    policy_ids: Iterable[UUID | str | None], namespace: "Namespace", *, actor: Actor
) -> dict[UUID, "Policy"]:
    """Return policies that routes of a namespace may have, by id.

    Raises:
        UnknownPolicyError: one isn't there, or not to be seen, or lives elsewhere.
    """
    wanted: dict[UUID, None] = {}
    unknown: list[object] = []
    for given in policy_ids:
        policy_id = as_uuid(given)
        if policy_id is None:
            unknown.append(given)
        else:
            wanted[policy_id] = None
    rows = policy_selectors.list_attachable(namespace, actor=actor)
    found: dict[UUID, Policy] = {}
    ids = list(wanted)
    for start in range(0, len(ids), BATCH):
        part = rows.filter(pk__in=ids[start : start + BATCH])
        found |= {policy.pk: policy for policy in part}
    unknown += [one for one in wanted if one not in found]
    if unknown:
        raise UnknownPolicyError(unknown)
    return found


def as_uuid(given: UUID | str | None) -> UUID | None:
    """Return an id that came from outside, or None when it can't be one."""
    try:
        return given if isinstance(given, UUID) else UUID(str(given))
    except ValueError:
        return None


def check_openness(*, is_open: bool, namespace: "Namespace", actor: Actor) -> None:
    """Refuse what could let in anybody, unless an admin wants it (decision 4).

    Raises:
        RouteOpenToAnyoneError: the actor is no admin of the namespace.
    """
    if is_open and not access.can(actor, Permission.ROUTE_OPEN_TO_ANYONE, namespace):
        raise RouteOpenToAnyoneError


def check_reserved(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    namespace: "Namespace",
    *,
    actor: Actor,
) -> None:
    """Refuse a change of what only admins may set: Rego, and files of the proxy.

    The proxy reads such a file as itself, and sends what is in it to an upstream that
    the route names.

    Raises:
        PermissionDeniedError: Rego is for admins of the namespace.
        FileSettingError: so are settings that name files.
    """
    old = before or {}
    if _rego(old) != _rego(after):
        access.check_can(actor, Permission.POLICY_EDIT_REGO, namespace.pk)
    named = [key for key in FILE_KEYS if key in after and old.get(key) != after[key]]
    if named and not access.can(actor, Permission.ROUTE_NAME_FILES, namespace):
        raise FileSettingError(named)


def _rego(settings: Mapping[str, Any]) -> Any:
    return settings.get("upstream_tunnel", {}).get("ssh_policy_rego")


def policy_ids_of(route: Route) -> list[UUID]:
    """Return the ids of the attached policies, in their order."""
    return list(route.attachments.values_list("policy_id", flat=True))


def state_of(
    route: Route, *, policy_ids: Iterable[UUID] | None = None
) -> dict[str, Any]:
    """Return a route as the audit log keeps it; secrets are masked."""
    ids = policy_ids_of(route) if policy_ids is None else policy_ids
    return {
        "settings": selectors.masked_settings(route),
        "policy_ids": [str(one) for one in ids],
        "inherits_policies": route.inherits_policies,
        "namespace_id": str(route.namespace_id),
        "version": route.version,
    }


def change(
    verb: str,
    route: Route,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    seen_from: UUID | None = None,
) -> Change:
    """Return the audit log's word for what happened to a route.

    `seen_from` is where it may be read when the route's namespace is no more.
    """
    return Change(
        action=f"route.{verb}",
        target_type="route",
        target_id=route.pk,
        target_label=route.name,
        namespace_id=seen_from or route.namespace_id,
        before=before,
        after=after,
    )


def record(
    changes: Sequence[Change], *, actor: Actor, now: datetime, reason: str = ""
) -> list[AuditEvent]:
    """Write the audit events of changes, and tell enforcement of each."""
    reason = " ".join(reason.split())[:MAX_REASON_LENGTH]
    events = audit.record_all(changes, actor=actor, now=now, reason=reason)
    outbox.enqueue_all("routes", events, now=now)
    return events

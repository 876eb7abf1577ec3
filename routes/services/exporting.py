"""Exporting routes and policies as a configuration of Core."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from console.core import audit
from console.core.actor import Actor
from console.core.audit import Change
from console.core.transactions import writing
from namespaces import access
from namespaces.permissions import Permission
from routes.exceptions import ExportRefusedError
from routes.exports import Export, export_core
from routes.services import rules

MAX_NAMED = 3


@writing()
def export_configuration(
    *,
    namespace_id: UUID | str,
    actor: Actor,
    now: datetime,
    with_secrets: bool = False,
) -> Export:
    """Return the configuration of a namespace and all below it.

    Secrets are for admins of the namespace, and only when asked for; that is recorded.

    Raises:
        NamespaceNotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: the actor may not have its secrets.
        ExportRefusedError: Core can't be told some policies; `details` lists them.
    """
    actor = rules.afresh(actor)
    needed = Permission.SETTINGS_EDIT if with_secrets else Permission.ROUTE_VIEW
    namespace = access.check_can(actor, needed, namespace_id)
    export = export_core(namespace, actor=actor, with_secrets=with_secrets)
    if export.refusals:
        raise _refused(export)
    if with_secrets:
        audit.record(
            Change(
                action="configuration.exported",
                target_type="namespace",
                target_id=namespace.pk,
                target_label=namespace.name,
                namespace_id=namespace.pk,
                after={"routes": export.routes, "with_secrets": True},
            ),
            actor=actor,
            now=now,
        )
    return export


def _refused(export: Export) -> ExportRefusedError:
    names = list(dict.fromkeys(one.route for one in export.refusals))
    shown = ", ".join(f"`{name}`" for name in names[:MAX_NAMED])
    rest = len(names) - MAX_NAMED
    more = f" and {rest} more" if rest > 0 else ""
    return ExportRefusedError(
        gettext("Core can't be told the policies of %(shown)s%(more)s")
        % {"shown": shown, "more": more},
        details={
            "refusals": [
                {
                    "route": one.route,
                    "namespace": one.namespace,
                    "policy": one.policy,
                    "why": one.why,
                }
                for one in export.refusals
            ]
        },
    )

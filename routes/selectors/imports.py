"""Reads of imports: seen by whoever may import where they lead."""

from uuid import UUID

from django.db.models import QuerySet

from console.core.actor import Actor
from namespaces.permissions import Permission
from routes.exceptions import ImportNotFoundError
from routes.models import ImportRun


def list_imports(actor: Actor) -> QuerySet[ImportRun]:
    """Return the imports into namespaces where the actor may import, latest first."""
    runs: QuerySet[ImportRun] = ImportRun.objects.visible_to(
        actor, Permission.ROUTE_CREATE
    ).select_related("namespace")
    return runs


def get_import(run_id: UUID | str, *, actor: Actor) -> ImportRun:
    """Return an import that the actor sees.

    Raises:
        ImportNotFoundError: it isn't there, or the actor may not see it.
    """
    run = list_imports(actor).filter(pk=run_id).first()
    if run is None:
        raise ImportNotFoundError
    return run


def find_import(run_id: UUID | str) -> ImportRun:
    """Return an import by its id, whoever it belongs to. For workers only.

    Raises:
        ImportNotFoundError: it isn't there.
    """
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        raise ImportNotFoundError
    return run

"""The one door for reads: every list of things in namespaces starts here."""

from typing import Any, Self, TypeVar

from django.db import models
from django.db.models.sql.compiler import SQLCompiler

from console.core.actor import Actor
from console.core.models import Versioned
from namespaces import access
from namespaces.models import Namespace
from namespaces.permissions import Permission

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class InScope(models.Func):
    """Lives in one of the namespaces where an actor may do something.

    Both databases read those once, and then look each row up among them. The first
    page of a list is best read along the index of its order, until it is full;
    PostgreSQL weighs that against sorting all that is in scope, SQLite has to be told.

    With `row_by_row`, rows are found by something else and looked up, never the other
    way round: for the few rows that belong to one row of a page.
    """

    conditional = True
    output_field = models.BooleanField()

    def __init__(
        self, column: str, reach: access.Reach, *, row_by_row: bool = False
    ) -> None:
        super().__init__(models.F(column))
        self._reach = reach
        self._row_by_row = row_by_row

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: Any, **_: Any
    ) -> tuple[str, list[Any]]:
        """Return the condition, one range of paths for each subtree."""
        column, params = compiler.compile(self.source_expressions[0])
        name = connection.ops.quote_name
        path = name("path")
        ranges = [f"({path} >= %s AND {path} < %s)"] * len(self._reach.subtrees)
        single = ["%s"] * len(self._reach.ancestors)
        named = [f"{path} IN ({', '.join(single)})"] if single else []
        where = " OR ".join([*ranges, *named])
        bounds = [end for one in self._reach.subtrees for end in access.bounds(one)]
        table = name(Namespace._meta.db_table)  # noqa: SLF001 - Django's API
        scope = f"SELECT {name('id')} FROM {table} WHERE {where}"  # noqa: S608 - names
        return f"{column} IN ({scope})", [*params, *bounds, *self._reach.ancestors]

    def as_sqlite(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: Any, **_: Any
    ) -> tuple[str, list[Any]]:
        """Return the condition; a `+` keeps it off the index of namespaces."""
        sql, params = self.as_sql(compiler, connection)
        aside = self._row_by_row or _follows_an_index(compiler.query)
        return f"{'+' if aside else ''}{sql}", params

    def as_postgresql(
        self, compiler: SQLCompiler, connection: Any, **_: Any
    ) -> tuple[str, list[Any]]:
        """Return the condition; one that is tested itself is not made into a join."""
        sql, params = self.as_sql(compiler, connection)
        return f"({sql}) IS TRUE" if self._row_by_row else sql, params


def in_scope(column: str, reach: access.Reach) -> models.Q:
    """Return the condition that a row found otherwise lives where the reach goes."""
    if reach.is_everything:
        return models.Q()
    if not reach.subtrees:
        return models.Q(pk__in=[])
    return models.Q(InScope(column, reach, row_by_row=True))


def below(path: str, column: str = "namespace_id") -> models.Q:
    """Return the condition that rows live in the namespace at a path, or below it.

    For lists that are read in an order of their own; elsewhere `access.subtree`.
    """
    reach = access.Reach((path,))
    return models.Q() if reach.is_everything else models.Q(InScope(column, reach))


def _follows_an_index(query: Any) -> bool:
    """It reads a page in an order that an index of the table has."""
    first = str(query.order_by[0]).lstrip("-") if query.order_by else ""
    indexes = query.model._meta.indexes  # noqa: SLF001 - Django's API
    return query.is_sliced and any(one.fields[:1] == [first] for one in indexes)


class NamespacedQuerySet(models.QuerySet[M_co]):
    """Rows that live in a namespace."""

    def visible_to(self, actor: Actor, permission: Permission) -> Self:
        """Keep the rows that live where the actor holds `permission`."""
        return self._in_scope(access.reach_of(actor, permission))

    def _in_scope(self, reach: access.Reach) -> Self:
        if reach.is_everything:
            return self.all()
        if not reach.subtrees:
            return self.none()
        return self.filter(InScope("namespace_id", reach))


class SharedDownQuerySet(NamespacedQuerySet[M_co]):
    """Rows that are also seen by the namespaces below their own."""

    def visible_to(self, actor: Actor, permission: Permission) -> Self:
        """Keep the rows of where the actor holds `permission`, and from above."""
        return self._in_scope(access.reach_of(actor, permission, above=True))


class NamespacedModel(Versioned):
    """Lives in one namespace."""

    namespace = models.ForeignKey(
        "namespaces.Namespace", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

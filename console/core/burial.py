"""Taking rows away with all that can't be without them, and putting them back.

What may go, who may do it, and what else follows from it is decided by the apps whose
rows they are; here rows are only followed from key to key. What is gathered becomes
the snapshot of a tombstone.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db.models import (
    CASCADE,
    PROTECT,
    RESTRICT,
    SET_NULL,
    ForeignObjectRel,
    Model,
    QuerySet,
)
from django.utils.translation import gettext

from console.core.exceptions import ConflictError, TooLargeError

BATCH = 500
MAX_ROWS = 20_000
GOES_ALONG = frozenset({CASCADE, PROTECT, RESTRICT})

Rows = dict[type[Model], dict[Any, Any]]


class Burial:
    """Rows that go together, by model and key.

    Attributes:
        rows: those that go.
        held: the models of rows that the database would refuse to let go silently.
        released: what stays and only forgets a row that goes: model, field, key of
            the row that stays, and the key that it forgets.
    """

    def __init__(self) -> None:
        self.rows: Rows = {}
        self.held: set[type[Model]] = set()
        self.released: list[tuple[str, str, str, str]] = []

    def of(self, label: str) -> list[Any]:
        """Return the rows of a model, such as `routes.Route`."""
        return list(self.rows.get(apps.get_model(label), {}).values())

    def snapshot(self) -> dict[str, Any]:
        """Return everything as values that JSON can hold, once encoded."""
        return {
            "rows": {
                model._meta.label: [_values(row) for row in rows.values()]  # noqa: SLF001
                for model, rows in self.rows.items()
            },
            "released": [list(one) for one in self.released],
        }

    def remove(self) -> None:
        """Take the rows away, in the caller's transaction."""
        for label, field, key, _ in self.released:
            _all(apps.get_model(label)).filter(pk=key).update(**{field: None})
        for model, rows in self.rows.items():
            for part in _parts(rows):
                # Without Django's search for what hangs on them: that goes as well.
                # Keys are compared at the commit, so the order is free.
                doomed = _all(model).filter(pk__in=part)
                doomed._raw_delete(doomed.db)  # noqa: SLF001 - Django's own way for this

    def insert(self) -> None:
        """Put the rows back, in the caller's transaction.

        Raises:
            ConflictError: one of them points to a row that is gone.
        """
        for model, rows in self.rows.items():
            for row in rows.values():
                row._state.adding = True  # noqa: SLF001 - read from a snapshot
            self._check_targets(model)
            _all(model).bulk_create(rows.values(), batch_size=BATCH)
        for label, field, key, value in self.released:
            still_free = {"pk": key, f"{field}__isnull": True}
            _all(apps.get_model(label)).filter(**still_free).update(**{field: value})

    def _check_targets(self, model: type[Model]) -> None:
        """Refuse what points outside of the rows to something that is there no more."""
        for field in model._meta.concrete_fields:  # noqa: SLF001
            target = field.related_model
            if target is None or not isinstance(target, type):
                continue
            ours = self.rows.get(target, {})
            wanted = {getattr(row, field.attname) for row in self.rows[model].values()}
            outside = wanted - {None} - set(ours)
            found = set(
                _all(target).filter(pk__in=outside).values_list("pk", flat=True)
            )
            if outside - found:
                raise ConflictError(
                    gettext(
                        "%(count)s %(verbose_name_plural)s that it needs are there no "
                        "more; restore these first"
                    )
                    % {
                        "count": len(outside - found),
                        "verbose_name_plural": target._meta.verbose_name_plural,  # noqa: SLF001
                    }
                )


def too_large(limit: int = 0) -> TooLargeError:
    """Return what is said when more would go than may go at a time."""
    return TooLargeError(
        gettext("more than %(limit)s things would go at a time; delete it in parts")
        % {"limit": limit or MAX_ROWS}
    )


def gather(
    roots: Iterable[Model], *, without: Collection[type[Model]] = (), limit: int = 0
) -> Burial:
    """Return rows with all rows that can't be without them; `without` are left out.

    Raises:
        TooLargeError: these are too many to go at a time.
    """
    burial = Burial()
    waiting = _grouped(roots)
    while waiting:
        model, fresh = waiting.popitem()
        known = burial.rows.setdefault(model, {})
        fresh = {key: row for key, row in fresh.items() if key not in known}
        known.update(fresh)
        if sum(map(len, burial.rows.values())) > (limit or MAX_ROWS):
            raise too_large(limit)
        for relation in _relations(model, without):
            for row in _pointing(relation, fresh):
                if relation.on_delete is SET_NULL:
                    burial.released.append(_forgetting(relation, row))
                    continue
                if relation.on_delete is not CASCADE:
                    burial.held.add(type(row))
                waiting.setdefault(type(row), {})[row.pk] = row
    return burial


def read(snapshot: Mapping[str, Any]) -> Burial:
    """Return the burial that a snapshot was made of. Nothing is saved."""
    burial = Burial()
    for label, rows in snapshot["rows"].items():
        model = apps.get_model(label)
        fields = model._meta.concrete_fields  # noqa: SLF001
        made = [
            model(
                **{
                    one.attname: one.to_python(row[one.attname])
                    for one in fields
                    if one.attname in row  # columns may be younger than the snapshot
                }
            )
            for row in rows
        ]
        burial.rows[model] = {row.pk: row for row in made}
    burial.released = [(a, b, c, d) for a, b, c, d in snapshot["released"]]
    return burial


def _relations(
    model: type[Model], without: Collection[type[Model]]
) -> Iterator[ForeignObjectRel]:
    # Hidden ones as well: most rows that live in a namespace have no way back.
    for relation in model._meta.get_fields(include_hidden=True):  # noqa: SLF001
        if (
            isinstance(relation, ForeignObjectRel)
            and relation.related_model not in without
            and (relation.on_delete in GOES_ALONG or relation.on_delete is SET_NULL)
        ):
            yield relation


def _pointing(relation: ForeignObjectRel, rows: Mapping[Any, Model]) -> Iterator[Model]:
    table: Any = relation.related_model
    for part in _parts(rows):
        yield from _all(table).filter(**{f"{relation.field.name}__in": part})


def _forgetting(relation: ForeignObjectRel, row: Model) -> tuple[str, str, str, str]:
    field: Any = relation.field
    value = getattr(row, field.attname)
    return row._meta.label, field.attname, str(row.pk), str(value)  # noqa: SLF001


def _grouped(roots: Iterable[Model]) -> Rows:
    grouped: Rows = {}
    for row in roots:
        grouped.setdefault(type(row), {})[row.pk] = row
    return grouped


def _values(row: Model) -> dict[str, Any]:
    fields = row._meta.concrete_fields  # noqa: SLF001
    return {one.attname: getattr(row, one.attname) for one in fields}


def _all(model: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._base_manager.filter()  # noqa: SLF001 - unlimited
    return rows


def _parts(keys: Iterable[Any]) -> Iterator[list[Any]]:
    every = list(keys)
    for start in range(0, len(every), BATCH):
        yield every[start : start + BATCH]

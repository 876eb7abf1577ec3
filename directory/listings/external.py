"""What the lists of external data can be asked: sources, their records, their runs."""

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_noop

from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from console.core.generic.listing import Column, Filter, Listing
from console.core.http import uuid_from
from directory import selectors
from directory.models import (
    DataRun,
    ExternalDataSource,
    ExternalRecord,
    RunState,
)


class DataSourceListing(Listing[ExternalDataSource]):
    """Where external data come from."""

    name = gettext_noop("external data sources")
    columns = (
        Column(
            name="type",
            label=gettext_noop("Type of records"),
            value=lambda row: row.record_type,
            order_by=("record_type",),
        ),
        Column(
            name="key",
            label=gettext_noop("Found by"),
            value=lambda row: row.foreign_key,
            order_by=("foreign_key",),
            hide="narrow",
        ),
        Column(
            name="records",
            label=gettext_noop("Records"),
            value=lambda row: row.record_count,
            order_by=("record_count",),
            align="end",
        ),
        Column(
            name="complete",
            label=gettext_noop("Last complete"),
            value=lambda row: row.complete_at,
            order_by=("complete_at",),
        ),
        Column(
            name="next",
            label=gettext_noop("Next run"),
            value=lambda row: row.next_run_at,
            order_by=("next_run_at",),
            hide="narrow",
        ),
    )
    default_sort = "type"
    search_help = gettext_noop("Keeps the sources with this in type or address.")

    def rows(self, actor: Actor) -> QuerySet[ExternalDataSource]:
        """Return the sources that the actor may see."""
        return selectors.list_managed_sources(actor)

    def search(
        self, rows: QuerySet[ExternalDataSource], text: str
    ) -> QuerySet[ExternalDataSource]:
        """Look into type and address."""
        return rows.filter(record_type__icontains=text) | rows.filter(
            url__icontains=text
        )


class RecordListing(Listing[ExternalRecord]):
    """The records of one source, or of all."""

    name = gettext_noop("external records")
    columns = (
        Column(
            name="key",
            label=gettext_noop("Key"),
            value=lambda row: row.record_id,
            order_by=("record_id",),
        ),
        Column(
            name="network",
            label=gettext_noop("Network"),
            value=lambda row: row.network,
            order_by=("network",),
            hide="narrow",
        ),
        Column(name="data", label=gettext_noop("Data"), value=lambda row: row.data),
    )
    filters = (
        Filter(
            name="source",
            label=gettext_noop("Source"),
            apply=lambda rows, text, _: rows.filter(
                source_id=uuid_from(text, name="source")
            ),
            help=gettext_noop("Id of a source: keeps its records."),
        ),
    )
    default_sort = "key"
    search_help = gettext_noop("Keeps the records with this in key, network or data.")

    def __init__(self, source: ExternalDataSource | None = None) -> None:
        self.source = source

    def rows(self, actor: Actor) -> QuerySet[ExternalRecord]:
        """Return the records that the actor may see."""
        found = selectors.list_records(actor)
        return found.filter(source=self.source) if self.source else found

    def search(
        self, rows: QuerySet[ExternalRecord], text: str
    ) -> QuerySet[ExternalRecord]:
        """Look into key, network and data."""
        return selectors.search_records(rows, text)


def _in_run_state(rows: QuerySet[DataRun], text: str, _: Actor) -> QuerySet[DataRun]:
    if text not in RunState.values:
        raise ValidationFailedError(
            fields={"state": [gettext("there is no such state")]}
        )
    return rows.filter(state=text)


class DataRunListing(Listing[DataRun]):
    """The runs of all sources."""

    name = gettext_noop("external data runs")
    columns = (
        Column(
            name="started",
            label=gettext_noop("Started"),
            value=lambda row: row.created_at,
            order_by=("created_at", "fence"),
        ),
        Column(
            name="source",
            label=gettext_noop("Source"),
            value=lambda row: row.source.record_type,
            order_by=("source__record_type",),
        ),
        Column(
            name="state",
            label=gettext_noop("State"),
            value=lambda row: row.state,
            order_by=("state",),
        ),
    )
    filters = (
        Filter(
            name="source",
            label=gettext_noop("Source"),
            apply=lambda rows, text, _: rows.filter(
                source_id=uuid_from(text, name="source")
            ),
            help=gettext_noop("Id of a source: keeps its runs."),
        ),
        Filter(
            name="state",
            label=gettext_noop("State"),
            apply=_in_run_state,
            choices=lambda _: RunState.choices,
            control="select",
            help=gettext_noop("Code of a state, such as `held`."),
        ),
    )
    default_sort = "-started"
    search_help = gettext_noop("Keeps the runs of sources with this in their type.")

    def rows(self, actor: Actor) -> QuerySet[DataRun]:
        """Return the runs that the actor may see."""
        return selectors.list_data_runs(actor)

    def search(self, rows: QuerySet[DataRun], text: str) -> QuerySet[DataRun]:
        """Look into the type of the source."""
        return rows.filter(source__record_type__icontains=text)

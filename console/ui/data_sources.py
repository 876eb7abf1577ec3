"""Pages of external data: sources, their records, and how they are read."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from console.core.exceptions import ConsoleError
from console.core.generic.pages import (
    ActorMixin,
    ConfirmPage,
    F,
    FormPage,
    ListPage,
    Page,
    add_errors,
)
from console.core.generic.paging import list_state
from console.ui import data_runs as runs
from console.ui import trials
from console.ui.data_source_forms import DataSourceForm, EditDataSourceForm
from console.ui.directory_runs import is_under_way
from directory import selectors, services
from directory.external.formats import FORMATS
from directory.external.records import FOREIGN_KEYS, INDEX
from directory.listings.external import DataSourceListing, RecordListing
from policies import selectors as policy_selectors

RECENT, MAX_LISTED = 20, 50
KINDS = frozenset({"http_json"})


class DataSourcesPage(ListPage):
    """All of them, with what somebody should look at."""

    title = gettext_noop("External data")
    template_name = "directory/data_source_list.html"
    listing = DataSourceListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Refuse those to whom the list would look empty; add the troubles."""
        selectors.check_may_edit_directory(self.actor)
        context = super().get_context_data(**kwargs)
        troubles = {
            one.pk: text
            for one, text in selectors.list_data_troubles(
                self.actor, now=self.now
            ).items()
        }
        rows = [
            {"source": one, "trouble": troubles.get(one.pk, "")}
            for one in context["list"].rows
        ]
        return context | {"rows": rows, "found_by": dict(FOREIGN_KEYS)}


class OfDataSource(ActorMixin):
    """Knows the source of the URL."""

    @cached_property
    def source(self) -> Any:
        """The source of the URL."""
        return selectors.get_data_source(self.kwargs["id"], actor=self.actor)

    @property
    def page_url(self) -> str:
        """Its own page."""
        return reverse("directory:data-source-detail", args=[self.source.pk])


class DataSourcePage(OfDataSource, Page):
    """A source: how it is read, what it has, who asks for it, how the runs went."""

    template_name = "directory/data_source_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add its facts, fields and latest runs."""
        source = self.source
        latest = selectors.list_data_runs(self.actor).filter(source=source)[:RECENT]
        found = [runs.run_row(run) for run in latest]
        troubles = selectors.list_data_troubles(self.actor, now=self.now)
        asking = policy_selectors.list_naming(source.record_type, actor=self.actor)
        return super().get_context_data(
            title=source.record_type,
            source=source,
            facts=_facts_of(source),
            trouble=troubles.get(source, ""),
            fields=source.fields,
            field_columns=trials.FIELD_COLUMNS,
            policies=[
                (one, reverse("policies:policy-detail", args=[one.pk]))
                for one in asking[:MAX_LISTED]
            ],
            policy_count=asking.count(),
            policies_url=f"{reverse('policies:policy-list')}"
            f"?{urlencode({'q': source.record_type})}",
            is_busy=any(is_under_way(run) for run in latest),
            run_columns=runs.RUN_COLUMNS,
            runs=found,
            **kwargs,
        )


def _facts_of(source: Any) -> list[dict[str, Any]]:
    return [
        {
            "label": gettext("Found by"),
            "value": dict(FOREIGN_KEYS).get(source.foreign_key),
        },
        {"label": gettext("Address"), "value": source.url, "code": True},
        {"label": gettext("Format"), "value": dict(FORMATS)[source.format]},
        {
            "label": gettext("Field with the key"),
            "value": source.key_field,
            "code": True,
        },
        {
            "label": gettext("Where the list is"),
            "value": source.items,
            "empty": gettext("At the top"),
        },
        {"label": gettext("Files"), "value": source.files, "empty": "All"},
        {"label": gettext("Held above"), "value": f"{source.brake_percent} % gone"},
    ]


class RecordsPage(OfDataSource, Page):
    """The records of a source, with a search in key and data."""

    template_name = "directory/data_source_records.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add one page of them."""
        listing = RecordListing(self.source)
        state = list_state(self.request, listing, actor=self.actor)
        rows = [
            {
                "key": one.record_id,
                "network": one.network,
                "data": trials.written(
                    {k: v for k, v in one.data.items() if k != INDEX}
                ),
            }
            for one in state.rows
        ]
        return super().get_context_data(
            title=gettext("Records of %(record_type)s")
            % {"record_type": self.source.record_type},
            source=self.source,
            list=state,
            rows=rows,
            **kwargs,
        )


class _DataSourceForm(FormPage[F]):
    template_name = "directory/data_source_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the accounts; only to those who may."""
        selectors.check_may_edit_directory(self.actor)
        accounts = selectors.list_service_accounts(self.actor).filter(kind__in=KINDS)
        return super().get_form_kwargs() | {"accounts": accounts.order_by("name")}

    def form_valid(self, form: F) -> HttpResponse:
        """Save, or only fetch it once and show what came."""
        if "test" not in self.request.POST:
            return super().form_valid(form)
        trial = None
        try:
            trial = services.try_data_source(
                actor=self.actor,
                now=self.now,
                **_without_type(form.tried),  # type: ignore[attr-defined]
            )
        except ConsoleError as error:
            add_errors(form, error)
        shown = trials.shown(trial) if trial else None
        return self.render_to_response(self.get_context_data(form=form, trial=shown))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        return super().get_context_data(cancel_url=self.cancel_url, **kwargs)

    @property
    def cancel_url(self) -> str:
        """The list."""
        return reverse("directory:data-source-list")


def _without_type(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "record_type"}


class CreateDataSourcePage(_DataSourceForm[DataSourceForm]):
    """A new source."""

    form_class = DataSourceForm
    title = gettext_noop("New source of external data")

    def save(self, form: DataSourceForm) -> str:
        """Add it; its first run begins within a minute."""
        source = services.create_data_source(
            actor=self.actor, now=self.now, **form.values
        )
        messages.success(
            self.request,
            gettext("%(record_type)s will be fetched in a moment.")
            % {"record_type": source.record_type},
        )
        return reverse("directory:data-source-detail", args=[source.pk])


class EditDataSourcePage(OfDataSource, _DataSourceForm[EditDataSourceForm]):
    """Change address, account, reading, schedule and brake."""

    form_class = EditDataSourceForm
    success_message = "Saved."

    @property
    def cancel_url(self) -> str:
        """Its page."""
        return self.page_url

    def get_title(self) -> str:
        """Its name."""
        return gettext("Edit %(record_type)s") % {
            "record_type": self.source.record_type
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        """Fill in the source."""
        source = self.source  # first: who may not see it hears that it isn't there
        return super().get_form_kwargs() | {"source": source}

    def save(self, form: EditDataSourceForm) -> str:
        """Save it."""
        services.update_data_source(
            self.source.pk,
            version=form.cleaned_data["version"],
            actor=self.actor,
            now=self.now,
            **form.values,
        )
        return self.page_url


class DeleteDataSourcePage(OfDataSource, ConfirmPage):
    """Delete a source that no policy asks for."""

    template_name = "directory/credential_confirm_delete.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what goes."""
        source = self.source
        return super().get_context_data(
            title=gettext("Delete %(record_type)s")
            % {"record_type": source.record_type},
            text=(
                gettext(
                    "The source goes with its %(record_count)s records and its runs. "
                    "Where the data come from, they stay: add the source again and "
                    "they are fetched anew. As long as a policy asks for these "
                    "records, the source can't be deleted."
                )
                % {"record_count": f"{source.record_count:,}"}
            ),
            hidden=[{"name": "version", "value": source.version}],
            cancel_url=self.page_url,
            **kwargs,
        )

    def carry_out(self) -> str:
        """Delete it."""
        version = self.request.POST.get("version", "")
        services.delete_data_source(
            self.source.pk,
            version=int(version) if version.isdecimal() else 0,
            actor=self.actor,
            now=self.now,
        )
        messages.success(self.request, gettext("The source is deleted."))
        return reverse("directory:data-source-list")

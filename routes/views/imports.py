"""Pages of the import: give a file, look at the plan, apply it, see what came out."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from console.core.exceptions import PermissionDeniedError
from console.core.generic.pages import ActionView, ActorMixin, FormPage, Page
from namespaces import access
from namespaces.permissions import Permission
from routes import selectors, services
from routes.exceptions import ImportChangedError, ImportNotReadyError
from routes.forms.import_form import ImportForm, OptionsForm
from routes.imports.plan import Options
from routes.imports.reader import FILE
from routes.models import ImportRun
from routes.views import import_display as display

PER_PAGE = 100
RECENT = 10


class StartPage(FormPage[ImportForm]):
    """Where a configuration is pasted, dropped or chosen."""

    title = gettext_noop("Import from Pomerium Core")
    template_name = "routes/imports/start.html"
    form_class = ImportForm

    def get_initial(self) -> dict[str, Any]:
        """Start in the chosen namespace."""
        chosen = self.request.GET.get("namespace", "")
        return {"namespace": chosen} if chosen else {}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the places where the person may import."""
        if not access.can_anywhere(self.actor, Permission.ROUTE_CREATE):
            raise PermissionDeniedError
        return super().get_form_kwargs() | {"actor": self.actor}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the latest imports."""
        runs = selectors.list_imports(self.actor).defer("source", "plan")[:RECENT]
        return super().get_context_data(
            limit=FILE.max_bytes,
            columns=display.RUN_COLUMNS,
            runs=[display.run_row(run) for run in runs],
            **kwargs,
        )

    def save(self, form: ImportForm) -> str:
        """Plan the import."""
        content, name = form.content()
        run = services.begin_import(
            namespace_id=form.cleaned_data["namespace"],
            content=content,
            file_name=name,
            options=Options(),
            actor=self.actor,
            now=self.now,
        )
        return reverse("routes:import-detail", args=[run.pk])


class OfImport(ActorMixin):
    """A page about the import of the URL; 404 when the person doesn't see it."""

    @cached_property
    def run(self) -> ImportRun:
        """The import."""
        return selectors.get_import(self.kwargs["id"], actor=self.actor)

    @property
    def page_url(self) -> str:
        """Its own page."""
        return reverse("routes:import-detail", args=[self.run.pk])


class ImportPage(OfImport, Page):
    """An import as it stands: under way, planned, refused, done or failed."""

    template_name = "routes/imports/detail.html"

    def get_title(self) -> str:
        """Return the name of the file."""
        return gettext("Import of %(file_name)s") % {
            "file_name": self.run.file_name or gettext("a configuration")
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the part of the plan that is looked at."""
        run = self.run
        context = {
            "run": run,
            "headline": display.headline(run),
            "routes_url": display.routes_url(run),
            **kwargs,
        }
        if display.is_under_way(run):
            context["progress"] = display.progress_of(run)
        if "fingerprint" in run.plan:
            shown = display.shown_part(run, self.request.GET.get("show", ""))
            rows = Paginator(display.rows_of(run, shown), PER_PAGE)
            context |= {
                "shown": shown,
                "tabs": display.tabs(run, shown),
                "page": rows.get_page(self.request.GET.get("page")),
                "columns": display.COLUMNS[shown],
                "options_form": OptionsForm(initial=run.plan["options"]),
                "differs": display.differs(run),
            }
        return super().get_context_data(**context)


class ImportProgress(OfImport, ActorMixin):
    """How far an import is; tells the page to reload when it is over."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Answer with the progress, which asks again in a second."""
        if not display.is_under_way(self.run):
            response = HttpResponse(status=204)
            response["HX-Refresh"] = "true"
            return response
        return render(
            request, "components/progress.html", display.progress_of(self.run)
        )


class ImportReview(OfImport, ActionView):
    """Plan again with other options, or because things have changed."""

    def carry_out(self) -> str:
        """Plan again."""
        form = OptionsForm(self.request.POST)
        options = form.options() if form.is_valid() else Options()
        try:
            services.review_import(
                self.run.pk, options=options, actor=self.actor, now=self.now
            )
        except ImportNotReadyError as error:
            messages.warning(self.request, error.message)
        return self.page_url


class ImportApply(OfImport, ActionView):
    """Start writing what the plan says."""

    def carry_out(self) -> str:
        """Let a worker begin."""
        try:
            services.start_import(
                self.run.pk,
                fingerprint=self.request.POST.get("fingerprint", ""),
                actor=self.actor,
                now=self.now,
            )
        except (ImportChangedError, ImportNotReadyError) as error:
            messages.warning(self.request, error.message)
        return self.page_url

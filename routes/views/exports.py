"""The export for Pomerium Core: choose a namespace, get a file."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy, gettext_noop

from console.core.exceptions import ConsoleError, NotFoundError
from console.core.generic.pages import FormPage, add_errors
from routes import services
from routes.forms.import_form import ExportForm

FILE_NAME = "pomerium-routes.yaml"


class ExportPage(FormPage[ExportForm]):
    """Routes and policies as a configuration file."""

    title = gettext_noop("Export for Pomerium Core")
    template_name = "routes/imports/export.html"
    form_class = ExportForm
    extra_context = {
        "refusal_columns": [
            {"label": gettext_lazy("Route")},
            {"label": gettext_lazy("Policy")},
            {"label": gettext_lazy("What stands in the way")},
        ]
    }

    def get_initial(self) -> dict[str, Any]:
        """Start with the chosen namespace."""
        chosen = self.request.GET.get("namespace", "")
        return {"namespace": chosen} if chosen else {}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the namespaces whose routes the person sees."""
        return super().get_form_kwargs() | {"actor": self.actor}

    def form_valid(self, form: ExportForm) -> HttpResponse:
        """Answer with the file, or say which routes stand in the way."""
        try:
            export = services.export_configuration(
                namespace_id=form.cleaned_data["namespace"],
                actor=self.actor,
                now=self.now,
                with_secrets=form.cleaned_data["with_secrets"],
            )
        except NotFoundError:
            raise
        except ConsoleError as error:
            add_errors(form, error)
            context = self.get_context_data(
                form=form, refusals=error.details.get("refusals", [])
            )
            return self.render_to_response(context, status=error.http_status)
        return as_file(self.request, export.text)


def as_file(request: HttpRequest, text: str) -> HttpResponse:
    """Return a text to be saved under its usual name."""
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response

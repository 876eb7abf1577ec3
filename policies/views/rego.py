"""Trying a text in Rego with input and records that are written as JSON."""

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from console.core import http
from console.core.actor import Actor
from console.core.exceptions import ConsoleError, ValidationFailedError
from console.core.generic.pages import Page
from policies import selectors, services
from policies.language import Outcome

MAX_JSON = 64 * 1024
BAD_ATTEMPT = 422
GIVEN = {
    "http": {
        "method": "GET",
        "host": "app.example.com",
        "hostname": "app.example.com",
        "path": "/",
        "headers": {"User-Agent": "Mozilla/5.0"},
        "client_certificate": {"presented": False},
        "ip": "203.0.113.7",
    },
    "session": {"id": "session-1", "user_id": "person-1"},
    "is_valid_client_certificate": True,
}
RECORDS = {
    "type.googleapis.com/session.Session": {
        "session-1": {"id": "session-1", "user_id": "person-1"}
    },
    "type.googleapis.com/user.User": {
        "person-1": {"id": "person-1", "email": "ada@example.com"}
    },
    "pomerium.io/DirectoryUser": {
        "person-1": {"id": "person-1", "group_ids": ["engineering"]}
    },
}


class JsonForm(forms.Form):
    """A request and records, as JSON."""

    given = forms.CharField(
        label="input",
        max_length=MAX_JSON,
        widget=forms.Textarea(attrs={"rows": 10, "class": "code"}),
    )
    records = forms.CharField(
        label=gettext_lazy("Records"),
        max_length=MAX_JSON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "class": "code"}),
        help_text=gettext_lazy("By type and id, as get_databroker_record finds them."),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        # It stands beside the policy's own form, whose fields have the usual ids.
        super().__init__(data, auto_id="try-rego-%s", **kwargs)


def rego_panel(*, actor: Actor) -> dict[str, Any]:
    """Return what partials/_try_rego.html shows before the first time."""
    initial = {
        "given": json.dumps(GIVEN, indent=2),
        "records": json.dumps(RECORDS, indent=2),
    }
    return {
        "form": JsonForm(initial=initial),
        "missing": selectors.missing_protection(),
        "answer": None,
        "error": None,
    }


class TryRegoPage(Page):
    """The answer of a text for a request in JSON; htmx gets the answer alone."""

    title = gettext_noop("Try a text in Rego")
    template_name = "policies/policy_try_rego.html"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Evaluate what was sent along."""
        answer, error = None, None
        try:
            answer = self._answer(request)
        except ConsoleError as refused:
            if refused.http_status in {403, 404}:
                raise
            error = refused
        is_ok = answer is not None or http.is_fragment(request)
        return self.render_to_response(
            self.get_context_data(answer=answer, error=error),
            status=200 if is_ok else BAD_ATTEMPT,
        )

    def _answer(self, request: HttpRequest) -> dict[str, Any]:
        namespace = request.POST.get("namespace", "")
        if not namespace:
            raise ValidationFailedError(gettext("choose a namespace first"))
        trial = services.try_rego(
            request.POST.get("source", ""),
            given=_json(request.POST.get("given", ""), "input"),
            records=_json(request.POST.get("records", "") or "{}", "records"),
            namespace_id=http.uuid_from(namespace, name="namespace"),
            actor=self.actor,
            now=self.now,
        )
        is_device = trial.outcome == Outcome.DEVICE_ENROLLMENT.value
        return {
            "shown": "deny" if is_device else trial.outcome,
            "why": trial.why,
            "reasons": trial.reasons,
            "policies": trial.policies,
        }

    def get_template_names(self) -> list[str]:
        """Give htmx the answer alone."""
        if http.is_fragment(self.request):
            return ["policies/partials/_rego_answer.html"]
        return super().get_template_names()


def _json(text: str, name: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValidationFailedError(
            gettext("%(name)s is no JSON: %(error)s") % {"name": name, "error": error}
        ) from error
    if not isinstance(value, dict):
        raise ValidationFailedError(
            gettext("%(name)s is no JSON object") % {"name": name}
        )
    return value

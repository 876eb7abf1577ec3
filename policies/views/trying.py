"""Trying policies on pages: a panel beside the text, and the answer in it.

The panel works for a policy, for a draft, and for whatever else answers attempts:
it only needs to know where to send them.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from console.core import http
from console.core.actor import Actor
from console.core.exceptions import ConsoleError, ValidationFailedError
from console.core.generic.pages import Page
from namespaces.permissions import Permission
from policies import selectors, services
from policies.forms import COMMON_ZONES, AttemptForm
from policies.language import Outcome
from policies.models import ExpectedAnswer
from policies.services import Trial
from policies.views.frame import OfPolicy

BAD_ATTEMPT = 422
ENROLLMENT = Outcome.DEVICE_ENROLLMENT.value
MORE = ("at", "zone", "address", "is_preflight")
MAX_TEXT_LENGTH = 200


def panel_context(
    action: str,
    *,
    actor: Actor,
    form: AttemptForm | None = None,
    trial: Trial | None = None,
    error: ConsoleError | None = None,
    keep_url: str = "",
) -> dict[str, Any]:
    """Return what partials/_try_panel.html shows.

    `action` is where the attempt goes; it answers with partials/_trial.html. What was
    tried can be kept as an example at `keep_url`.
    """
    form = form or AttemptForm()
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    person = _person(values.get("person"), actor)
    return {
        "action": action,
        "form": form,
        "trial": trial,
        "outcome": trial and ("deny" if trial.outcome == ENROLLMENT else trial.outcome),
        "error": error,
        "zones": COMMON_ZONES,
        "person": person,
        "people": selectors.find_people("", actor=actor),
        "devices": person
        and selectors.list_devices_of(person.pk, actor=actor, now=timezone.now()),
        "device": values.get("device"),
        "shows_more": any(values.get(name) for name in MORE),
        "keep": keep_context(keep_url, form, trial=trial, person=person)
        if keep_url and trial
        else None,
    }


def keep_context(
    url: str, form: AttemptForm, *, trial: Trial | None = None, person: Any = None
) -> dict[str, Any]:
    """Return what partials/_keep.html shows: a request that may become an example."""
    who = person.display_name or person.email if person else gettext("Nobody")
    typed = form.data if "expected" in form.fields else {}
    request = f"{form['method'].value() or 'GET'} {form['path'].value() or '/'}"
    return {
        "url": url,
        "fields": [
            (name, form[name].value() or "")
            for name in AttemptForm.base_fields
            if form[name].value()
        ],
        # Where it was refused, what was typed stays; a draft has a name of its own.
        "name": typed.get("name") or f"{who}: {request}"[:MAX_TEXT_LENGTH],
        "expected": typed.get("expected") or (trial.outcome if trial else ""),
        "choices": ExpectedAnswer.choices,
    }


def _person(person_id: UUID | None, actor: Actor) -> Any:
    return person_id and selectors.find_person(person_id, actor=actor)


class TryPage(Page):
    """A panel as a page of its own; htmx gets the answer alone."""

    template_name = "policies/policy_try.html"
    keep_url = ""

    def try_it(self, form: AttemptForm) -> Trial:
        """Call the service."""
        raise NotImplementedError

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Answer the attempt."""
        form = AttemptForm(request.POST)
        trial, error = None, None
        if form.is_valid():
            try:
                trial = self.try_it(form)
            except ConsoleError as refused:
                if refused.http_status in {403, 404}:
                    raise
                error = refused
        panel = panel_context(
            request.path,
            actor=self.actor,
            form=form,
            trial=trial,
            error=error,
            keep_url=self.keep_url,
        )
        # A fragment that htmx is to swap in must not have the status of a failure.
        is_ok = trial is not None or http.is_fragment(request)
        return self.render_to_response(
            self.get_context_data(panel=panel), status=200 if is_ok else BAD_ATTEMPT
        )

    def get_template_names(self) -> list[str]:
        """Give htmx the answer alone."""
        if http.is_fragment(self.request):
            return ["policies/partials/_trial.html"]
        return super().get_template_names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Start with an empty panel."""
        if "panel" not in kwargs:
            kwargs["panel"] = panel_context(self.request.path, actor=self.actor)
        return super().get_context_data(**kwargs)


class TryPolicyPage(OfPolicy, TryPage):
    """Tries a policy, or a draft in its place."""

    @property
    def keep_url(self) -> str:  # type: ignore[override]
        """Where what was tried becomes an example, for whoever may write some."""
        may_edit = self.can(Permission.POLICY_EDIT)
        return self.url("policy-example-create") if may_edit else ""

    def get_title(self) -> str:
        """What is tried."""
        return gettext("Try %(name)s") % {"name": self.policy.name}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the panel to those who may use it."""
        self.check(Permission.POLICY_TRY)
        return super().get(request, *args, **kwargs)

    def try_it(self, form: AttemptForm) -> Trial:
        """Try the text that was sent along, else the saved one."""
        return services.try_policy(
            form.attempt(now=self.now),
            policy_id=self.policy.pk,
            source=self.request.POST.get("source"),
            actor=self.actor,
            now=self.now,
        )


class TryDraftPage(TryPage):
    """Tries a policy that isn't saved yet, in the namespace chosen for it."""

    title = gettext_noop("Try a draft")
    http_method_names = ["post", "options"]

    def try_it(self, form: AttemptForm) -> Trial:
        """Try the text that was sent along."""
        namespace = self.request.POST.get("namespace", "")
        if not namespace:
            raise ValidationFailedError(gettext("choose a namespace first"))
        return services.try_policy(
            form.attempt(now=self.now),
            namespace_id=http.uuid_from(namespace, name="namespace"),
            source=self.request.POST.get("source", ""),
            code=self.request.POST.get("language") or "ppl",
            actor=self.actor,
            now=self.now,
        )


class PeoplePage(Page):
    """The people that a search in the panel finds, to choose from."""

    template_name = "policies/partials/_try_people.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add them; whoever is chosen already stays."""
        text = self.request.GET.get("who", "").replace("\0", "").strip()
        return super().get_context_data(
            people=selectors.find_people(text[:MAX_TEXT_LENGTH], actor=self.actor),
            chosen=_person(_uuid(self.request.GET.get("person", "")), self.actor),
            who=text,
            **kwargs,
        )


class DevicesPage(Page):
    """The devices of the person that was chosen in the panel."""

    template_name = "policies/partials/_try_devices.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add them; nobody has none."""
        person = _person(_uuid(self.request.GET.get("person", "")), self.actor)
        devices = person and selectors.list_devices_of(
            person.pk, actor=self.actor, now=self.now
        )
        return super().get_context_data(devices=devices, **kwargs)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

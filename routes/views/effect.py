"""The effect of a draft, beside the builder and the editor of policies.

It lies here because routes are above policies; the page that asks is theirs.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from console.core import http
from console.core.exceptions import ConsoleError, ValidationFailedError
from console.core.generic.pages import Page
from namespaces import access
from namespaces.permissions import Permission
from policies import services as policy_services
from policies.exceptions import PolicyTextError
from policies.forms import AttemptForm
from policies.views.examples import example_rows
from policies.views.trying import panel_context
from routes import services
from routes.services import Effect

FORBIDDEN = frozenset({403, 404})
BAD_ATTEMPT = 422


class EffectPage(Page):
    """What a draft in the place of a policy would do; the panel gets that alone.

    While the text has problems the fragment holds nothing but that, so that what is
    shown stays.
    """

    title = gettext_noop("Effect of a draft")
    template_name = "policies/policy_effect.html"
    http_method_names = ["post", "options"]

    def effect(self, form: AttemptForm) -> Effect:
        """Call the service."""
        return services.effect_of(
            form.attempt(now=self.now),
            policy_id=self.kwargs["id"],
            source=self.request.POST.get("source"),
            actor=self.actor,
            now=self.now,
        )

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Answer for the draft and the request that were sent along."""
        form = AttemptForm(request.POST)
        try:
            if not form.is_valid():
                raise ValidationFailedError(
                    gettext("the request that is tried has a mistake")
                )
            effect = self.effect(form)
        except ConsoleError as refused:
            if refused.http_status in FORBIDDEN:
                raise
            return self._kept_back(refused)
        panel = panel_context(
            "",
            actor=self.actor,
            form=form,
            trial=effect.trial,
            error=effect.trial_error,
            keep_url=self._keep_url(effect),
        )
        rows = example_rows(
            [one.example for one in effect.examples],
            results=effect.examples,
            actor=self.actor,
        )
        return self.render_to_response(
            self.get_context_data(
                effect=effect,
                panel=panel,
                examples=rows,
                coverage=policy_services.coverage_of(effect.examples),
            )
        )

    def _keep_url(self, effect: Effect) -> str:
        """Where what was tried becomes an example, for whoever may write some."""
        draft = effect.draft
        if draft.policy is None or not access.can(
            self.actor, Permission.POLICY_EDIT, draft.namespace
        ):
            return ""
        return reverse("policies:policy-example-create", args=[draft.policy.pk])

    def _kept_back(self, error: ConsoleError) -> HttpResponse:
        is_text = isinstance(error, PolicyTextError)
        context = self.get_context_data(error=error, is_text=is_text)
        is_ok = http.is_fragment(self.request)
        return self.render_to_response(context, status=200 if is_ok else BAD_ATTEMPT)

    def get_template_names(self) -> list[str]:
        """Give the panel the answer alone, or why there is none."""
        if http.is_fragment(self.request):
            return ["policies/partials/_effect.html"]
        return super().get_template_names()


class DraftEffectPage(EffectPage):
    """The same for a policy that isn't saved yet, in the namespace chosen for it."""

    def effect(self, form: AttemptForm) -> Effect:
        """Call the service."""
        namespace = self.request.POST.get("namespace", "")
        if not namespace:
            raise ValidationFailedError(gettext("choose a namespace first"))
        return services.effect_of(
            form.attempt(now=self.now),
            namespace_id=http.uuid_from(namespace, name="namespace"),
            source=self.request.POST.get("source", ""),
            code=self.request.POST.get("language") or "ppl",
            actor=self.actor,
            now=self.now,
        )

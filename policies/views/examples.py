"""Examples of a policy: the list, trying them, adding one from a request just tried."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy, ngettext

from console.core import http
from console.core.actor import Actor
from console.core.exceptions import ConsoleError, ValidationFailedError
from console.core.generic.pages import ActionView, Page
from namespaces.permissions import Permission
from policies import selectors, services
from policies.forms import ExampleForm
from policies.models import ExpectedAnswer, PolicyExample
from policies.services import ExampleResult
from policies.views.frame import OfPolicy
from policies.views.trying import keep_context, panel_context

COLUMNS = (
    {"label": gettext_lazy("Example")},
    {"label": gettext_lazy("Request"), "hide": "narrow"},
    {"label": gettext_lazy("Expected"), "hide": "narrow"},
    {"label": gettext_lazy("Answer")},
)
SHOWN_KIND = {"allow": "allow", "deny": "deny", "login": "login"}


def example_rows(
    examples: Sequence[PolicyExample],
    *,
    actor: Actor,
    results: Sequence[ExampleResult] = (),
) -> list[dict[str, Any]]:
    """Return examples as lists draw them, with the people whom the reader may see.

    With `results` they are shown with these answers, else with the last ones.
    """
    people = selectors.name_people_in(examples, actor=actor)
    tried = {one.example.pk: one for one in results}
    return [
        {
            "row": one,
            "person": people.get(one.person_id) if one.person_id else None,
            "is_met": tried[one.pk].is_met if results else one.outcome == one.expected,
            "expected": answer_badge(one.expected),
            "outcome": answer_badge(tried[one.pk].outcome if results else one.outcome),
            "why": _why(tried.get(one.pk)),
        }
        for one in examples
    ]


def _why(result: ExampleResult | None) -> str:
    if result is None:
        return ""
    return result.trial.why if result.trial else result.error


def answer_badge(code: str) -> dict[str, str]:
    """Return how an answer is shown; none is shown as such."""
    if not code:
        return {"kind": "neutral", "label": gettext("No answer")}
    label = str(ExpectedAnswer(code).label)
    return {"kind": SHOWN_KIND.get(code, "deny"), "label": label}


class ExamplesPage(OfPolicy, Page):
    """The examples, and the panel from which more are added."""

    template_name = "policies/policy_examples.html"
    fragment_template_name = "policies/partials/_examples.html"
    tab = "policy-examples"

    def get_title(self) -> str:
        """Name of the policy."""
        return self.policy.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the examples with their last answers."""
        examples = list(selectors.list_examples(self.policy, actor=self.actor))
        may_try = self.can(Permission.POLICY_TRY)
        rows = example_rows(examples, actor=self.actor)
        return super().get_context_data(
            examples=rows,
            failing=sum(not one["is_met"] for one in rows),
            columns=COLUMNS,
            may_try=may_try,
            may_edit=self.can(Permission.POLICY_EDIT),
            # Within the form nothing may lead away from what is being written.
            may_remove=self.can(Permission.POLICY_EDIT)
            and not http.is_fragment(self.request),
            panel=panel_context(self.url("policy-try"), actor=self.actor)
            if may_try
            else None,
            **kwargs,
        )


class RunExamplesAction(OfPolicy, ActionView):
    """Tries all examples on the saved text."""

    def carry_out(self) -> str:
        """Try them, and say how many fail."""
        results = services.run_examples(self.policy.pk, actor=self.actor, now=self.now)
        failing = sum(not one.is_met for one in results)
        if failing:
            messages.warning(self.request, failing_in_words(failing, of=len(results)))
        else:
            messages.success(self.request, gettext("Every example gets its answer."))
        return self.url("policy-examples")


def failing_in_words(failing: int, *, of: int | None = None) -> str:
    """Return how many examples fail, as a sentence."""
    if of is None:
        text = ngettext(
            "%(failing)s example does not get the answer that is expected.",
            "%(failing)s examples do not get the answer that is expected.",
            failing,
        )
    else:
        text = ngettext(
            "%(failing)s of %(of)s example does not get the answer that is expected.",
            "%(failing)s of %(of)s examples do not get the answer that is expected.",
            of,
        )
    return text % {"failing": failing, "of": of}


class AddExamplePage(OfPolicy, Page):
    """Keeps the request that was tried. htmx gets a line that says so, or why not."""

    template_name = "policies/partials/_keep.html"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Keep it, and stay where a draft is, if there is one."""
        form = ExampleForm(request.POST)
        kept, problem = None, ""
        try:
            kept = self._keep(form)
        except ConsoleError as refused:
            if refused.http_status in {403, 404} or not http.is_fragment(request):
                raise
            problem = _first(refused)
        if kept and not http.is_fragment(request):
            messages.success(
                request,
                gettext("“%(name)s” is kept as an example.") % {"name": kept.name},
            )
            return http.redirect(request, self.url("policy-examples"))
        context = self.get_context_data(
            kept=kept,
            problem=problem,
            keep=keep_context(self.url("policy-example-create"), form),
        )
        response = self.render_to_response(context)
        return http.trigger(response, "examples-changed") if kept else response

    def _keep(self, form: ExampleForm) -> PolicyExample:
        if not form.is_valid():
            texts = {name: list(map(str, found)) for name, found in form.errors.items()}
            raise ValidationFailedError(fields=texts)
        values = form.cleaned_data
        return services.add_example(
            self.policy.pk,
            form.attempt(now=self.now),
            name=values["name"],
            expected=values["expected"],
            is_now=not values["at"],
            actor=self.actor,
            now=self.now,
        ).example


class RemoveExampleAction(OfPolicy, ActionView):
    """Forgets an example."""

    def carry_out(self) -> str:
        """Forget it."""
        services.remove_example(
            self.policy.pk,
            self.kwargs["example_id"],
            actor=self.actor,
            now=self.now,
        )
        messages.success(self.request, gettext("The example is gone."))
        return self.url("policy-examples")


def _first(error: ConsoleError) -> str:
    """Return what is wrong, with the field's own words where there are some."""
    for texts in error.fields.values():
        for text in texts:
            return str(text)
    return error.message

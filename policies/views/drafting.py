"""The form in which a policy is written: its tabs, and switching its language.

Switching saves nothing, and loses nothing: the text in the other language travels with
the form as `kept`, so that switching to and fro brings back what was there.
"""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from console.core.exceptions import PermissionDeniedError
from console.core.generic.pages import FormPage
from policies import selectors
from policies.models import PolicyLanguage, PolicyVersion
from policies.views.frame import WRITTEN_IN, parts_of
from policies.views.rego import rego_panel
from policies.views.switching import NAMES, closed_tab
from policies.views.trying import panel_context

STARTER = """\
# Who is let in, and who is kept out. Ctrl+Space offers what may be written.
allow:
  and:
    - authenticated_user: true
"""
REGO_STARTER = """\
package pomerium.policy

# Who is let in, and who is kept out. Ctrl+Space offers what may be written.
allow := [true, {"signed-in"}] {
  input.session.id != ""
} else := [false, {"user-unauthenticated"}] {
  true
}
"""


class EditorPage(FormPage[Any]):
    """A form with the policy's tabs, and panels that try the draft."""

    template_name = "policies/policy_form.html"
    first: ClassVar[dict[str, str]]
    try_url: str
    effect_url: str
    cancel_url: str
    may_write_rego: bool

    def last_in_ppl(self) -> PolicyVersion | None:
        """Return what the policy said in PPL before it was Rego, if it did."""
        return None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save; or show the draft in the other language."""
        to = request.POST.get("switch", "")
        if to not in PolicyLanguage.values:
            return super().post(request, *args, **kwargs)
        if to == PolicyLanguage.REGO and not self.may_write_rego:
            raise PermissionDeniedError
        return self.render_to_response(self._switched(to))

    def _switched(self, to: str) -> dict[str, Any]:
        """Return the page with the draft in another language, or as it is if it is."""
        given = self.request.POST.dict()
        source, kept = (
            written_lines(given.get("source", "")),
            written_lines(given.get("kept", "")),
        )
        options = self.get_form_kwargs()
        for bound in ("data", "files"):
            options.pop(bound, None)
        if given.get("language", "ppl") != to:
            source, kept = kept or self._start(to, source), source
            given |= {"source": source, "language": to}
        options["initial"] = given
        return self.get_context_data(
            form=self.get_form_class()(**options), kept=kept, switched=NAMES[to]
        )

    def _start(self, to: str, source: str) -> str:
        if to == PolicyLanguage.REGO:
            return selectors.to_rego(source) or REGO_STARTER
        last = self.last_in_ppl()
        return last.source if last else STARTER

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the tabs, the panels, and where the editor asks."""
        language = kwargs["form"]["language"].value() if "form" in kwargs else ""
        language = language or self.get_initial().get("language", "ppl")
        kept = kwargs.pop("kept", written_lines(self.request.POST.get("kept", "")))
        is_rego = language == PolicyLanguage.REGO
        last = self.last_in_ppl() if is_rego and not kept else None
        # Whoever switches goes on writing.
        first = WRITTEN_IN if "switched" in kwargs else self.first
        return super().get_context_data(
            panel=panel_context(self.try_url, actor=self.actor),
            effect_url=self.effect_url,
            language=language,
            kept=kept,
            parts=[
                *parts_of(language, first=first[language]),
                *kwargs.get("looks", []),
            ],
            closed=closed_tab(
                language,
                may_switch=is_rego or self.may_write_rego,
                is_back=bool(kept),
                start_version=last.number if last else None,
            ),
            rego=rego_panel(actor=self.actor) if is_rego else None,
            cancel_url=self.cancel_url,
            check_url=reverse("api-policy-check"),
            completion_url=reverse("api-policy-completion"),
            format_url=reverse("api-policy-format"),
            **kwargs,
        )


def written_lines(text: str | None) -> str:
    """Return a text as it was written; browsers send it with other ends of lines."""
    return (text or "").replace("\r\n", "\n")

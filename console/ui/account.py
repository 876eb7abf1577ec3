"""The signed-in person's own page: who they are here, and what they may do."""

from typing import Any, cast

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, gettext_lazy, gettext_noop
from django.views.decorators.debug import sensitive_post_parameters

from console.core.exceptions import NotFoundError
from console.core.generic.pages import FormPage, Page
from console.ui.forms import PasswordForm
from directory import selectors as directory_selectors
from directory import services as directory_services
from namespaces import selectors as namespace_selectors

ROLE_COLUMNS = (
    {"label": gettext_lazy("Role")},
    {"label": gettext_lazy("Namespace, and all below")},
    {"label": gettext_lazy("How")},
    {"label": gettext_lazy("Until")},
)


class AccountPage(Page):
    """Name, groups, roles and where they come from."""

    title = gettext_noop("Your account")
    template_name = "console/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the person's groups and roles."""
        person = directory_selectors.get_self(self.actor)
        groups = list(directory_selectors.list_groups_of(person))
        names = {group.id: group.name for group in groups}
        return super().get_context_data(
            account=person,
            groups=groups,
            roles=namespace_selectors.list_own_roles(self.actor, group_names=names),
            role_columns=ROLE_COLUMNS,
            **kwargs,
        )


@method_decorator(sensitive_post_parameters(), name="dispatch")
class PasswordPage(FormPage[PasswordForm]):
    """Change the password of the signed-in local account."""

    title = gettext_noop("Change your password")
    template_name = "console/password.html"
    form_class = PasswordForm
    success_message = gettext_noop(
        "Your password is changed. Other sessions of yours have ended."
    )

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Refuse people whose password is elsewhere."""
        if not getattr(request.user, "is_local", False):
            raise NotFoundError(
                gettext("your password is your identity provider's business")
            )
        return super().dispatch(request, *args, **kwargs)

    def save(self, form: PasswordForm) -> str:
        """Change it; keep this session, under a new id."""
        user = directory_services.change_password(
            cast("Any", self.actor.user_id),
            old=form.cleaned_data["old"],
            new=form.cleaned_data["new"],
            actor=self.actor,
            now=self.now,
        )
        update_session_auth_hash(self.request, user)
        return reverse("account")

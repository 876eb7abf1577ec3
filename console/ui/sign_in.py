"""Sign-in and sign-out: local accounts, recovery tokens, and the demo's people.

Who somebody is comes out of `directory.services`; here it becomes a session.
"""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_noop
from django.views.decorators.debug import sensitive_post_parameters

from console.core import http
from console.core.exceptions import ConsoleError
from console.core.generic.pages import ActionView, F, FormPage, add_errors
from console.ui import demo_people
from console.ui.forms import RecoveryForm, SignInForm
from console.ui.openid import leaving
from directory import selectors as directory_selectors
from directory import services as directory_services
from directory.authentication import (
    actor_for,
    is_demo_allowed,
    sign_in_of,
    start_session,
)
from gateway import services as gateway_services


class _StartsSession(FormPage[F]):
    """A form that ends in a session; what it refuses is shown, whatever the status."""

    method: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send those away who are signed in already."""
        if not self.actor.is_anonymous and request.method != "POST":
            return http.redirect(request, self.next_url)
        return super().dispatch(request, *args, **kwargs)

    @property
    def next_url(self) -> str:
        """Where to go afterwards: a page of this console, nothing else."""
        asked = self.request.POST.get("next") or self.request.GET.get("next", "")
        return http.safe_next(
            self.request, asked, default=resolve_url(settings.LOGIN_REDIRECT_URL)
        )

    def form_valid(self, form: F) -> HttpResponse:
        """Start the session, or say why not."""
        try:
            return http.redirect(self.request, self.save(form))
        except ConsoleError as error:
            add_errors(form, error)
            return self.render_to_response(
                self.get_context_data(form=form), status=error.http_status
            )

    def start(self, user: Any) -> str:
        """Make the session, record it, and return where to go."""
        start_session(self.request, user)
        directory_services.record_sign_in(
            user.id, method=self.method, actor=actor_for(self.request), now=self.now
        )
        return self.next_url


@method_decorator(login_not_required, name="dispatch")
@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class SignInPage(_StartsSession[SignInForm]):
    """The first page: a local account, or anybody of the demo."""

    title = gettext_noop("Sign in")
    template_name = "registration/login.html"
    form_class = SignInForm
    method = "local account"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go on to, and the people of the demo."""
        provider = directory_selectors.get_provider()
        query = urlencode({"next": self.next_url})
        is_demo = is_demo_allowed(self.actor.address, host=self.request.get_host())
        return super().get_context_data(
            next=self.next_url,
            provider=provider and provider.name,
            provider_url=f"{reverse('openid-sign-in')}?{query}",
            leave_url=leaving.leave_url(self.request),
            demo_people=demo_people.list_people() if is_demo else [],
            **kwargs,
        )

    def save(self, form: SignInForm) -> str:
        """Look at the password."""
        user = directory_services.check_password(
            email=form.cleaned_data["email"],
            password=form.cleaned_data["password"],
            actor=self.actor,
            now=self.now,
        )
        return self.start(user)


@method_decorator(login_not_required, name="dispatch")
@method_decorator(sensitive_post_parameters("token"), name="dispatch")
class RecoveryPage(_StartsSession[RecoveryForm]):
    """Sign-in with a token from the host, for when nothing else works."""

    title = gettext_noop("Recover access")
    template_name = "registration/recovery.html"
    form_class = RecoveryForm
    method = "recovery token"

    def save(self, form: RecoveryForm) -> str:
        """Use the token up."""
        user = directory_services.check_recovery_token(
            form.cleaned_data["token"], actor=self.actor, now=self.now
        )
        return self.start(user)


@method_decorator(login_not_required, name="dispatch")
class DemoSignIn(ActionView):
    """One click to be somebody of the demo; elsewhere there is no such page."""

    def carry_out(self) -> str:
        """Sign in as the person of the button."""
        person = http.uuid_from(self.request.POST.get("person", ""), name="person")
        user = directory_services.check_demo_sign_in(
            person, host=self.request.get_host(), actor=self.actor
        )
        start_session(self.request, user)
        directory_services.record_sign_in(
            user.id, method="demo", actor=actor_for(self.request), now=self.now
        )
        return http.safe_next(
            self.request,
            self.request.POST.get("next", ""),
            default=resolve_url(settings.LOGIN_REDIRECT_URL),
        )


class SignOut(ActionView):
    """Ends the session on the server, and at routes what came out of it."""

    def carry_out(self) -> str:
        """Forget the session; the provider's own is ended there, by whoever wishes."""
        url = leaving.page_after(self.request)
        sign_in = sign_in_of(self.request)
        logout(self.request)
        gateway_services.end_sessions_with(sign_in, actor=self.actor, now=self.now)
        return url

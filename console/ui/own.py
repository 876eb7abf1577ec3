"""A person's own page at `/.pomerium/`: who they are, their devices, what they reach.

It is for everybody who signed in, with or without a role. Here people enroll, most of
them with a phone. Rights in the console are on the account page.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from console.core import http
from console.core.exceptions import ConsoleError
from console.core.generic.pages import ActionView, Page
from devices import selectors as device_selectors
from devices import services as device_services
from devices.authentication import party_of, proven_in
from directory import selectors as directory_selectors
from routes import services as route_services

FORBIDDEN = 403
MAX_GROUPS = 200


def safe_return(request: HttpRequest, text: str) -> str:
    """Return where a person may be sent on to, "" for nowhere.

    A path of this console, or an address at which a route answers; the latter only by
    `own-open`, which decides anew.
    """
    path = http.safe_next(request, text, default="")
    if path:
        return path
    if route_services.known_route(text) is None:
        return ""
    return f"{reverse('own-open')}?{urlencode({'to': text})}"


class _OwnDevices(Page):
    """What the page and its fragment show of a person's devices."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the devices, and where to go on to."""
        asked = self.request.GET.get("next", "")[: http.MAX_NEXT_LENGTH]
        return_url = safe_return(self.request, asked) if asked else ""
        devices = device_selectors.list_shown(
            self.actor, proven=proven_in(self.request), now=self.now
        )
        return super().get_context_data(
            devices=devices,
            is_waiting=any(one.is_waiting for one in devices),
            can_prove=any(one.can_prove for one in devices),
            return_url=return_url,
            return_query=f"?{urlencode({'next': asked})}" if return_url else "",
            return_label=asked if return_url else "",
            **kwargs,
        )


class OwnPage(_OwnDevices):
    """Who am I, which devices, what can I reach."""

    title = gettext_noop("Your page")
    template_name = "devices/own_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the person, groups, and what can be reached and enrolled."""
        person = directory_selectors.get_self(self.actor)
        routes, is_complete = route_services.list_reachable(
            device_ids=proven_in(self.request), actor=self.actor, now=self.now
        )
        return super().get_context_data(
            account=person,
            groups=list(directory_selectors.list_groups_of(person)[:MAX_GROUPS]),
            types=device_selectors.list_device_types(),
            routes=routes,
            is_complete=is_complete,
            problem=_problem(self.request),
            **kwargs,
        )


class OwnDevicesFragment(_OwnDevices):
    """The devices alone, which the page asks for while one of them waits."""

    template_name = "devices/partials/_own_devices.html"


class EnrollPage(Page):
    """Where a link leads: one device of one type for one person."""

    title = gettext_noop("Enroll a device")
    template_name = "devices/own_enroll.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the link is for; 404 for whoever it is not for."""
        link = device_services.open_link(
            self.kwargs["token"], actor=self.actor, now=self.now
        )
        back = safe_return(self.request, link.return_to) if link.return_to else ""
        query = f"?{urlencode({'next': link.return_to})}" if back else ""
        return super().get_context_data(
            link=link,
            done_url=f"{reverse('own-page')}{query}",
            problem=_problem(self.request),
            **kwargs,
        )


class OpenPage(Page):
    """Goes to a route if its policies let the person in with what they have.

    Without a fitting device they are sent to enroll one, and come back here.
    """

    title = gettext_noop("Not allowed")
    template_name = "devices/own_refused.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decide, and send on."""
        answer = route_services.decide_own(
            request.GET.get("to", ""),
            device_ids=proven_in(request),
            actor=self.actor,
            now=self.now,
        )
        if answer.is_allowed:
            return HttpResponseRedirect(answer.url)
        if answer.needs_device:
            query = urlencode({"next": answer.url})
            return HttpResponseRedirect(f"{reverse('own-page')}?{query}")
        texts = [one for one in answer.policies if one.explanation or one.remediation]
        return render(
            request,
            self.template_name,
            self.get_context_data(answer=answer, policies=texts),
            status=FORBIDDEN,
        )


class RenameAction(ActionView):
    """Gives one's own device another name."""

    def carry_out(self) -> str:
        """Rename it."""
        device_services.rename_own_device(
            self.kwargs["id"],
            label=self.request.POST.get("label", ""),
            actor=self.actor,
            now=self.now,
        )
        messages.success(self.request, gettext("The device has another name."))
        return reverse("own-page")


class RemoveAction(ActionView):
    """Removes one's own device."""

    def carry_out(self) -> str:
        """Remove it."""
        device_services.remove_own_device(
            self.kwargs["id"], actor=self.actor, now=self.now
        )
        messages.success(self.request, gettext("The device is removed."))
        return reverse("own-page")


def _problem(request: HttpRequest) -> str:
    """Return why devices can't be enrolled at this address, "" if they can."""
    try:
        party_of(request)
    except ConsoleError as error:
        return error.message
    return ""

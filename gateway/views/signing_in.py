"""Where browsers come that have no session at a route's host yet."""

from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import View

from console.core.generic.pages import ActorMixin
from devices import selectors as device_selectors
from devices.authentication import proven_in
from directory.authentication import sign_in_of
from gateway import services


class SignInAtRoute(ActorMixin, View):
    """Sends a browser back to where it came from, with a code for a session there.

    Whoever isn't signed in at the console signs in first; that is seen to before this
    runs. A browser that lacks a device goes to where one is enrolled or proven.
    """

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Promise a session, or ask for a device first."""
        url = request.GET.get("to", "")
        wanted = request.GET.get("device", "")
        if wanted and not self._has_proven(wanted):
            services.check_return_address(url)
            query = urlencode({"next": url})
            return HttpResponseRedirect(f"{reverse('own-page')}?{query}")
        location = services.promise_session(
            url,
            challenge=request.GET.get("challenge", ""),
            device_ids=proven_in(request),
            agent=request.headers.get("User-Agent", ""),
            sign_in=sign_in_of(request),
            actor=self.actor,
            now=self.now,
        )
        response = self._send(location)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response

    def _send(self, location: str) -> HttpResponse:
        """Send the browser there: by a page, if a form of ours is what brought it here.

        To a browser, redirects are part of sending the form, and our policy lets forms
        go to this host only. Without the header (Fetch Metadata) it is an old browser,
        or none, and takes the redirect.
        """
        if self.request.headers.get("Sec-Fetch-Site") != "same-origin":
            return HttpResponseRedirect(location)
        context = {
            "title": gettext("One moment"),
            "location": location,
            "host": urlsplit(location).netloc,
        }
        return render(self.request, "gateway/returning.html", context)

    def _has_proven(self, wanted: str) -> bool:
        proven = set(proven_in(self.request))
        types = {
            one.device_type.code
            for one in device_selectors.list_own(self.actor)
            if one.pk in proven
        }
        return wanted in types

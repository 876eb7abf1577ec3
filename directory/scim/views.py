"""The addresses of the SCIM server: one for each directory that is pushed to."""

import json
import logging
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import Throttled
from scim2_models import (
    Error,
    ForbiddenException,
    PayloadTooLargeException,
    SCIMException,
    UnauthorizedException,
)
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.routing import Operation

from console.core import logs
from console.core.actor import Actor
from console.core.tokens import hash_token
from directory import selectors, services
from directory.authentication import client_address, count_wrong_token
from directory.scim.description import scim_service
from directory.scim.storage import DirectoryStorage

READING = frozenset({"GET", "HEAD", "OPTIONS"})
log = logging.getLogger(__name__)


@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class ScimView(View):
    """Answers everything below a directory's address, errors as RFC 7644 has them.

    No cookie counts here, so none can be misused: only the bearer token does.
    """

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Answer whatever the method: what is not served is an error of SCIM's too."""
        return self.answer(request, *args, **kwargs)

    def answer(self, request: HttpRequest, id: UUID, path: str = "") -> HttpResponse:
        """Serve a request, or say in SCIM's words why not."""
        try:
            return _as_http(_serve(request, id, path))
        except Throttled:
            error = Error(status=429, detail="too many wrong tokens; wait a while")
            return _answer(error.model_dump(), 429, {})
        except SCIMException as error:
            return _as_http(scim_service().error_response(error))
        except RequestDataTooBig:
            too_big = PayloadTooLargeException(detail="the request is too large")
            return _as_http(scim_service().error_response(too_big))
        except Exception as error:
            log.exception("a push could not be answered")
            return _as_http(scim_service().error_response(error))

    get = post = put = patch = delete = answer


def _serve(request: HttpRequest, directory_id: UUID, path: str) -> ScimResponse:
    service = scim_service()
    asked = ScimRequest(
        method=request.method or "",
        base_url=request.build_absolute_uri(f"/scim/v2/{directory_id}"),
        path=f"/{path}",
        query=request.GET.dict(),
        headers=dict(request.headers),
    )
    is_open = path.strip("/") == "ServiceProviderConfig"
    actor = Actor() if is_open else _authenticate(request, directory_id)
    if service.match(asked).operation is Operation.service_provider_config:
        actor = Actor()  # it says the same of every directory, to everybody
    asked.body = request.body
    storage = DirectoryStorage(
        directory_id,
        actor=actor,
        now=timezone.now(),
        is_write=request.method not in READING,
    )
    return ScimHandler(service, storage).handle(asked)


def _authenticate(request: HttpRequest, directory_id: UUID) -> Actor:
    """Return the client that a token stands for.

    Raises:
        UnauthorizedException: there is none that works for this directory.
        ForbiddenException: the directory is switched off.
        Throttled: too many were wrong.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    now = timezone.now()
    token = None
    if scheme.lower() == "bearer" and text.strip():
        hashed = hash_token(text.strip())
        token = selectors.find_scim_token(directory_id, hashed, now=now)
        if token is None:
            count_wrong_token(client_address(request))
    if token is None:
        raise UnauthorizedException(detail="this token is unknown, expired or revoked")
    if not token.directory.is_enabled:
        raise ForbiddenException(detail="this directory is switched off")
    services.record_scim_token_use(token.pk, now=now)
    return Actor(
        is_system=True,
        label=f"SCIM token {token.name}",
        token_label=token.token_prefix,
        address=client_address(request),
        request_id=logs.request_id.get(),
    )


def _as_http(found: ScimResponse) -> HttpResponse:
    return _answer(found.body, int(found.status), found.headers)


def _answer(body: Any, status: int, headers: dict[str, str]) -> HttpResponse:
    response = HttpResponse(
        b"" if body is None else json.dumps(body),
        status=status,
        content_type="application/scim+json",
    )
    for name, value in headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response

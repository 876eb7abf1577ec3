"""Answers of authenticators that are somebody else's, old, late, or of another origin.

Chromium makes each of them; what is sent is not what its page would send.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from devices.models import DeviceCeremony, DeviceCredential
from tests.authenticators import Plug
from tests.browser import SignIn
from tests.people import Cast

pytestmark = pytest.mark.functional

GIVE_CREDENTIAL = """async ([begin, finish, change]) => {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = {"Content-Type": "application/json", "X-CSRFToken": token};
  const bytes = text => Uint8Array.from(
    atob(text.replaceAll("-", "+").replaceAll("_", "/")), one => one.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const first = await fetch(begin, {method: "POST", headers,
    body: JSON.stringify({type: "any"})});
  const { options } = await first.json();
  const made = await navigator.credentials.create({publicKey: {...options,
    challenge: bytes(options.challenge), excludeCredentials: [],
    user: {...options.user, id: bytes(options.user.id)}}});
  const credential = {id: made.id, rawId: text(made.rawId), type: made.type,
    response: {clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject)}};
  return credential;
}"""
SEND = """async ([finish, credential]) => {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const answer = await fetch(finish, {method: "POST",
    headers: {"Content-Type": "application/json", "X-CSRFToken": token},
    body: JSON.stringify({credential})});
  return [answer.status, (await answer.json()).code];
}"""
# What somebody sends who has read the answer of another person's key.
PASS_OFF_AS_OWN = """async ([begin, finish, seen]) => {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = {"Content-Type": "application/json", "X-CSRFToken": token};
  const first = await fetch(begin, {method: "POST", headers,
    body: JSON.stringify({type: "any"})});
  const { options } = await first.json();
  const said = {type: "webauthn.create", challenge: options.challenge,
    origin: location.origin, crossOrigin: false};
  const data = btoa(JSON.stringify(said))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const credential = {...seen, response: {...seen.response, clientDataJSON: data}};
  const answer = await fetch(finish, {method: "POST", headers,
    body: JSON.stringify({credential})});
  return [answer.status, (await answer.json()).code];
}"""
BEGIN, FINISH = "/api/v1/me/devices/enroll/", "/api/v1/me/devices/enroll/finish/"


def without_statement(attestation: str) -> str:
    """Return it in format "none", which signs nothing and so fits each challenge."""
    held = cbor2.loads(urlsafe_b64decode(attestation + "=="))
    bare = {"fmt": "none", "attStmt": {}, "authData": held["authData"]}
    return urlsafe_b64encode(cbor2.dumps(bare)).decode().rstrip("=")


def test_the_key_of_somebody_else_is_refused(
    cast: Cast, plug: Plug, sign_in: SignIn, live_server: LiveServer
) -> None:
    plug()
    page = sign_in(cast.cyd)
    page.goto(f"{live_server.url}/.pomerium/")
    credential = page.evaluate(GIVE_CREDENTIAL, [BEGIN, FINISH, ""])

    sign_in(cast.ben)
    page.goto(f"{live_server.url}/.pomerium/")
    stolen = page.evaluate(SEND, [FINISH, credential])
    sign_in(cast.cyd)
    page.goto(f"{live_server.url}/.pomerium/")

    assert stolen == [400, "challenge_refused"]
    # Of another session of the same person, it is as good as none.
    assert page.evaluate(SEND, [FINISH, credential]) == [400, "challenge_refused"]
    assert not DeviceCredential.objects.exists()


def test_nobody_enrolls_the_credential_that_somebody_else_has(
    cast: Cast, plug: Plug, sign_in: SignIn, live_server: LiveServer
) -> None:
    plug()
    page = sign_in(cast.cyd)
    page.goto(f"{live_server.url}/.pomerium/")
    credential = page.evaluate(GIVE_CREDENTIAL, [BEGIN, FINISH, ""])
    seen = {**credential["response"]}
    seen["attestationObject"] = without_statement(seen["attestationObject"])
    credential["response"] = seen
    # While it is nobody's, an answer that was put together is as good as any.
    first = page.evaluate(PASS_OFF_AS_OWN, [BEGIN, FINISH, credential])

    sign_in(cast.ben)
    page.goto(f"{live_server.url}/.pomerium/")
    second = page.evaluate(PASS_OFF_AS_OWN, [BEGIN, FINISH, credential])

    assert (first[0], second) == (201, [409, "credential_taken"])
    assert DeviceCredential.objects.get().user == cast.cyd


def test_an_answer_counts_once(
    cast: Cast, plug: Plug, sign_in: SignIn, live_server: LiveServer
) -> None:
    plug()
    page = sign_in(cast.cyd)
    page.goto(f"{live_server.url}/.pomerium/")
    credential = page.evaluate(GIVE_CREDENTIAL, [BEGIN, FINISH, ""])

    assert page.evaluate(SEND, [FINISH, credential])[0] == 201
    assert page.evaluate(SEND, [FINISH, credential]) == [400, "challenge_refused"]


def test_an_answer_that_comes_too_late_is_refused(
    cast: Cast, plug: Plug, sign_in: SignIn, live_server: LiveServer
) -> None:
    plug()
    page = sign_in(cast.cyd)
    page.goto(f"{live_server.url}/.pomerium/")
    credential = page.evaluate(GIVE_CREDENTIAL, [BEGIN, FINISH, ""])

    DeviceCeremony.objects.update(expires_at=timezone.now())

    assert page.evaluate(SEND, [FINISH, credential]) == [400, "challenge_refused"]
    assert not DeviceCredential.objects.exists()


def test_another_origin_of_the_same_machine_is_refused(
    cast: Cast, plug: Plug, sign_in: SignIn, live_server: LiveServer, settings: Any
) -> None:
    plug()
    page = sign_in(cast.cyd)
    page.goto(f"{live_server.url}/.pomerium/")
    credential = page.evaluate(GIVE_CREDENTIAL, [BEGIN, FINISH, ""])

    settings.PUBLIC_URL = "http://localhost:1"

    assert page.evaluate(SEND, [FINISH, credential]) == [400, "device_refused"]

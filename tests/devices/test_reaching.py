"""What policies and people's own pages make of devices."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from console.core.exceptions import NotFoundError
from devices import services
from devices.models import DeviceEnrollment
from directory.models import User
from policies import services as policy_services
from policies.selectors import Attempt
from routes import services as route_services
from tests.costs import ROOM
from tests.devices.people import decide, enroll
from tests.factories import NOW, grant, make_policy, make_route
from tests.people import Cast, actor_of

APPROVED = "allow:\n  and:\n    - device:\n        type: any\n        approved: true\n"
IS = "allow:\n  and:\n    - device:\n        is: {}\n"
TYPE = "allow:\n  and:\n    - device:\n        type: {}\n"
ADDRESS = "https://wiki.example.com/"


def outcome(cast: Cast, source: str, device: DeviceEnrollment | None) -> str:
    """Try a policy as Cyd, with a device of theirs."""
    trial = policy_services.try_policy(
        Attempt(
            at=NOW,
            person_id=cast.cyd.pk,
            device_id=device.credential_id if device else None,
        ),
        namespace_id=cast.everything.pk,
        source=source,
        actor=actor_of(cast.root),
        now=NOW,
    )
    return trial.outcome


class TestTry:
    def test_follows_every_state_of_a_real_device(self, cast: Cast) -> None:
        enrollment = enroll(cast.cyd)
        seen = {"enrolled": outcome(cast, APPROVED, enrollment)}
        for action in ("approve", "suspend", "resume", "revoke"):
            enrollment = decide(enrollment, action, cast.root)
            seen[action] = outcome(cast, APPROVED, enrollment)

        assert seen == {
            "enrolled": "deny",
            "approve": "allow",
            "suspend": "device-enrollment",
            "resume": "allow",
            "revoke": "device-enrollment",
        }
        assert outcome(cast, APPROVED, None) == "device-enrollment"

    @pytest.mark.parametrize("action", ["reject", "suspend", "revoke"])
    def test_knows_no_device_that_was_taken_away(self, cast: Cast, action: str) -> None:
        enrollment = decide(enroll(cast.cyd), action, cast.root)

        assert outcome(cast, TYPE.format("any"), enrollment) != "allow"
        external = enrollment.credential.external_id
        assert outcome(cast, IS.format(external), enrollment) != "allow"

    def test_tells_types_and_ids_apart(self, cast: Cast) -> None:
        enrollment = enroll(cast.cyd)

        assert outcome(cast, TYPE.format("any"), enrollment) == "allow"
        assert outcome(cast, TYPE.format("enclave_only"), enrollment) != "allow"
        external = enrollment.credential.external_id
        assert outcome(cast, IS.format(external), enrollment) == "allow"
        assert outcome(cast, IS.format("another"), enrollment) != "allow"

    def test_is_not_talked_into_it_by_a_text_that_says_false(self, cast: Cast) -> None:
        enrollment = enroll(cast.cyd)
        source = APPROVED.replace("true", '"false"')

        assert outcome(cast, source, enrollment) == "deny"

    def test_ends_an_approval_at_its_time(self, cast: Cast) -> None:
        enrollment = decide(enroll(cast.cyd), "approve", cast.root)
        DeviceEnrollment.objects.update(expires_at=NOW)
        assert outcome(cast, APPROVED, enrollment) == "deny"
        DeviceEnrollment.objects.update(expires_at=NOW + timedelta(seconds=1))
        assert outcome(cast, APPROVED, enrollment) == "allow"


@pytest.fixture
def wiki(cast: Cast) -> None:
    policy = make_policy(
        "Approved", source=APPROVED, explanation="Only with a device.", language="ppl"
    )
    make_route("wiki", policy, from_=ADDRESS.rstrip("/"))


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def use(client: Client, *devices: DeviceEnrollment) -> None:
    session = client.session
    session["proven_devices"] = [str(one.credential_id) for one in devices]
    session.save()


def open_address(client: Client, to: str = ADDRESS) -> Any:
    return client.get("/.pomerium/open", {"to": to})


@pytest.mark.usefixtures("wiki")
class TestOwnPage:
    def test_sends_to_enroll_and_back(self, cast: Cast) -> None:
        client = client_of(cast.cyd)

        sent = open_address(client)

        assert sent["Location"] == "/.pomerium/?next=https%3A%2F%2Fwiki.example.com%2F"
        page = client.get(sent["Location"]).content.decode()
        assert 'href="/.pomerium/open?to=https%3A%2F%2Fwiki.example.com%2F"' in page

    def test_lets_in_with_an_approved_device_of_the_session_only(
        self, cast: Cast
    ) -> None:
        own = decide(enroll(cast.cyd), "approve", cast.root)
        others = decide(enroll(cast.ben), "approve", cast.root)
        client = client_of(cast.cyd)

        assert "/.pomerium/?next" in open_address(client)["Location"]
        use(client, others)
        assert "/.pomerium/?next" in open_address(client)["Location"]
        use(client, own)
        assert open_address(client)["Location"] == ADDRESS

    def test_takes_a_revocation_in_at_the_next_request(self, cast: Cast) -> None:
        own = decide(enroll(cast.cyd), "approve", cast.root)
        client = client_of(cast.cyd)
        use(client, own)
        assert open_address(client)["Location"] == ADDRESS

        decide(own, "revoke", cast.root)
        answer = open_address(client)

        assert "/.pomerium/?next" in answer["Location"]

    def test_knows_no_device_that_was_deleted(self, cast: Cast) -> None:
        own = decide(enroll(cast.cyd), "approve", cast.root)
        client = client_of(cast.cyd)
        use(client, own)
        services.delete_device(
            services.seen_of(own), actor=actor_of(cast.root), now=NOW
        )

        assert "/.pomerium/?next" in open_address(client)["Location"]
        assert client.get("/.pomerium/").status_code == 200

    @pytest.mark.parametrize(
        "to",
        [
            "https://evil.example/",
            "//wiki.example.com/",
            "javascript:alert(1)",
            "https://wiki.example.com@evil.example/",
            "https://wiki.example.com\\@evil.example/",
            "https://wiki.example.com:444/",
            "https://wiki.example.com\r\nX: y/",
            "",
            "x" * 3000,
        ],
        ids=str,
    )
    def test_sends_nobody_elsewhere(self, cast: Cast, to: str) -> None:
        client = client_of(cast.cyd)
        use(client, decide(enroll(cast.cyd), "approve", cast.root))

        assert open_address(client, to).status_code in {400, 404}
        page = client.get("/.pomerium/", {"next": to}).content.decode()
        assert "You were on your way" not in page

    def test_takes_the_port_of_the_gateway_and_no_other(
        self, cast: Cast, settings: Any
    ) -> None:
        settings.GATEWAY_PUBLIC_PORT = 8443
        everyone = make_policy("Everyone")
        make_route("any", everyone, from_="https://*.apps.example.com")
        make_route("one", everyone, from_="https://one.example.com")
        client = client_of(cast.cyd)

        for host in ("one.example.com", "x.apps.example.com"):
            to = f"https://{host}:8443/page"
            assert open_address(client, to)["Location"] == to
            page = client.get("/.pomerium/", {"next": to}).content.decode()
            assert "You were on your way" in page
            assert open_address(client, f"https://{host}:8444/page").status_code == 404
        assert "https://one.example.com:8443/" in page

    def test_tells_the_refused_what_the_policy_says(self, cast: Cast) -> None:
        policy = make_policy(
            "Nobody",
            source="allow:\n  and:\n    - email:\n        is: x@example.com\n",
            remediation="Ask the librarian.",
        )
        make_route("library", policy, from_="https://library.example.com")

        answer = open_address(client_of(cast.cyd), "https://library.example.com/")

        assert answer.status_code == 403
        assert "Ask the librarian." in answer.content.decode()

    def test_lists_what_lets_the_person_in(self, cast: Cast) -> None:
        make_route("open", make_policy("All"), from_="https://open.example.com")
        make_route("closed", from_="https://closed.example.com")
        found, is_complete = route_services.list_reachable(
            device_ids=[], actor=actor_of(cast.cyd), now=timezone.now()
        )

        assert [(one.name, one.needs_device) for one in found] == [
            ("open", False),
            ("wiki", True),
        ]
        assert is_complete

    def test_shows_ids_reasons_and_groups(self, cast: Cast) -> None:
        enrollment = decide(enroll(cast.ben), "reject", cast.root, reason="not ours")

        page = client_of(cast.ben).get("/.pomerium/").content.decode()

        assert enrollment.credential.external_id in page
        assert "not ours" in page
        assert "web" in page

    def test_escapes_what_people_call_their_devices(self, cast: Cast) -> None:
        enroll(cast.cyd, label='<script>alert(1)</script>"onload="x')
        grant("viewer", cast.everything, user=cast.cyd)

        for who, where in ((cast.cyd, "/.pomerium/"), (cast.root, "/devices/")):
            page = client_of(who).get(where).content.decode()
            assert "<script>alert" not in page
        file = client_of(cast.root).get("/devices/export.csv")
        assert file["Content-Disposition"].startswith("attachment")

    def test_says_at_a_number_that_devices_need_a_name(self, cast: Cast) -> None:
        client = client_of(cast.cyd)

        page = client.get("/.pomerium/", headers={"Host": "127.0.0.1:8000"})
        answer = client.post(
            "/api/v1/me/devices/enroll/",
            {"type": "any"},
            content_type="application/json",
            headers={"Host": "127.0.0.1:8000"},
        )

        assert "http://localhost:8000" in page.content.decode()
        assert (answer.status_code, answer.json()["code"]) == (409, "no_host_name")


def test_services_have_no_devices_of_their_own(cast: Cast) -> None:
    with pytest.raises(NotFoundError):
        route_services.list_reachable(
            device_ids=[], actor=actor_of(cast.cyd).__class__(), now=NOW
        )


class TestBodies:
    @pytest.mark.parametrize("size", [300_000, 10_000_000])
    def test_larger_than_what_devices_answer_are_refused_at_once(
        self, cast: Cast, size: int
    ) -> None:
        client = client_of(cast.cyd)
        client.get("/api/v1/me/devices/")  # the first request of all imports every page
        body = '{"credential": {"x": "' + "A" * size + '"}}'
        started = time.process_time()

        answer = client.post(
            "/api/v1/me/devices/enroll/finish/", body, content_type="application/json"
        )

        assert answer.status_code == 413
        assert time.process_time() - started < 1 * ROOM

    def test_of_broken_answers_cost_little(self, cast: Cast) -> None:
        client = client_of(cast.cyd)
        options = client.post(
            "/api/v1/me/devices/enroll/", {"type": "any"}, "application/json"
        ).json()["options"]
        assert options["challenge"]
        started = time.process_time()

        answer = client.post(
            "/api/v1/me/devices/enroll/finish/",
            {"credential": {"response": {"clientDataJSON": "W10" * 10_000}}},
            "application/json",
        )

        assert answer.status_code == 400
        assert time.process_time() - started < 0.5 * ROOM

"""Rules of approval, links, types, and the notices that changes send."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail

from console.core.exceptions import (
    ConflictError,
    PermissionDeniedError,
    StaleVersionError,
    ValidationFailedError,
)
from devices import selectors, services
from devices.exceptions import (
    DeviceTypeInUseError,
    LinkRefusedError,
    TooManyDevicesError,
)
from devices.models import (
    AttestationRoot,
    DeviceNotice,
    DeviceRules,
    DeviceType,
    EnrollmentLink,
    Status,
)
from devices.services.webhooks import check_address
from directory.models import User
from namespaces.exceptions import NamespaceNotFoundError
from tests.devices.authenticator import MODEL_TEXT, Authenticator
from tests.devices.authorities import Authority
from tests.devices.people import asked, decide, enroll, finish
from tests.factories import NOW, grant
from tests.people import Cast, actor_of

DAY = timedelta(days=1)
PATH = "/.pomerium/enroll/"


def set_rules(by: User, **changes: Any) -> DeviceRules:
    version = selectors.get_rules().version
    return services.change_rules(
        version=version, actor=actor_of(by), now=NOW, **changes
    )


def issue(cast: Cast, owner: User, by: User | None = None, **more: Any) -> str:
    values: dict[str, Any] = {"device_type": "any", "expires_at": NOW + DAY} | more
    _, path = services.issue_link(
        user_id=owner.id, actor=actor_of(by or cast.root), now=NOW, **values
    )
    return path.removeprefix(PATH)


@pytest.fixture
def second(cast: Cast) -> User:
    """Another admin of the root, who set the rules."""
    grant("admin", cast.everything, user=cast.mia)
    return cast.mia


class TestLinks:
    def test_enroll_one_device_once(self, cast: Cast) -> None:
        token = issue(cast, cast.cyd)

        enrollment = enroll(cast.cyd, link_token=token)

        assert enrollment.status == Status.WAITING
        with pytest.raises(LinkRefusedError):
            asked(cast.cyd, link_token=token)

    def test_are_used_up_by_the_first_of_two_tabs(self, cast: Cast) -> None:
        token = issue(cast, cast.cyd)
        first, second = (asked(cast.cyd, link_token=token) for _ in range(2))
        finish(cast.cyd, Authenticator().make(first))

        with pytest.raises(LinkRefusedError):
            finish(cast.cyd, Authenticator().make(second))

    def test_are_kept_as_hashes(self, cast: Cast) -> None:
        token = issue(cast, cast.cyd)

        link = EnrollmentLink.objects.get()
        assert link.token_hash == hashlib.sha256(token.encode()).hexdigest()

    def test_are_for_one_person_until_they_end(self, cast: Cast) -> None:
        token = issue(cast, cast.cyd)

        with pytest.raises(LinkRefusedError):
            asked(cast.ben, link_token=token)
        with pytest.raises(LinkRefusedError):
            asked(cast.cyd, link_token=token, now=NOW + DAY)
        with pytest.raises(LinkRefusedError):
            asked(cast.cyd, link_token="made up")

    def test_can_be_withdrawn_until_they_are_used(self, cast: Cast) -> None:
        token = issue(cast, cast.cyd)
        said = asked(cast.cyd, link_token=token)
        link = EnrollmentLink.objects.get()
        services.withdraw_link(link.pk, actor=actor_of(cast.root), now=NOW)

        with pytest.raises(LinkRefusedError):
            finish(cast.cyd, Authenticator().make(said))
        with pytest.raises(ConflictError):
            services.withdraw_link(link.pk, actor=actor_of(cast.root), now=NOW)

    @pytest.mark.parametrize("days", [0, 91])
    def test_end_within_ninety_days(self, cast: Cast, days: int) -> None:
        with pytest.raises(ValidationFailedError):
            issue(cast, cast.cyd, expires_at=NOW + days * DAY)

    def test_are_issued_by_admins_of_the_root(self, cast: Cast) -> None:
        with pytest.raises(NamespaceNotFoundError):
            issue(cast, cast.cyd, by=cast.ada)


class TestRules:
    def test_can_approve_what_comes_by_a_link(self, cast: Cast, second: User) -> None:
        set_rules(second, approves_links=True, approval_days=30)

        enrollment = enroll(cast.cyd, link_token=issue(cast, cast.cyd))

        assert (enrollment.status, enrollment.expires_at) == (
            "approved",
            NOW + 30 * DAY,
        )
        assert enrollment.decided_by_label.startswith("rule: link issued by root")
        assert enroll(cast.ben).status == Status.WAITING

    def test_can_approve_an_attested_model(self, cast: Cast, second: User) -> None:
        authority = Authority()
        services.add_attestation_root(
            name="Maker", pem=authority.pem.decode(), actor=actor_of(second), now=NOW
        )
        set_rules(second, approved_models=[MODEL_TEXT])

        known = enroll(cast.cyd, Authenticator("packed", authority=authority))
        unknown = enroll(cast.ben, Authenticator("packed"))
        itself = enroll(cast.ada, Authenticator("none"))

        assert [one.status for one in (known, unknown, itself)] == [
            "approved",
            "waiting",
            "waiting",
        ]

    def test_approve_nothing_of_who_set_them_or_issued_the_link(
        self, cast: Cast, second: User
    ) -> None:
        set_rules(second, approves_links=True)

        own_link = enroll(cast.root, link_token=issue(cast, cast.root, by=cast.root))
        own_rule = enroll(second, link_token=issue(cast, second))

        assert {own_link.status, own_rule.status} == {"waiting"}

    @pytest.mark.parametrize("action", ["reject", "suspend", "revoke"])
    def test_approve_nothing_of_who_had_a_device_taken_away(
        self, cast: Cast, second: User, action: str
    ) -> None:
        decide(enroll(cast.cyd), action, cast.root)
        set_rules(second, approves_links=True)

        assert enroll(cast.cyd, link_token=issue(cast, cast.cyd)).status == "waiting"

    def test_approve_no_key_that_was_deleted(self, cast: Cast, second: User) -> None:
        set_rules(second, approves_links=True)
        device = Authenticator()
        first = enroll(cast.cyd, device, link_token=issue(cast, cast.cyd))
        services.delete_device(
            services.seen_of(first), actor=actor_of(cast.root), now=NOW
        )

        again = enroll(cast.cyd, device, link_token=issue(cast, cast.cyd))

        assert (first.status, again.status) == ("approved", "waiting")

    def test_limit_how_many_devices_a_person_has(
        self, cast: Cast, second: User
    ) -> None:
        set_rules(second, devices_per_person=1)
        said = [asked(cast.cyd) for _ in range(2)]
        finish(cast.cyd, Authenticator().make(said[0]))

        with pytest.raises(TooManyDevicesError):
            finish(cast.cyd, Authenticator().make(said[1]))
        with pytest.raises(TooManyDevicesError):
            asked(cast.cyd)

    def test_are_changed_by_admins_who_saw_them(self, cast: Cast) -> None:
        set_rules(cast.root, approval_days=9)

        with pytest.raises(StaleVersionError):
            services.change_rules(version=0, actor=actor_of(cast.root), now=NOW)
        grant("manager", cast.everything, user=cast.ben)
        with pytest.raises(PermissionDeniedError):
            set_rules(cast.ben, approval_days=9)

    @pytest.mark.parametrize(
        "changes",
        [
            {"approval_days": 0},
            {"devices_per_person": 10_000},
            {"approved_models": ["YubiKey"]},
            {"notice_emails": ["nobody"]},
            {"notice_emails": ["a@b.c\nBcc: x@y.z"]},
            {"webhook_url": "ftp://example.com"},
            {"webhook_url": "http://169.254.169.254/latest"},
            {"webhook_url": "http://[fd00:ec2::254]/"},
            {"webhook_url": "http://user:pass@example.com/"},
            {"changed_by_id": None},
        ],
        ids=str,
    )
    def test_refuse_what_makes_no_sense(
        self, cast: Cast, changes: dict[str, Any]
    ) -> None:
        with pytest.raises(ValidationFailedError):
            set_rules(cast.root, **changes)


class TestTypes:
    def test_of_ones_own_ask_for_what_they_say(self, cast: Cast) -> None:
        kind = services.create_device_type(
            code="yubikeys",
            name="YubiKeys",
            attachment="cross-platform",
            allowed_models=[MODEL_TEXT],
            actor=actor_of(cast.root),
            now=NOW,
        )
        key = Authenticator("packed", attachment="cross-platform")

        assert enroll(cast.cyd, key, device_type="yubikeys").pk
        with pytest.raises(DeviceTypeInUseError):
            services.delete_device_type(
                kind.pk, version=1, actor=actor_of(cast.root), now=NOW
            )

    def test_are_changed_and_deleted_by_version(self, cast: Cast) -> None:
        root = actor_of(cast.root)
        kind = services.create_device_type(code="x", name="X", actor=root, now=NOW)
        services.change_device_type(kind.pk, version=1, name="New", actor=root, now=NOW)

        with pytest.raises(StaleVersionError):
            services.delete_device_type(kind.pk, version=1, actor=root, now=NOW)
        services.delete_device_type(kind.pk, version=2, actor=root, now=NOW)
        built_in = DeviceType.objects.get(code="any")
        with pytest.raises(DeviceTypeInUseError):
            services.delete_device_type(
                built_in.pk, version=built_in.version, actor=root, now=NOW
            )

    @pytest.mark.parametrize(
        "values",
        [
            {"code": "not a code"},
            {"name": ""},
            {"attachment": "pocket"},
            {"allowed_models": ["x"]},
            {"built_in": True},
        ],
        ids=str,
    )
    def test_refuse_what_makes_no_sense(
        self, cast: Cast, values: dict[str, Any]
    ) -> None:
        with pytest.raises(ValidationFailedError):
            services.create_device_type(
                **{"code": "x", "name": "X"} | values,
                actor=actor_of(cast.root),
                now=NOW,
            )

    def test_trust_only_certificates(self, cast: Cast) -> None:
        root, pem = actor_of(cast.root), Authority().pem.decode()
        for text in ("", "x", pem + pem, pem.replace("M", "N", 3)):
            with pytest.raises(ValidationFailedError):
                services.add_attestation_root(name="m", pem=text, actor=root, now=NOW)
        services.add_attestation_root(name="m", pem=pem, actor=root, now=NOW)
        with pytest.raises(ConflictError):
            services.add_attestation_root(name="n", pem=pem, actor=root, now=NOW)
        services.remove_attestation_root(
            AttestationRoot.objects.get().pk, actor=root, now=NOW
        )


class Receiver(BaseHTTPRequestHandler):
    """Takes notices."""

    taken: list[tuple[dict[str, Any], str]] = []
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((json.loads(body), self.headers["X-Postern-Signature"]))
        expected = hmac.new(b"hush", body, hashlib.sha256).hexdigest()
        assert self.headers["X-Postern-Signature"] == f"sha256={expected}"
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Receiver.taken, Receiver.status = [], 200
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()
    thread.join()


class TestNotices:
    def test_go_to_a_webhook_signed(self, cast: Cast, receiver: str) -> None:
        set_rules(cast.root, webhook_url=receiver, webhook_secret="hush")
        enroll(cast.cyd)

        assert services.send_due_notices(now=NOW) == 1

        ((body, _),) = Receiver.taken
        assert body["event"] == "device.enrolled"
        assert body["device"]["person"]["email"] == cast.cyd.email
        assert services.send_due_notices(now=NOW + DAY) == 0

    def test_are_tried_again_and_given_up(self, cast: Cast, receiver: str) -> None:
        Receiver.status = 503
        set_rules(cast.root, webhook_url=receiver, webhook_secret="hush")
        enroll(cast.cyd)

        for number in range(8):
            assert services.send_due_notices(now=NOW + number * 10 * DAY) == 0

        notice = DeviceNotice.objects.get()
        assert (len(Receiver.taken), notice.attempts) == (6, 6)
        assert notice.error == "the receiver answered 503"

    def test_go_to_approvers_and_people_by_e_mail(
        self, cast: Cast, settings: Any
    ) -> None:
        settings.EMAIL_HOST = "mail.example"
        set_rules(cast.root, notice_emails=["it@example.com"], tells_people=True)
        enrollment = enroll(cast.cyd, label="Phone\r\nBcc: x@y.z")
        decide(enrollment, "reject", cast.root, reason="not ours")

        services.send_due_notices(now=NOW)

        assert [one.to for one in mail.outbox] == [["it@example.com"], [cast.cyd.email]]
        assert "waits for approval" in mail.outbox[0].subject
        assert "not ours" in mail.outbox[1].body

    def test_wait_while_there_is_no_mail_server(self, cast: Cast) -> None:
        set_rules(cast.root, notice_emails=["it@example.com"])
        enroll(cast.cyd)

        assert services.send_due_notices(now=NOW) == 0
        assert "no mail server" in DeviceNotice.objects.get().error

    def test_never_go_where_names_lead_inside(self, settings: Any) -> None:
        settings.UPSTREAM_ALLOWLIST = []

        for host in ("127.0.0.1", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]"):  # noqa: S104
            assert check_address(f"http://{host}/")
        assert check_address("https://hooks.example.com/x") == ""

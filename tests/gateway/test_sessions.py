"""Signing in at a route's host: codes, sessions, and who may end them."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from console.core.exceptions import NotFoundError, ValidationFailedError
from console.core.models import AuditEvent, OutboxEntry
from gateway import selectors, services
from gateway.authorizer.answers import challenge_of
from gateway.authorizer.own_paths import Begun
from gateway.models import GatewaySession
from routes import services as route_services
from tests.factories import NOW, make_route, make_session
from tests.people import Cast, actor_of

NONCE = "n" * 43
HOST = "wiki.example.com"
URL = f"https://{HOST}/page?x=1"


@pytest.fixture(autouse=True)
def route(cast: Cast) -> Any:
    return make_route("wiki", namespace=cast.web)


def promise(cast: Cast, url: str = URL, **values: Any) -> str:
    """Return the code that a browser would bring."""
    address = services.promise_session(
        url,
        challenge=challenge_of(NONCE),
        actor=actor_of(cast.cyd),
        now=NOW,
        **values,
    )
    return address.partition("code=")[2]


def begin(code: str, **values: Any) -> Begun | None:
    asked = {"challenge": challenge_of(NONCE), "host": HOST, "now": NOW}
    return services.begin_session(code, **{"address": "", **asked, **values})


class TestPromiseSession:
    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example.org/",
            "https://wiki.example.com@evil.example.org/",
            "https://wiki.example.com.evil.example.org/",
            "//wiki.example.com/",
            "javascript://wiki.example.com/%0aalert(1)",
            "https://wiki.example.com\\@evil.example.org/",
            "https://wiki.example.com:bad/",
            "https:///wiki.example.com/",
            "",
        ],
    )
    @pytest.mark.parametrize("embedded", [True, False])
    def test_sends_nobody_to_a_place_without_a_route(
        self, cast: Cast, url: str, settings: Any, embedded: bool
    ) -> None:
        settings.EMBEDDED = embedded

        with pytest.raises(ValidationFailedError):
            promise(cast, url)

    def test_only_one_machine_alone_goes_without_tls(
        self, cast: Cast, settings: Any
    ) -> None:
        settings.EMBEDDED = True
        assert promise(cast, "http://wiki.example.com/")
        settings.EMBEDDED = False

        with pytest.raises(ValidationFailedError):
            promise(cast, "http://wiki.example.com/")

    def test_the_page_sends_the_browser_back_with_a_code(self, cast: Cast) -> None:
        client = Client()
        client.force_login(cast.cyd)
        query = {"to": URL, "challenge": challenge_of(NONCE)}

        answer = client.get("/gateway/sign-in", query)

        assert answer.status_code == 302
        assert answer["Location"].startswith(f"https://{HOST}/.pomerium/callback?code=")
        assert GatewaySession.objects.filter(key__isnull=True).count() == 1

    def test_a_form_of_ours_leads_there_by_a_page(self, cast: Cast) -> None:
        client = Client()
        client.force_login(cast.cyd)
        query = {"to": URL, "challenge": challenge_of(NONCE)}

        answer = client.get(
            "/gateway/sign-in", query, headers={"sec-fetch-site": "same-origin"}
        )

        text = answer.content.decode()
        assert answer.status_code == 200
        assert f'content="0;url=https://{HOST}/.pomerium/callback?code=' in text
        assert answer["Cache-Control"] == "no-store"

    def test_the_page_asks_for_a_device_where_one_is_missing(self, cast: Cast) -> None:
        client = Client()
        client.force_login(cast.cyd)
        query = {"to": URL, "challenge": challenge_of(NONCE), "device": "any"}

        answer = client.get("/gateway/sign-in", query)

        assert answer["Location"].startswith("/.pomerium/?next=")


class TestOwners:
    """Hostile case 56: what people had at a host that another claims."""

    FREED = "docs.example.com"

    def freed(self, cast: Cast, url: str = f"https://{FREED}") -> None:
        """Free a host that people have sessions at, without a week of rest."""
        route = make_route("docs", namespace=cast.web, from_=url)
        make_session(cast.cyd, self.FREED)
        make_session(cast.cyd, HOST)
        route_services.delete_route(
            route.pk, version=route.version, actor=actor_of(cast.mia), now=NOW
        )

    @pytest.mark.parametrize("host", [FREED, "*.example.com"])
    def test_sessions_do_not_carry_over_to_another_owner(
        self, cast: Cast, host: str
    ) -> None:
        self.freed(cast, f"https://{host}")
        route_services.release_host(host, actor=actor_of(cast.ada), now=NOW)
        newest = AuditEvent.objects.latest("sequence").sequence

        make_route("theirs", namespace=cast.finance, from_=f"https://{host}")

        rows = {row.host: row.ended_at is None for row in GatewaySession.objects.all()}
        is_wild = host.startswith("*")
        assert rows == {self.FREED: False, HOST: not is_wild}
        told = AuditEvent.objects.filter(sequence__gt=newest, action="session.ended")
        assert {one.reason for one in told} == {"the host has another owner"}
        assert told.count() == 1 + is_wild

    def test_a_code_from_before_counts_no_more(self, cast: Cast) -> None:
        route = make_route("docs", namespace=cast.web, from_=f"https://{self.FREED}")
        code = promise(cast, f"https://{self.FREED}/")
        route_services.delete_route(
            route.pk, version=route.version, actor=actor_of(cast.mia), now=NOW
        )
        route_services.release_host(self.FREED, actor=actor_of(cast.ada), now=NOW)

        make_route("theirs", namespace=cast.finance, from_=f"https://{self.FREED}")

        assert begin(code, host=self.FREED) is None

    def test_they_stay_with_the_owner_who_takes_it_back(self, cast: Cast) -> None:
        self.freed(cast)

        make_route("docs", namespace=cast.web, from_=f"https://{self.FREED}")

        assert not GatewaySession.objects.filter(ended_at__isnull=False).exists()


class TestBeginSession:
    def test_begins_with_an_event_and_what_the_stream_needs(self, cast: Cast) -> None:
        begun = begin(promise(cast))

        assert begun is not None
        assert begun.return_to == URL
        event = AuditEvent.objects.latest("sequence")
        assert (event.action, event.actor_label) == ("session.began", cast.cyd.email)
        entry = OutboxEntry.objects.get(pk=begun.position)
        assert (entry.topic, entry.audit_sequence) == ("sessions", event.sequence)
        row = GatewaySession.objects.get()
        assert begun.secret not in str(vars(row))

    @pytest.mark.parametrize(
        "fault",
        [
            {"challenge": challenge_of("m" * 43)},
            {"host": "other.example.com"},
            {"now": NOW + timedelta(seconds=61)},
        ],
        ids=["another browser", "another host", "too late"],
    )
    def test_a_code_that_went_astray_is_used_up(
        self, cast: Cast, fault: dict[str, Any]
    ) -> None:
        code = promise(cast)

        assert begin(code, **fault) is None
        assert begin(code) is None
        assert not GatewaySession.objects.exists()

    def test_a_code_counts_once(self, cast: Cast) -> None:
        code = promise(cast)

        assert begin(code) is not None
        assert begin(code) is None

    def test_nothing_begins_for_somebody_who_was_deactivated(self, cast: Cast) -> None:
        code = promise(cast)
        cast.cyd.is_active = False
        cast.cyd.save()

        assert begin(code) is None


class TestRevokeSession:
    def test_people_end_their_own_and_admins_of_the_root_everybodys(
        self, cast: Cast
    ) -> None:
        row = make_session(cast.cyd, HOST)

        with pytest.raises(NotFoundError):
            services.revoke_session(row.pk, actor=actor_of(cast.ada), now=NOW)
        services.revoke_session(row.pk, actor=actor_of(cast.cyd), now=NOW)
        other = make_session(cast.cyd, HOST)
        services.revoke_session(other.pk, actor=actor_of(cast.root), now=NOW)

        assert list(selectors.DatabaseSource(lambda *_: None).sessions(None)) == []


def go(client: Client) -> str:
    """Go by the console to the route's host; return the code that leads in there."""
    query = {"to": URL, "challenge": challenge_of(NONCE)}
    answer = client.get("/gateway/sign-in", query)
    return str(answer["Location"]).partition("code=")[2]


class TestSigningOutOfTheConsole:
    def test_ends_what_came_out_of_that_sign_in(self, cast: Cast) -> None:
        here, elsewhere = Client(), Client()
        for client in (here, elsewhere):
            client.force_login(cast.cyd)
            assert begin(go(client), now=timezone.now()) is not None
        first, second = GatewaySession.objects.order_by("created_at")

        here.post("/sign-out/")

        running = [one.id for one in selectors.DatabaseSource(print).sessions(None)]
        assert running == [str(second.pk)]
        event = AuditEvent.objects.latest("sequence")
        assert (event.action, event.target_id) == ("session.ended", str(first.pk))
        assert event.actor_label == cast.cyd.email
        entry = OutboxEntry.objects.latest("pk")
        assert (entry.topic, entry.payload) == ("sessions", {"id": str(first.pk)})

    def test_takes_back_a_code_that_was_not_used_yet(self, cast: Cast) -> None:
        client = Client()
        client.force_login(cast.cyd)
        code = go(client)

        client.post("/sign-out/")

        assert begin(code, now=timezone.now()) is None

    def test_counts_although_the_session_got_another_id(self, cast: Cast) -> None:
        client = Client()
        client.force_login(cast.cyd)
        begin(go(client), now=timezone.now())
        session = client.session
        session.cycle_key()
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""

        client.post("/sign-out/")

        assert GatewaySession.objects.get().ended_at is not None

    def test_leaves_sessions_alone_that_know_no_sign_in(self, cast: Cast) -> None:
        row = make_session(cast.cyd, HOST)
        client = Client()
        client.force_login(cast.cyd)

        client.post("/sign-out/")

        row.refresh_from_db()
        assert row.ended_at is None


class TestNoteUse:
    def test_puts_off_the_end_but_never_beyond_the_last(self, cast: Cast) -> None:
        row = make_session(cast.cyd, HOST)
        later = NOW + timedelta(hours=1)
        last = NOW + timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)

        services.note_use({str(row.pk): later}, now=later)
        row.refresh_from_db()
        first = row.ends_at
        near = last - timedelta(hours=2)
        GatewaySession.objects.update(ends_at=last - timedelta(hours=1))
        services.note_use({str(row.pk): near}, now=near)
        row.refresh_from_db()

        assert first == later + timedelta(seconds=settings.SESSION_IDLE_SECONDS)
        assert row.ends_at == last

    def test_forgets_codes_that_nobody_used(self, cast: Cast) -> None:
        promise(cast)

        services.forget_sessions(now=NOW + timedelta(minutes=2))

        assert not GatewaySession.objects.exists()

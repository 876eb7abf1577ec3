"""`/.pomerium/` on each host, before any policy."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.authorizer.own_pages import OwnDevice
from gateway.authorizer.own_paths import Begun
from tests.gateway.authorizer.world import CONSOLE, HOST, SECRETS, World

REFUSES = "deny:\n  or:\n    - accept: true\n"
JSON = {"accept": "application/json"}


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    world.publish()
    yield world
    world.app.close()


def make_device(name: str, **values: Any) -> OwnDevice:
    """Return a device that waits."""
    usual = {"id": "c1", "kind": "Any", "model": "", "state": "waiting", "reason": ""}
    return OwnDevice(name=name, **{**usual, "is_used": False, **values})


class TestDevices:
    def test_are_all_there_with_where_each_stands(self, world: World) -> None:
        world.console.shelf["ada"] = [
            make_device("Phone <b>"),
            make_device("Key", id="c2", state="rejected", reason="Not <i>ours</i>"),
            make_device("Laptop", id="c3", state="approved", model="T1", is_used=True),
        ]

        page = world.ask("/.pomerium/", by="ada").body

        assert "<strong>Phone &lt;b&gt;</strong> (waiting)" in page
        assert "(rejected)<br>Not &lt;i&gt;ours&lt;/i&gt;" in page
        assert "<strong>Laptop</strong> (approved, in use)" in page
        assert "Any, T1" in page
        assert [f"<code>{one}</code>" in page for one in ("c1", "c2", "c3")] == [
            True,
            True,
            True,
        ]

    def test_are_nobody_elses(self, world: World) -> None:
        world.console.shelf["ada"] = [make_device("Phone of Ada")]

        page = world.ask("/.pomerium/", by="ben").body

        assert "Phone of Ada" not in page
        assert "You have enrolled no device yet." in page

    def test_are_those_of_the_session_while_the_console_is_down(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        world.console.is_down = True

        answer = world.ask("/.pomerium/", by="ada")

        assert answer.status == 200
        assert "None counts in this session." in answer.body
        assert "could not be read" in caplog.text


class TestWhoAmI:
    def test_is_told_whatever_the_policies_say(self, world: World) -> None:
        world.publish(REFUSES)

        page = world.ask("/.pomerium/", by="ben")
        data = json.loads(world.ask("/.pomerium/user", by="ben").body)

        assert page.status == 200
        assert "ben@example.com" in page.body
        assert data["email"] == "ben@example.com"

    def test_says_groups_by_name_beside_the_id(self, world: World) -> None:
        held = world.source.persons["ada"]
        groups = (("0a1b", "Sales <b>"), ("ops", "ops"), ("qa", ""))
        world.source.persons["ada"] = held._replace(groups=groups)
        world.source.announce("people", "ada")
        world.follower.poll()

        page = world.ask("/.pomerium/", by="ada").body

        assert "<li>Sales &lt;b&gt; (0a1b)</li><li>ops</li><li>qa</li>" in page

    def test_is_a_question_of_those_who_signed_in(self, world: World) -> None:
        assert world.ask("/.pomerium/user", headers=JSON).status == 401
        assert world.ask("/.pomerium/jwt").status == 302
        assert "Sign in" in world.ask("/.pomerium/").body

    @pytest.mark.parametrize(
        ("host", "link"),
        [
            ("app.example.com:8443", "https://app.example.com:8443/"),
            ("app.example.com", "https://app.example.com/"),
            ("app.example.com:1@evil.example", "https://app.example.com/"),
        ],
    )
    def test_links_lead_to_the_port_by_which_one_came(
        self, world: World, host: str, link: str
    ) -> None:
        page = world.ask("/.pomerium/", by="ada", host=host).body

        assert f'<a href="{link}">' in page

    def test_is_answered_on_hosts_of_routes_only(self, world: World) -> None:
        assert world.ask("/.pomerium/", host="evil.example.org").status == 404

    def test_lists_what_somebody_reaches_and_nothing_else(self, world: World) -> None:
        ada = json.loads(world.ask("/.pomerium/routes", by="ada").body)
        ben = json.loads(world.ask("/.pomerium/routes", by="ben").body)

        assert ada["routes"] == [{"name": "app", "from": f"https://{HOST}/"}]
        assert ben["routes"] == []

    def test_escapes_what_others_chose(self, world: World) -> None:
        held = world.source.persons["ada"]
        world.source.persons["ada"] = held._replace(email="<script>@example.com")
        world.source.announce("people", "ada")
        world.follower.poll()

        page = world.ask("/.pomerium/", by="ada")

        assert "<script" not in page.body
        assert "script-src" not in page.headers["content-security-policy"]
        assert "default-src 'none'" in page.headers["content-security-policy"]


class TestCallback:
    def begin(self, world: World) -> tuple[str, str]:
        """Begin signing in; return the browser's cookie, and the challenge."""
        sent = world.check("/deep", headers={"accept": "text/html"})
        query = parse_qs(urlsplit(sent.headers["location"]).query)
        return sent.headers["set-cookie"].partition(";")[0], query["challenge"][0]

    def test_sets_a_cookie_for_this_host_and_goes_on(self, world: World) -> None:
        cookie, challenge = self.begin(world)
        begun = Begun(SECRETS["ada"], 0, 3600, f"https://{HOST}/deep")
        world.console.codes["good"] = (challenge, HOST, begun)

        reply = world.ask("/.pomerium/callback?code=good", headers={"cookie": cookie})

        assert reply.status == 302
        assert reply.headers["location"] == f"https://{HOST}/deep"
        held = reply.headers["set-cookie"]
        assert held.startswith(f"__Host-postern-session=0.{SECRETS['ada']};")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(held.split("; "))
        assert world.check(headers={"cookie": held.partition(";")[0]}).status == 200

    def test_refuses_the_code_of_another_browser(self, world: World) -> None:
        _, challenge = self.begin(world)
        other, _ = self.begin(world)
        begun = Begun(SECRETS["ada"], 0, 3600, f"https://{HOST}/")
        world.console.codes["good"] = (challenge, HOST, begun)

        reply = world.ask("/.pomerium/callback?code=good", headers={"cookie": other})

        assert reply.status == 400
        assert "set-cookie" not in reply.headers

    @pytest.mark.parametrize("query", ["", "?code=", "?code=a&code=b", "?code=wrong"])
    def test_refuses_what_is_no_code(self, world: World, query: str) -> None:
        cookie, _ = self.begin(world)

        reply = world.ask(f"/.pomerium/callback{query}", headers={"cookie": cookie})

        assert reply.status == 400

    def test_a_failed_sign_in_leaves_the_session_that_is_there(
        self, world: World
    ) -> None:
        reply = world.ask("/.pomerium/callback?code=wrong", by="ada")

        assert "set-cookie" not in reply.headers
        assert world.check(by="ada").status == 200

    def test_tabs_that_begin_together_share_what_the_browser_keeps(
        self, world: World
    ) -> None:
        cookie, challenge = self.begin(world)
        sent = world.check("/x", headers={"accept": "text/html", "cookie": cookie})

        query = parse_qs(urlsplit(sent.headers["location"]).query)
        assert query["challenge"] == [challenge]


class TestSignOut:
    def test_ends_the_session_on_the_server(self, world: World) -> None:
        reply = world.ask("/.pomerium/sign_out", method="POST", by="ada")

        assert reply.status == 303
        assert "Max-Age=0" in reply.headers["set-cookie"]
        assert world.console.ended == ["session-of-ada"]

    def test_is_asked_for_by_this_site_only(self, world: World) -> None:
        headers = {"origin": "https://evil.example.org"}

        reply = world.ask(
            "/.pomerium/sign_out", method="POST", by="ada", headers=headers
        )

        assert reply.status == 403
        assert world.console.ended == []

    def test_is_never_done_by_a_link(self, world: World) -> None:
        assert world.ask("/.pomerium/sign_out", by="ada").status == 200
        assert world.console.ended == []

    def test_enrolling_is_the_consoles_page(self, world: World) -> None:
        reply = world.ask("/.pomerium/webauthn", by="ada")

        assert reply.headers["location"].startswith(f"{CONSOLE}/.pomerium/?next=")

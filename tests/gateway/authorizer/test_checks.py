"""What a proxy is told about a request, and what the client gets."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.stream import DeviceEntry
from tests.gateway.authorizer.world import CONSOLE, HOST, ROBOT_TOKEN, World
from tests.gateway.sources import make_policy

PUBLIC = "allow:\n  and:\n    - accept: true\n"
NEEDS_DEVICE = "allow:\n  and:\n    - device: {is: d1}\n"
JSON = {"accept": "application/json"}


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.app.close()


class TestOutcomes:
    def test_lets_in_whom_a_policy_lets_in_and_nobody_else(self, world: World) -> None:
        world.publish()

        assert world.check(by="ada").status == 200
        assert world.check(by="ben").status == 403

    def test_sends_a_browser_to_sign_in_and_back(self, world: World) -> None:
        world.publish()

        reply = world.check("/deep/page?x=1", headers={"accept": "text/html"})

        assert reply.status == 302
        there = urlsplit(reply.headers["location"])
        assert f"{there.scheme}://{there.netloc}{there.path}" == (
            f"{CONSOLE}/gateway/sign-in"
        )
        query = parse_qs(there.query)
        assert query["to"] == [f"https://{HOST}/deep/page?x=1"]
        assert len(query["challenge"][0]) == 43
        assert reply.headers["set-cookie"].startswith("__Host-postern-sign-in=")
        assert "Secure" in reply.headers["set-cookie"]

    @pytest.mark.parametrize(
        "headers",
        [
            JSON,
            {"content-type": "application/grpc"},
            {"accept": "text/html;q=0.5, application/json"},
            {"x-postern-upgrade": "websocket"},
        ],
        ids=["json", "grpc", "quality", "websocket"],
    )
    def test_answers_401_to_a_client_that_has_no_pages(
        self, world: World, headers: dict[str, str]
    ) -> None:
        world.publish()

        assert world.check(headers=headers).status == 401

    @pytest.mark.parametrize("accept", ["", "*/*", "text/*"])
    def test_sends_curl_to_sign_in_as_well(self, world: World, accept: str) -> None:
        world.publish()
        headers = {"accept": accept} if accept else {}

        assert world.check(headers=headers).status == 302

    def test_asks_for_a_device_of_the_type_that_is_missing(self, world: World) -> None:
        world.publish(NEEDS_DEVICE)

        reply = world.check(by="ada")

        assert reply.status == 302
        assert "device=" in reply.headers["location"]

    def test_refuses_another_device_with_450(self, world: World) -> None:
        held = DeviceEntry("one", "any", "c1", "e1", "somebody", None)
        world.source.owned = [("ada", held)]
        session = world.source.session_list[0]._replace(device_ids=("one",))
        world.source.session_list[0] = session
        world.publish(NEEDS_DEVICE)

        assert world.check(by="ada").status == 450

    def test_answers_404_for_a_route_that_is_not_enforced(self, world: World) -> None:
        world.publish()

        assert world.check(route="other", by="ada").status == 404

    def test_refuses_everybody_on_a_route_that_only_has_a_ceiling(
        self, world: World
    ) -> None:
        world.publish(PUBLIC, attached=(), enforced=["main"])

        assert world.check(by="ada").status == 403

    def test_an_enforced_policy_limits_what_others_allow(self, world: World) -> None:
        ceiling = make_policy("ceiling", source=PUBLIC.replace("accept", "reject"))
        world.publish(PUBLIC, policies=[ceiling], enforced=["ceiling"])

        assert not world.check(by="ada").lets_through


class TestRobots:
    def test_a_closed_route_tells_robots_to_stay_away(self, world: World) -> None:
        world.publish()

        reply = world.check("/robots.txt")

        # 403, since a proxy takes each 2xx for consent; it sends the status that is
        # said here instead.
        assert reply.status == 403
        assert reply.headers["x-postern-status"] == "200"
        assert reply.body == "User-agent: *\nDisallow: /"

    def test_an_open_route_answers_for_itself(self, world: World) -> None:
        world.publish(PUBLIC)

        assert world.check("/robots.txt").status == 200

    def test_kubectl_is_told_of_failures_in_its_own_form(self, world: World) -> None:
        world.publish()
        headers = {"user-agent": "kubectl/v1.31 kubernetes/abc"}

        reply = world.check("/robots.txt", by="ben", headers=headers)

        assert json.loads(reply.body) == {
            "apiVersion": "v1",
            "kind": "Status",
            "status": "Failure",
            "message": "You may not open this",
            "reason": "Forbidden",
            "code": 403,
        }


class TestRefusalPage:
    def test_says_why_and_what_helps(self, world: World) -> None:
        world.publish(
            policies=[
                make_policy(
                    "deny",
                    source="deny:\n  or:\n    - accept: true\n",
                    has_allow_rules=False,
                    explanation="The books are <closed>.",
                    remediation="Come back on Monday.",
                )
            ],
            enforced=["deny"],
        )

        reply = world.check(by="ada")

        assert reply.status == 403
        assert "The books are &lt;closed&gt;." in reply.body
        assert "Come back on Monday." in reply.body
        assert "style-src 'sha256-" in reply.headers["content-security-policy"]
        assert reply.headers["cache-control"] == "no-store"

    def test_says_it_in_json_to_programs(self, world: World) -> None:
        world.publish()

        reply = world.check(by="ben", headers=JSON)

        assert json.loads(reply.body) == {"error": "You may not open this"}


class TestServiceAccounts:
    POLICY = "allow:\n  and:\n    - user: {is: robot}\n"

    @pytest.mark.parametrize(
        "value",
        [
            f"Bearer {ROBOT_TOKEN}",
            f"Bearer Pomerium-{ROBOT_TOKEN}",
            f"Pomerium {ROBOT_TOKEN}",
            "Basic cG9tZXJpdW06cG9zdGVybl9yb2JvdA==",
        ],
    )
    def test_call_with_a_token_that_no_upstream_sees(
        self, world: World, value: str
    ) -> None:
        world.publish(self.POLICY)

        reply = world.check(headers={"authorization": value})

        assert reply.status == 200
        assert reply.headers["x-envoy-auth-headers-to-remove"] == "authorization"

    def test_a_wrong_token_is_refused_even_with_a_session(self, world: World) -> None:
        world.publish()
        headers = {"authorization": "Bearer postern_wrong"}

        assert world.check(by="ada", headers=headers).status == 403

    def test_a_token_that_is_not_ours_is_left_to_the_upstream(
        self, world: World
    ) -> None:
        world.publish()
        headers = {"authorization": "Bearer eyJ-of-somebody-else"}

        reply = world.check(by="ada", headers=headers)

        assert reply.status == 200
        assert reply.headers["x-envoy-auth-headers-to-remove"] == "cookie"


class TestCookies:
    def test_ours_stay_here_and_others_go_on(self, world: World) -> None:
        world.publish()

        reply = world.check(by="ada", headers={"cookie": "theme=dark; a=b"})

        assert reply.headers["cookie"] == "theme=dark; a=b"

    def test_a_session_counts_at_its_own_host_only(self, world: World) -> None:
        world.publish()

        assert world.check(by="ada", host="other.example.com").status == 302

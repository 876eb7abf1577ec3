"""nginx's `auth_request` and Traefik's `forwardAuth`."""

from collections.abc import Iterator

import pytest

from tests.gateway.authorizer.world import HOST, SECRETS, TOKEN, World

COOKIE = f"__Host-postern-session=0.{SECRETS['ada']}"
NGINX = {
    "x-original-method": "GET",
    "x-original-uri": "/page?x=1",
    "x-original-host": HOST,
    "x-real-ip": "203.0.113.7",
}
TRAEFIK = {
    "x-forwarded-method": "GET",
    "x-forwarded-uri": "/page?x=1",
    "x-forwarded-host": HOST,
    "x-forwarded-for": "198.51.100.1, 203.0.113.7",
}


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    world.publish()
    yield world
    world.app.close()


class TestNginx:
    def test_hears_but_the_three_statuses_that_it_knows(self, world: World) -> None:
        path = "/authorize/nginx/app"

        allowed = world.ask(path, headers={**NGINX, "cookie": COOKIE})
        unknown = world.ask(path, headers=NGINX)
        missing = world.ask("/authorize/nginx/none", headers=NGINX)

        assert (allowed.status, unknown.status, missing.status) == (200, 401, 403)
        assert "/gateway/sign-in?to=https" in unknown.headers["x-postern-location"]
        assert "location" not in unknown.headers


class TestTraefik:
    def test_gives_its_secret_in_the_address(self, world: World) -> None:
        headers = {**TRAEFIK, "cookie": COOKIE}
        path = "/authorize/traefik/app"

        good = world.ask(f"{path}?token={TOKEN}", headers=headers, token=None)
        bad = world.ask(f"{path}?token=wrong", headers=headers, token=None)
        none = world.ask(path, headers=headers, token=None)

        assert (good.status, bad.status, none.status) == (200, 401, 401)

    def test_passes_on_the_way_to_sign_in(self, world: World) -> None:
        reply = world.ask("/authorize/traefik/app", headers=TRAEFIK)

        assert reply.status == 302
        assert "gateway/sign-in" in reply.headers["location"]

    def test_robots_get_no_consent(self, world: World) -> None:
        headers = {**TRAEFIK, "x-forwarded-uri": "/robots.txt"}

        reply = world.ask("/authorize/traefik/app", headers=headers)

        assert reply.status == 403
        assert "Disallow" in reply.body


@pytest.mark.parametrize(
    ("path", "described"),
    [("/authorize/nginx/app", NGINX), ("/authorize/traefik/app", TRAEFIK)],
    ids=["nginx", "traefik"],
)
class TestBoth:
    def test_refuses_a_request_that_is_not_described(
        self, world: World, path: str, described: dict[str, str]
    ) -> None:
        for name in list(described)[:3]:
            headers = {key: text for key, text in described.items() if key != name}
            assert world.ask(path, headers={**headers, "cookie": COOKIE}).status == 400

    def test_takes_nothing_that_a_client_says_under_our_names(
        self, world: World, path: str, described: dict[str, str]
    ) -> None:
        world.publish("allow:\n  and:\n    - source_ip: 10.0.0.1/32\n")
        headers = {**described, "x-postern-client-ip": "10.0.0.1"}

        assert world.ask(path, headers=headers).status != 200

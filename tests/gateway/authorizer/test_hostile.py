"""Attacks on the authorizer, each named after what it refuses."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.stream import Follower, SourceGoneError
from tests.factories import NOW
from tests.gateway.authorizer.world import HOST, TOKEN, World
from tests.gateway.sources import KEY, MemorySource, make_policy

PUBLIC = "allow:\n  and:\n    - accept: true\n"
ADMIN_ONLY = (
    "allow:\n  and:\n    - accept: true\n"
    "deny:\n  and:\n    - http_path: {starts_with: /admin}\n"
)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    world.publish()
    yield world
    world.app.close()


class TestWhoAsks:
    @pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1]])
    @pytest.mark.parametrize(
        "path", ["/check/", "/.pomerium/user", "/authorize/nginx/app", "/anything"]
    )
    def test_refuses_whoever_is_not_the_proxy(
        self, world: World, token: str | None, path: str
    ) -> None:
        headers = {"x-postern-route": "app"}

        assert world.ask(path, by="ada", token=token, headers=headers).status == 401

    @pytest.mark.parametrize(
        "name", ["x-postern-route", "x-postern-token", "host", "authorization"]
    )
    def test_refuses_a_header_that_came_twice(self, world: World, name: str) -> None:
        asked = {"authorization": "Bearer x"} if name == "authorization" else {}

        reply = world.check(by="ada", headers=asked, more=[(name, "app")])

        assert reply.status == 400

    def test_refuses_a_check_without_a_route(self, world: World) -> None:
        assert world.check(route=None, by="ada").status == 400
        assert world.check(route="x" * 200, by="ada").status == 400

    def test_takes_no_identity_from_headers_of_the_client(self, world: World) -> None:
        headers = {
            "x-pomerium-claim-email": "ada@example.com",
            "x-pomerium-jwt-assertion": "eyJ",
            "x-forwarded-user": "ada",
        }

        assert world.check(headers=headers).status == 302

    def test_takes_nothing_from_an_answer_that_is_sent_back(self, world: World) -> None:
        consent = world.check(by="ada", headers={"cookie": "a=b"})
        assert consent.status == 200
        told = {
            name.removeprefix("x-envoy-auth-"): value
            for name, value in consent.headers.items()
            if name != "content-length"
        }

        assert told
        assert world.check(headers=consent.headers).status == 302
        assert world.check(headers=told).status == 302
        assert world.check(by="ben", headers=consent.headers).status == 403

    @pytest.mark.parametrize(
        "cookie",
        [
            "__Host-postern-session=",
            "__Host-postern-session=0.short",
            "__Host-postern-session=0." + "y" * 43,
            "__Host-postern-session=-1." + "ada".ljust(43, "x"),
            "postern-session=0." + "ada".ljust(43, "x"),
            "; ".join(
                f"__Host-postern-session=0.{name.ljust(43, 'x')}"
                for name in ("ada", "ben")
            ),
            "\x00\xff;;;===",
            "a=b; " * 5000 + f"__Host-postern-session=0.{'ada'.ljust(43, 'x')}",
        ],
        ids=list("abcdefgh"),
    )
    def test_a_cookie_that_is_not_whole_is_nobodys(
        self, world: World, cookie: str
    ) -> None:
        assert world.check(headers={"cookie": cookie}).status == 302

    def test_a_session_that_ended_is_nobodys(self, world: World) -> None:
        ends = world.source.session_list[0].ends_at

        world.now = ends
        world.source.directory_list = []
        world.follower.poll()

        assert world.check(by="ada").status == 302


class TestPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "//admin",
            "/./admin",
            "/x/../admin",
            "/x/..;/admin",
            "/x/..%3b/admin",
            "/;x=1/admin",
            "/x/%3Bx/admin",
            "/x%0d%0ay",
            "/x%250a",
            "/%7f",
            "/%2e%2e/admin",
            "/x%2fadmin",
            "/x%5cadmin",
            "/\\admin",
            "/admin%00",
            "/%252fadmin",
            "/x/..",
            "/admin\x7f",
            "/%zz",
            "/" + "a" * 9000,
        ],
    )
    def test_refuses_what_could_be_read_in_two_ways(
        self, world: World, path: str
    ) -> None:
        world.publish(ADMIN_ONLY)

        assert world.check(path, by="ada").status == 400

    def test_sees_the_path_that_the_upstream_will_see(self, world: World) -> None:
        world.publish(ADMIN_ONLY)

        assert world.check("/%61dmin").status == 403
        assert world.check("/public").status == 200

    def test_the_query_is_no_part_of_the_path(self, world: World) -> None:
        world.publish(ADMIN_ONLY)

        assert world.check("/public?/../admin//").status == 200


class TestWithoutTheStream:
    def test_denies_when_nothing_was_heard_for_ten_seconds(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.publish(PUBLIC)
        assert world.check().status == 200

        monkeypatch.setattr(Follower, "age", lambda _: 10.1)

        assert world.check(by="ada").status == 503
        assert world.ask("/readyz").status == 503
        assert world.ask("/.pomerium/", by="ada").status == 503

    def test_denies_before_the_first_deployment(self) -> None:
        world = World()

        assert world.check(by="ada").status == 503
        assert world.ask("/readyz", token=None).status == 503

    def test_goes_on_with_what_it_has_while_the_source_is_gone(
        self, world: World
    ) -> None:
        world.source.is_gone = True

        with pytest.raises(SourceGoneError):
            world.follower.poll()

        assert world.check(by="ada").status == 200


class TestClocks:
    """By a clock that was set back, sessions that have ended would count again."""

    @pytest.mark.parametrize("days", [-1, 1])
    def test_denies_while_its_own_is_another_than_the_databases(
        self, world: World, days: int
    ) -> None:
        world.publish(PUBLIC)
        world.source.now = datetime.now(UTC) + timedelta(days=days)
        world.follower.poll()

        assert world.check(by="ada").status == 503
        assert world.ask("/readyz").status == 503
        assert "apart" in world.source.reports[-1][1]

        world.source.now = datetime.now(UTC)
        world.follower.poll()

        assert world.check(by="ada").status == 200

    def test_does_not_mind_seconds(self, world: World) -> None:
        world.publish(PUBLIC)
        world.source.now = datetime.now(UTC) - timedelta(seconds=30)

        world.follower.poll()

        assert world.check(by="ada").status == 200

    def test_does_not_mind_how_long_the_answer_takes(self) -> None:
        times = [NOW, NOW + timedelta(minutes=5)]
        source = MemorySource(now=NOW + timedelta(minutes=3))
        follower = Follower(
            source, keys=[], on_snapshot=lambda _: None, clock=lambda: times.pop(0)
        )

        follower.poll()

        assert follower.clock_problem() == ""


class TestBadSnapshots:
    def test_one_with_a_policy_that_cannot_be_read_is_refused(
        self, world: World
    ) -> None:
        world.publish("allow: nonsense\n")

        assert world.follower.problem
        assert world.check(by="ada").status == 200
        assert world.check(by="ben").status == 403

    def test_a_policy_that_cannot_be_read_denies_from_the_start(self) -> None:
        world = World()

        world.publish("allow: nonsense\n")

        assert world.check(by="ada").status == 403

    def test_one_that_is_older_is_refused(self, world: World) -> None:
        old = world.source.roots[1]
        world.publish(PUBLIC)
        world.source.roots = {3: old}

        world.follower.poll()

        assert world.check().status == 200
        assert "number" in world.follower.problem or world.follower.problem

    def test_one_signed_by_somebody_else_is_refused(self, world: World) -> None:
        before = KEY.public_key()
        world.follower._keys = ()

        world.publish(PUBLIC)

        assert before is not None
        assert world.check().status == 302


class TestForeignPolicies:
    REGO = make_policy("main", language="rego", source="package pomerium.policy")

    @pytest.mark.parametrize(
        "fault", [RuntimeError, MemoryError, TimeoutError, "cpu", "crash", "late"]
    )
    def test_a_fault_of_theirs_denies(self, fault: Any) -> None:
        world = World(rego=_Broken(fault))
        world.publish(policies=[make_policy("main", **self._rego())], attached=["main"])

        assert not world.check(by="ada").lets_through
        world.app.close()

    def test_without_an_engine_they_deny(self) -> None:
        world = World()
        world.publish(policies=[make_policy("main", **self._rego())])

        assert not world.check(by="ada").lets_through

    @staticmethod
    def _rego() -> dict[str, Any]:
        return {
            "language": "rego",
            "source": "package pomerium.policy\nallow := true\n",
            "version": 2,
        }


class _Broken:
    """An engine that fails in one way."""

    def __init__(self, fault: Any) -> None:
        self.fault = fault

    def evaluate(self, *_: Any, **__: Any) -> Any:
        from policies.rego.evaluation import Answer  # noqa: PLC0415

        if isinstance(self.fault, str):
            return Answer(error=self.fault, values={"allow": True})
        raise self.fault("injected")


class TestFloods:
    def test_waiting_for_sessions_that_never_come_is_limited(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gateway.authorizer.app.MAX_WAITING", 2)
        monkeypatch.setattr("gateway.authorizer.app.WAIT_LONGEST", 0.2)
        cookie = f"__Host-postern-session=999999.{'y' * 43}"
        headers = [
            ("host", HOST),
            ("x-postern-token", TOKEN),
            ("x-postern-route", "app"),
            ("x-forwarded-proto", "https"),
            ("cookie", cookie),
        ]

        async def flood() -> list[int]:
            asked = [world._send("GET", "/check/", headers) for _ in range(50)]
            return [one.status for one in await asyncio.gather(*asked)]

        assert set(asyncio.run(flood())) == {302}

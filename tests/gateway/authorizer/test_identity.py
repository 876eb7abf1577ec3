"""What upstreams learn of whoever asks."""

import json
from collections.abc import Iterator

import jwt
import pytest

from gateway.stream import PersonEntry
from tests.gateway.authorizer.world import HOST, NOW, SIGNING_KEY, World

PASSES = {"pass_identity_headers": True}
ANYBODY = "allow:\n  and:\n    - authenticated_user: true\n"


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    ada = PersonEntry(
        "ada",
        "ada",
        "ada@example.com",
        "dir",
        True,
        '{"name": ["Ada L."]}',
        (("g1", "Staff"), ("g2", "Sales, Berlin")),
    )
    world.source.persons["ada"] = ada
    yield world
    world.app.close()


def read(token: str) -> dict[str, object]:
    """Check a statement as an upstream does."""
    claims: dict[str, object] = jwt.decode(
        token,
        SIGNING_KEY.public_key(),
        algorithms=["ES256"],
        audience=HOST,
        options={"verify_exp": False, "verify_iat": False},
    )
    return claims


class TestHeaders:
    def test_are_sent_where_a_route_asks_for_them_only(self, world: World) -> None:
        world.publish(ANYBODY)
        silent = world.check(by="ada").headers
        world.publish(ANYBODY, settings=PASSES)
        told = world.check(by="ada").headers

        assert "x-pomerium-jwt-assertion" not in silent
        assert told["x-pomerium-claim-email"] == "ada@example.com"
        assert told["x-pomerium-claim-groups"] == "g1,g2,Staff"
        assert told["x-pomerium-claim-name"] == "Ada L."

    def test_hold_a_statement_that_the_published_key_verifies(
        self, world: World
    ) -> None:
        world.publish(ANYBODY, settings=PASSES)

        token = world.check(by="ada").headers["x-pomerium-jwt-assertion"]
        claims = read(token)
        keys = json.loads(world.ask("/.well-known/pomerium/jwks.json").body)["keys"]

        assert (claims["sub"], claims["iss"]) == ("ada", HOST)
        assert claims["exp"] == NOW.timestamp() + 300
        assert claims["groups"] == ["g1", "g2", "Sales, Berlin", "Staff"]
        assert jwt.get_unverified_header(token)["kid"] == keys[0]["kid"]
        assert "d" not in keys[0]

    def test_leave_out_groups_that_a_route_keeps_to_itself(self, world: World) -> None:
        world.publish(ANYBODY, settings={**PASSES, "jwt_groups_filter": ["g2"]})

        assert world.check(by="ada").headers["x-pomerium-claim-groups"] == "g2"

    def test_tell_names_of_those_groups_only(self, world: World) -> None:
        world.publish(ANYBODY, settings={**PASSES, "jwt_groups_filter": ["Staff"]})

        told = world.check(by="ada").headers

        assert told["x-pomerium-claim-groups"] == "g1,Staff"
        assert read(told["x-pomerium-jwt-assertion"])["groups"] == ["g1", "Staff"]

    def test_never_tell_a_name_that_reads_as_other_groups(self, world: World) -> None:
        held = world.source.persons["ada"]
        groups = (("g1", "g1"), ("g2", "Sales,admins"))
        world.source.persons["ada"] = held._replace(groups=groups)
        world.publish(ANYBODY, settings=PASSES)

        told = world.check(by="ada").headers

        assert told["x-pomerium-claim-groups"] == "g1,g2"
        claims = read(told["x-pomerium-jwt-assertion"])
        assert claims["groups"] == ["g1", "g2", "Sales,admins"]

    def test_impersonate_groups_by_id_only(self, world: World) -> None:
        held = world.source.persons["ada"]
        groups = (("g1", "system:masters"), ("g2", "Sales"))
        world.source.persons["ada"] = held._replace(groups=groups)
        world.publish(ANYBODY, sealed={"kubernetes_service_account_token": "sealed"})

        told = world.check(by="ada").headers

        assert told["impersonate-group"] == "g1,g2"

    def test_fill_in_variables_of_set_request_headers(self, world: World) -> None:
        given = {
            "X-Who": "to ${pomerium.jwt}",
            "X-Token": "${pomerium.id_token}$$",
            "X-Plain": "left to the proxy",
        }
        world.publish(ANYBODY, settings={"set_request_headers": given})

        found = world.check(by="ada").headers

        assert read(found["x-who"].removeprefix("to "))["sub"] == "ada"
        assert found["x-token"] == "$"
        assert "x-plain" not in found

    def test_change_with_the_person_at_once(self, world: World) -> None:
        world.publish(ANYBODY, settings=PASSES)
        world.check(by="ada")

        held = world.source.persons["ada"]
        world.source.persons["ada"] = held._replace(groups=(("g9", ""),))
        world.source.announce("people", "ada")
        world.follower.poll()

        assert world.check(by="ada").headers["x-pomerium-claim-groups"] == "g9"

    def test_are_one_line_each_whatever_a_directory_says(self, world: World) -> None:
        held = world.source.persons["ada"]
        world.source.persons["ada"] = held._replace(
            email="ada@example.com\r\nx-pomerium-claim-groups: admins"
        )
        world.publish(ANYBODY, settings=PASSES)

        for name, value in world.check(by="ada").pairs:
            assert "\n" not in value, name
            assert "\r" not in value, name

"""What the authorizer does of the gateway's settings, at the root and below it."""

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.authorizer.branding import Brand, letters_on
from gateway.authorizer.cookies import USUAL, Manner, manner_of, read_cookies
from gateway.authorizer.own_paths import Begun
from gateway.authorizer.recording import Sampling, sampling_of
from gateway.snapshot import put_together
from tests.gateway.authorizer.world import HOST, SECRETS, World
from tests.gateway.certificates import make_pair

LIKES_PAGES = {"accept": "text/html"}
NOBODY = "allow:\n  and:\n    - reject: true\n"
LOOK = {
    "brand_name": "Corp & <b>Co</b>",
    "error_message_first_paragraph": "Ask <i>Mia</i>.\nOr wait.",
    "logo_url": "https://pictures.example.com/logo.svg?a=1&b=2",
    "favicon_url": "https://icons.example.com/i.png",
    "primary_color": "#ffd500",
}


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.app.close()


class TestBranding:
    def test_a_refusal_looks_as_its_namespace_wants(self, world: World) -> None:
        both = {"root": {"brand_name": "Everywhere"}, "below": LOOK}
        whole = put_together("root", both, {"root": None, "below": "root"})
        world.publish(NOBODY, whole=whole, namespace_id="below")

        reply = world.check(by="ada", headers=LIKES_PAGES)

        assert reply.status == 403
        assert "<span>Corp &amp; &lt;b&gt;Co&lt;/b&gt;</span>" in reply.body
        assert "<p>Ask &lt;i&gt;Mia&lt;/i&gt;.</p><p>Or wait.</p>" in reply.body
        assert 'src="https://pictures.example.com/logo.svg?a=1&amp;b=2"' in reply.body
        assert "light-dark(#ffd500,#ffd500);color:light-dark(#000,#000)" in reply.body
        nowhere = world.check(route="gone", by="ada", headers=LIKES_PAGES)
        assert "<span>Everywhere</span>" in nowhere.body

    def test_the_policy_of_the_page_allows_its_own_style_and_pictures_only(
        self, world: World
    ) -> None:
        for look in ({}, LOOK):
            world.publish(NOBODY, whole=look)
            for reply in (
                world.check(by="ada", headers=LIKES_PAGES),
                world.ask("/.pomerium/", by="ada"),
                world.ask("/.pomerium/nothing", by="ada"),
            ):
                [style] = re.findall("<style>(.*?)</style>", reply.body)
                digest = b64encode(sha256(style.encode()).digest()).decode()
                policy = reply.headers["content-security-policy"].split("; ")
                assert f"style-src 'sha256-{digest}'" in policy
                assert ("img-src" in " ".join(policy)) == bool(look)
        assert "https://icons.example.com https://pictures.example.com" in str(policy)

    @given(st.integers(0, 0xFFFFFF))
    def test_letters_can_be_read_on_any_color(self, number: int) -> None:
        color = f"#{number:06x}"
        chosen = 0.0 if letters_on(color) == "#000" else 1.0

        assert contrast(luminance(color), chosen) >= 4.5
        assert color in Brand(color=color).style


class TestCookies:
    def sign_in(self, world: World, scheme: str = "https") -> str:
        """Return the header that sets the cookie of a new session."""
        headers = {"x-forwarded-proto": scheme}
        sent = world.ask("/.pomerium/sign_in", headers=headers)
        challenge = re.search("challenge=([^&]+)", sent.headers["location"])
        assert challenge is not None
        begun = Begun(SECRETS["ada"], 0, 3600, f"https://{HOST}/")
        world.console.codes["good"] = (challenge[1], HOST, begun)
        nonce = sent.headers["set-cookie"].partition(";")[0]
        headers["cookie"] = nonce
        reply = world.ask("/.pomerium/callback?code=good", headers=headers)
        return reply.headers["set-cookie"]

    def test_are_named_and_sent_as_settings_say(self, world: World) -> None:
        whole = {
            "cookie_name": "corp",
            "cookie_same_site": "strict",
            "cookie_http_only": False,
        }
        world.publish(whole=whole)

        held = self.sign_in(world)

        assert held.startswith(f"__Host-corp=0.{SECRETS['ada']};")
        assert {"Secure", "SameSite=Strict"} <= set(held.split("; "))
        assert "HttpOnly" not in held
        assert world.check(headers={"cookie": held.partition(";")[0]}).status == 200
        # Under its former name it is no session any more, and no upstream's either.
        assert world.check(by="ada").status == 302
        both = f"{held.partition(';')[0]}; __Host-postern-session=0.x; theirs=1"
        assert world.check(headers={"cookie": both}).headers["cookie"] == "theirs=1"

    def test_over_https_only_nobody_is_known_without_it(self, world: World) -> None:
        plain = {
            "x-forwarded-proto": "http",
            "cookie": f"postern-session=0.{SECRETS['ada']}",
        }
        world.publish()
        assert world.check(headers=plain).status == 200
        world.publish(whole={"cookie_secure": True})

        assert world.check(headers=plain).status == 302
        assert world.check(by="ada").status == 200

    def test_for_all_sites_are_lax_where_browsers_would_drop_them(
        self, world: World
    ) -> None:
        world.publish(whole={"cookie_same_site": "none"})

        assert "SameSite=None" in self.sign_in(world)
        assert "SameSite=Lax" in self.sign_in(world, "http")

    def test_what_is_not_set_is_as_ever(self) -> None:
        assert manner_of({}) == USUAL == Manner()
        header = f"__Host-postern-session=0.{SECRETS['ada']}".encode()
        assert read_cookies(header, secure=True).key


class TestIdentity:
    def test_is_told_as_the_namespace_wants_unless_the_route_says_otherwise(
        self, world: World
    ) -> None:
        below = {
            "pass_identity_headers": True,
            "jwt_claims_headers": {"X-Mail": "email"},
            "jwt_issuer_format": "uri",
        }
        own: dict[str, dict[str, Any]] = {
            "root": {"jwt_issuer_format": "hostOnly"},
            "below": below,
        }
        whole = put_together("root", own, {"root": None, "below": "root"})

        world.publish(whole=whole, namespace_id="below")
        told = world.check(by="ada").headers
        assert told["x-mail"] == "ada@example.com"
        assert "x-pomerium-claim-email" not in told
        world.publish(whole=whole)
        assert "x-mail" not in world.check(by="ada").headers
        world.publish(
            whole=whole, namespace_id="below", settings={"pass_identity_headers": False}
        )
        assert "x-mail" not in world.check(by="ada").headers

    def test_nobody_keeps_a_header_that_they_sent_themselves(
        self, world: World
    ) -> None:
        whole = {
            "pass_identity_headers": True,
            "jwt_claims_headers": {"X-Mail": "email"},
        }
        world.publish("allow:\n  and:\n    - accept: true\n", whole=whole)

        told = world.check(headers={"x-mail": "root@example.com"}).headers

        assert told["x-mail"] == ""


class TestClientCertificates:
    @pytest.mark.parametrize(
        ("enforcement", "without"),
        [("policy_with_default_deny", 495), (None, 495), ("policy", 200)],
    )
    def test_are_asked_for_as_settings_say(
        self, world: World, enforcement: str | None, without: int
    ) -> None:
        chain, _ = make_pair("client.example.com")
        leaf, _, authority = chain.partition("-----END CERTIFICATE-----\n")
        leaf += "-----END CERTIFICATE-----\n"
        asked: dict[str, Any] = {"ca": b64encode(authority.encode()).decode()}
        if enforcement:
            asked["enforcement"] = enforcement
        world.publish(whole={"downstream_mtls": asked})

        shown = {"x-postern-client-cert": quote(leaf, safe="")}
        assert world.check(by="ada").status == without
        world.now = world.now.replace(year=world.now.year)
        assert world.check(by="ada", headers=shown).status == 200


@pytest.mark.parametrize(
    ("settings", "sampling"),
    [
        ({}, Sampling()),
        ({"decision_log_mode": "full", "decision_log_percent": 5}, Sampling()),
        ({"decision_log_mode": "refused"}, Sampling(share=0)),
        ({"decision_log_mode": "sampled"}, Sampling(share=0.1)),
        (
            {"decision_log_mode": "sampled", "decision_log_percent": 25},
            Sampling(share=0.25),
        ),
    ],
)
def test_the_log_keeps_what_settings_say(
    settings: dict[str, Any], sampling: Sampling
) -> None:
    assert sampling_of(settings) == sampling
    assert sampling.keeps(is_allowed=False)


def luminance(color: str) -> float:
    """Return WCAG's relative luminance, from its text."""
    linear = []
    for place in (1, 3, 5):
        part = int(color[place : place + 2], 16) / 255
        linear.append(
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        )
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: float, other: float) -> float:
    """Return WCAG's contrast ratio."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)

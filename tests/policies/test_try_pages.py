"""Trying policies on pages."""

from typing import Any

import pytest
from django.utils import timezone

from devices.models import DeviceCredential, DeviceType
from directory.models import Directory, User
from policies.models import Policy
from tests.factories import NOW, make_group, make_policy, make_user
from tests.people import Cast
from tests.policies.browsers import client_of, url
from tests.policies.texts import ADMINS, BROKEN, EMPLOYEES

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def eve(cast: Cast) -> User:
    """Somebody whom the directory knows."""
    Directory.objects.update(complete_at=timezone.now())
    directory = Directory.objects.get()
    eve = make_user("eve", directory=directory)
    make_group("staff", eve, directory=directory)
    return eve


@pytest.fixture
def policy(cast: Cast) -> Policy:
    return make_policy("Employees", namespace=cast.web, source=EMPLOYEES)


def try_it(user: User, where: str, **body: str) -> Any:
    return client_of(user).post(where, body, headers=FRAGMENT)


class TestTryPolicyPage:
    def test_answers_with_each_rules_part(
        self, cast: Cast, policy: Policy, eve: User
    ) -> None:
        answer = try_it(cast.mia, url("policy-try", policy), person=str(eve.pk))

        html = answer.content.decode()
        assert "Allowed" in html
        assert "the email domain is example.com" in html
        assert "domain-ok" in html
        assert "<html" not in html

    def test_asks_nobody_to_sign_in(self, cast: Cast, policy: Policy) -> None:
        html = try_it(cast.mia, url("policy-try", policy)).content.decode()

        assert "Sign-in required" in html

    def test_names_the_groups_that_it_saw(
        self, cast: Cast, policy: Policy, eve: User
    ) -> None:
        source = ADMINS.replace("admins", "id-staff")

        answer = try_it(
            cast.mia, url("policy-try", policy), person=str(eve.pk), source=source
        )

        html = answer.content.decode()
        assert "in staff" in html
        assert ": staff." in html

    def test_takes_a_time_as_a_clock_shows_it_there(
        self, cast: Cast, policy: Policy
    ) -> None:
        source = (
            "allow:\n  and:\n"
            "    - time_of_day:\n"
            "        {timezone: Asia/Tokyo, after: '9:00', before: '10:00'}\n"
        )

        answer = try_it(
            cast.mia,
            url("policy-try", policy),
            source=source,
            at="2026-03-04T09:30",
            zone="Asia/Tokyo",
        )

        assert "Allowed" in answer.content.decode()

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ({"source": BROKEN}, "Line 3: unknown criterion"),
            ({"path": "x"}, "A path begins with /."),
            ({"zone": "Mars/Olympus"}, "There is no such time zone."),
            ({"address": "localhost"}, "Enter a valid IPv4 or IPv6 address"),
            ({"method": "FETCH"}, "Select a valid choice"),
            ({"person": "7d8d9be9-0ab8-4b2c-9c51-f2b1fb6bbf3c"}, "no such person"),
            ({"at": "soon"}, "Enter a valid date/time"),
        ],
    )
    def test_says_what_can_not_be_tried(
        self, cast: Cast, policy: Policy, body: dict[str, str], said: str
    ) -> None:
        answer = try_it(cast.mia, url("policy-try", policy), **body)

        assert answer.status_code == 200
        assert said in answer.content.decode()

    def test_works_without_scripts(self, cast: Cast, policy: Policy, eve: User) -> None:
        answer = client_of(cast.mia).post(
            url("policy-try", policy), {"person": str(eve.pk)}
        )

        html = answer.content.decode()
        assert "<html" in html
        assert "Allowed" in html
        assert f'value="{eve.pk}" checked' in html

    def test_is_not_for_viewers(self, cast: Cast, policy: Policy) -> None:
        answer = client_of(cast.ben).post(url("policy-try", policy))

        assert answer.status_code == 403


class TestTryDraftPage:
    def test_tries_a_text_in_a_namespace(self, cast: Cast, eve: User) -> None:
        body = {"source": EMPLOYEES, "person": str(eve.pk)}
        where = url("policy-try-draft")

        mine = try_it(cast.mia, where, namespace=str(cast.web.pk), **body)
        other = try_it(cast.mia, where, namespace=str(cast.finance.pk), **body)
        none = try_it(cast.mia, where, namespace="", **body)

        assert "Allowed" in mine.content.decode()
        assert other.status_code == 404
        assert "Choose a namespace first." in none.content.decode()


class TestPanel:
    def test_finds_people_and_keeps_the_one_that_is_chosen(
        self, cast: Cast, eve: User
    ) -> None:
        where = f"{url('try-people')}?who=ben&person={eve.pk}"

        html = client_of(cast.mia).get(where, headers=FRAGMENT).content.decode()

        assert "ben@example.com" in html
        assert "ada@example.com" not in html
        assert f'value="{eve.pk}" checked' in html

    def test_offers_the_devices_of_a_person(self, cast: Cast, eve: User) -> None:
        stamps = {"created_at": NOW, "modified_at": NOW}
        kind, _ = DeviceType.objects.get_or_create(
            code="any", defaults={"name": "Any device", **stamps}
        )
        DeviceCredential.objects.create(
            user=eve,
            device_type=kind,
            external_id="k",
            label="Laptop",
            public_key=b"",
            **stamps,
        )
        where = f"{url('try-devices')}?person={eve.pk}"

        html = client_of(cast.mia).get(where, headers=FRAGMENT).content.decode()

        assert "Laptop (Any device, not enrolled)" in html
        for person in ("", "x", str(cast.ben.pk)):
            nobody = client_of(cast.mia).get(f"{url('try-devices')}?person={person}")
            assert "<select" not in nobody.content.decode()

    def test_is_for_those_who_may_try(self, cast: Cast) -> None:
        for name in ("try-people", "try-devices"):
            assert client_of(cast.ben).get(url(name)).status_code in {200, 403}
        assert client_of(cast.ben).get(url("try-people")).status_code == 403

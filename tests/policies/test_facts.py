"""Facts put together for a person and a request."""

from datetime import timedelta
from typing import Any

import pytest

from console.core.exceptions import ValidationFailedError
from devices.models import DeviceCredential, DeviceEnrollment, DeviceType
from directory.models import Directory, ExternalDataSource, ExternalRecord, User
from policies import selectors
from policies.language import Facts, SourceState
from policies.selectors import Attempt
from tests.factories import NOW, make_directory, make_group, make_user
from tests.people import Cast, actor_of


def facts(cast: Cast, person: User | None = None, **values: Any) -> Facts:
    attempt = Attempt(at=NOW, person_id=person.pk if person else None, **values)
    return selectors.facts_for(attempt, actor=actor_of(cast.mia), now=NOW)


@pytest.fixture
def directory(cast: Cast) -> Directory:
    return Directory.objects.get()


@pytest.fixture
def eve(directory: Directory) -> User:
    """Somebody whom the directory knows, in a group of it."""
    eve = make_user("eve", directory=directory, claims={"team": ["blue"]})
    make_group("staff", eve, directory=directory)
    make_group("gone", eve, directory=directory, is_active=False)
    return eve


class TestRequest:
    def test_of_nobody_has_no_session(self, cast: Cast) -> None:
        found = facts(cast)

        assert not found.has_session
        assert found.person is None

    def test_takes_the_path_apart(self, cast: Cast) -> None:
        found = facts(
            cast, method="POST", path="/a%20b?x=/c", host="App.Example.com:8443"
        )

        request = found.request
        assert (request.method, request.path, request.raw_path, request.query) == (
            "POST",
            "/a b",
            "/a%20b",
            "x=/c",
        )
        assert (request.host, request.hostname) == (
            "app.example.com:8443",
            "app.example.com",
        )
        assert request.url == "https://app.example.com:8443/a%20b?x=/c"

    def test_has_no_path_when_it_can_not_be_decoded(self, cast: Cast) -> None:
        assert facts(cast, path="/%ff").request.path == ""

    def test_of_a_preflight_has_its_headers(self, cast: Cast) -> None:
        request = facts(cast, is_preflight=True).request

        assert request.method == "OPTIONS"
        assert request.has_header("Origin")
        assert request.has_header("Access-Control-Request-Method")


class TestPerson:
    def test_brings_claims_address_and_active_groups(
        self, cast: Cast, eve: User
    ) -> None:
        found = facts(cast, eve)

        assert (found.user_id, found.email) == ("eve", "eve@example.com")
        assert found.claim("team") == ["blue"]
        assert found.directory_user is not None
        assert found.directory_user.group_ids == frozenset({"id-staff"})
        assert found.directory is SourceState.FRESH

    def test_does_not_bring_groups_of_another_directory(
        self, cast: Cast, eve: User
    ) -> None:
        make_group("theirs", eve, directory=make_directory())

        found = facts(cast, eve)

        assert found.directory_user is not None
        assert found.directory_user.group_ids == frozenset({"id-staff"})

    def test_that_the_directory_does_not_know_lacks_data(self, cast: Cast) -> None:
        assert facts(cast, cast.ben).lacks_directory_data

    def test_lacks_nothing_where_no_directory_is_configured(self, cast: Cast) -> None:
        cast.web_group.delete()
        Directory.objects.all().delete()

        found = facts(cast, cast.ben)

        assert found.directory is SourceState.NOT_CONFIGURED
        assert not found.lacks_directory_data

    @pytest.mark.parametrize(
        ("age", "state"),
        [
            (timedelta(hours=24), SourceState.FRESH),
            (timedelta(hours=24, seconds=1), SourceState.STALE),
            (None, SourceState.UNLOADED),
        ],
    )
    def test_comes_from_data_that_may_be_too_old(
        self,
        cast: Cast,
        eve: User,
        directory: Directory,
        age: timedelta | None,
        state: SourceState,
    ) -> None:
        directory.complete_at = NOW - age if age else None
        directory.save()

        found = facts(cast, eve)

        assert found.directory is state
        assert found.lacks_directory_data is (state is not SourceState.FRESH)

    def test_is_as_old_as_now_whenever_the_request_is_made(
        self, cast: Cast, eve: User
    ) -> None:
        attempt = Attempt(at=NOW + timedelta(days=30), person_id=eve.pk)

        found = selectors.facts_for(attempt, actor=actor_of(cast.mia), now=NOW)

        assert found.now == NOW + timedelta(days=30)
        assert found.directory is SourceState.FRESH

    def test_must_be_one_that_the_actor_may_look_up(
        self, cast: Cast, eve: User
    ) -> None:
        attempt = Attempt(at=NOW, person_id=eve.pk)

        with pytest.raises(ValidationFailedError) as caught:
            selectors.facts_for(attempt, actor=actor_of(cast.cyd), now=NOW)

        assert list(caught.value.fields) == ["person"]


class TestDevices:
    @pytest.fixture
    def laptop(self, eve: User) -> DeviceCredential:
        stamps = {"created_at": NOW, "modified_at": NOW}
        kind, _ = DeviceType.objects.get_or_create(
            code="any", defaults={"name": "Any", **stamps}
        )
        return DeviceCredential.objects.create(
            user=eve, device_type=kind, external_id="key-1", public_key=b"", **stamps
        )

    def test_are_none_unless_one_is_chosen(
        self, cast: Cast, eve: User, laptop: DeviceCredential
    ) -> None:
        assert facts(cast, eve).devices == {}

    def test_are_known_by_their_type(
        self, cast: Cast, eve: User, laptop: DeviceCredential
    ) -> None:
        device = facts(cast, eve, device_id=laptop.pk).devices["any"]

        assert (device.credential_id, device.approved_by) == ("key-1", None)

    def test_may_be_enrolled_and_approved(
        self, cast: Cast, eve: User, laptop: DeviceCredential
    ) -> None:
        enrollment = DeviceEnrollment.objects.create(
            credential=laptop,
            status="approved",
            enrolled_at=NOW,
            approved_at=NOW,
            approved_by=cast.ada,
            created_at=NOW,
            modified_at=NOW,
        )

        device = facts(cast, eve, device_id=laptop.pk).devices["any"]

        assert device.enrollment_id == str(enrollment.pk)
        assert device.approved_by == str(cast.ada.pk)

    def test_must_be_the_persons_own(
        self, cast: Cast, laptop: DeviceCredential
    ) -> None:
        for person in (cast.ben, None):
            with pytest.raises(ValidationFailedError):
                facts(cast, person, device_id=laptop.pk)


class TestRecords:
    def make_source(self, foreign_key: str, **values: Any) -> ExternalDataSource:
        return ExternalDataSource.objects.create(
            record_type="example.com/leave",
            foreign_key=foreign_key,
            created_at=NOW,
            modified_at=NOW,
            **{"complete_at": NOW} | values,
        )

    @pytest.mark.parametrize(
        ("foreign_key", "record_id"),
        [
            ("user.id", "eve"),
            ("user.email", "eve@example.com"),
            ("request.ip", "10.1.2.3"),
        ],
    )
    def test_are_found_by_the_foreign_key(
        self, cast: Cast, eve: User, foreign_key: str, record_id: str
    ) -> None:
        source = self.make_source(foreign_key)
        ExternalRecord.objects.create(
            source=source, record_id=record_id, data={"away": True}
        )

        found = facts(cast, eve, address="10.1.2.3")

        assert found.records.state("example.com/leave") is SourceState.FRESH
        assert found.records.find("example.com/leave", found) == {"away": True}

    def test_of_networks_are_found_by_the_smallest(self, cast: Cast, eve: User) -> None:
        source = self.make_source("request.ip")
        for number, cidr in enumerate(("10.0.0.0/8", "10.1.0.0/16", "::/0", "")):
            ExternalRecord.objects.create(
                source=source, record_id=str(number), network=cidr, data={"net": number}
            )

        found = facts(cast, eve, address="10.1.2.3")
        outside = facts(cast, eve, address="192.0.2.1")
        unknown = facts(cast, eve)

        record = found.records.find("example.com/leave", found)
        assert record is not None
        assert record["net"] == 1
        assert outside.records.find("example.com/leave", outside) is None
        assert unknown.records.find("example.com/leave", unknown) is None

    def test_of_an_unknown_type_are_known_not_to_be_there(
        self, cast: Cast, eve: User
    ) -> None:
        found = facts(cast, eve)

        assert found.records.state("nothing") is SourceState.NOT_CONFIGURED
        assert found.records.find("nothing", found) is None

    def test_may_be_too_old(self, cast: Cast, eve: User) -> None:
        self.make_source("user.id", complete_at=NOW - timedelta(days=2))

        found = facts(cast, eve)

        assert found.records.state("example.com/leave") is SourceState.STALE

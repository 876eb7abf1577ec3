"""The demo organization."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from console.core import audit
from console.core.models import AuditEvent, AuditHead
from devices.models import DeviceEnrollment
from directory.models import Directory, Group, User
from namespaces.models import Namespace
from policies.models import NamespacePolicy, Policy
from routes.models import Route

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo() -> str:
    """Load the demo; return what the command printed."""
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


class TestDemo:
    def test_is_as_large_as_it_says(self, demo: str) -> None:
        assert "Meridian Freight is loaded" in demo
        assert User.objects.filter(directory__isnull=False).count() == 40
        assert Group.objects.count() == 12
        assert Namespace.objects.count() == 9
        assert Policy.objects.count() == 15
        assert Route.objects.count() == 25
        assert DeviceEnrollment.objects.filter(approved_at=None).count() == 3

    def test_shows_every_way_of_attaching(self, demo: str) -> None:
        modes = set(NamespacePolicy.objects.values_list("mode", flat=True))

        assert modes == {"inherited", "enforced"}
        assert Route.objects.filter(attachments__isnull=True).exists()

    def test_leaves_an_audit_chain_that_fits(self, demo: str) -> None:
        events = AuditEvent.objects.order_by("sequence")

        assert audit.first_broken(events, AuditHead.objects.get()) is None

    def test_opens_to_anyone_only_what_is_meant_to_be(self, demo: str) -> None:
        opened = Policy.objects.filter(allows_anonymous=True)

        assert {policy.name for policy in opened} == {
            "Public access",
            "Web team and previews",
        }

    def test_does_not_go_into_a_database_that_has_people(self, demo: str) -> None:
        with pytest.raises(CommandError, match="empty database"):
            call_command("demo")

    def test_steps_aside_quietly_when_asked_to(self, demo: str) -> None:
        people = User.objects.count()

        call_command("demo", "--if-empty")

        assert User.objects.count() == people

    def test_keeps_its_groups_fresh_for_ever(self, demo: str) -> None:
        directory = Directory.objects.get(provider="demo")

        assert directory.max_age_seconds > 60 * 365 * 24 * 3600

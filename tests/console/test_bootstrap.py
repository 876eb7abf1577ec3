"""The first admin: made once, with a password that is told only while it holds."""

from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from console.ui import bootstrap
from directory.models import User
from namespaces.models import RoleBinding
from tests.factories import NOW

EMAIL = "admin@localhost"


@pytest.mark.django_db
class TestEnsureAdmin:
    def test_makes_an_admin_of_the_root_and_keeps_the_password_for_the_owner(
        self, tmp_path: Path
    ) -> None:
        admin = bootstrap.ensure_admin(email=EMAIL, folder=tmp_path, now=NOW)

        user = User.objects.get(email=EMAIL)
        assert user.check_password(admin.password)
        assert len(admin.password) >= 20
        assert admin.path.read_text().strip() == admin.password
        assert admin.path.stat().st_mode & 0o777 == 0o600
        binding = RoleBinding.objects.get(user=user)
        assert binding.content_object.depth == 0

    def test_tells_the_same_password_again_and_makes_nobody_else(
        self, tmp_path: Path
    ) -> None:
        first = bootstrap.ensure_admin(email=EMAIL, folder=tmp_path, now=NOW)
        second = bootstrap.ensure_admin(email=EMAIL, folder=tmp_path, now=NOW)

        assert first == second
        assert User.objects.count() == 1

    def test_tells_no_password_once_it_was_changed(self, tmp_path: Path) -> None:
        bootstrap.ensure_admin(email=EMAIL, folder=tmp_path, now=NOW)
        user = User.objects.get(email=EMAIL)
        user.set_password("a password of their own")
        user.save()

        assert not bootstrap.ensure_admin(
            email=EMAIL, folder=tmp_path, now=NOW
        ).password


@pytest.mark.django_db
def test_the_command_prints_how_to_sign_in(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR = tmp_path
    settings.EMBEDDED = False

    call_command("bootstrap")

    password = (tmp_path / "bootstrap-password").read_text().strip()
    assert f"{EMAIL} {password}" in capsys.readouterr().out

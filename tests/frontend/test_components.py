"""Every component on its gallery page: accessible, within the policy, narrow enough."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ["lists", "empty", "forms", "forms/?errors=1", "facts", "editor", "bare"]

# What the Content-Security-Policy would block, or what would need it loosened.
INLINE = re.compile(
    r"\sstyle=|<style|\son[a-z]+=\"|\shx-on|javascript:|hx-vars|hx-vals=.js:", re.I
)
SCRIPT_INSIDE = re.compile(r"<script(?![^>]*\ssrc=)", re.I)
FOREIGN = re.compile(r"(?:src|href|action)=\"(?:https?:)?//", re.I)


@pytest.mark.functional
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 360)])
class TestGallery:
    def test_has_no_accessibility_violation_and_no_error(
        self, theme: Any, width: int, gallery: str, browser: Browser
    ) -> None:
        context = browser.new_context(
            color_scheme=theme,
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
        )

        found = {name: problems(context, gallery, name, width) for name in PAGES}
        context.close()

        assert {name: problem for name, problem in found.items() if problem} == {}


def problems(context: BrowserContext, gallery: str, name: str, width: int) -> list[str]:
    """Return what the browser and axe have against a page."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{gallery}/{name}" if "?" in name else f"{gallery}/{name}/")
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE.read_text())
    report = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',"
        " 'best-practice']})"
    )
    overflow = page.evaluate("document.documentElement.scrollWidth") - width
    page.close()
    violations = [
        f"{one['id']}: {one['nodes'][0]['html']}" for one in report["violations"]
    ]
    return said + violations + ([f"{overflow} px too wide"] if overflow > 0 else [])


class TestTemplates:
    def test_hold_nothing_that_the_policy_forbids(self) -> None:
        found = []

        for path in sorted((ROOT / "templates").rglob("*.html")):
            text = re.sub(
                r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.S
            )
            for pattern in (INLINE, SCRIPT_INSIDE, FOREIGN):
                found += [(path.name, hit.group()) for hit in pattern.finditer(text)]

        assert found == []

    def test_components_name_their_parameters_in_a_comment(self) -> None:
        for path in sorted((ROOT / "templates" / "components").glob("*.html")):
            assert path.read_text().startswith("{% comment %}"), path.name
            assert "Parameters:" in path.read_text().partition("{% endcomment %}")[0]

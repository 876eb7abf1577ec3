"""Whole pages of the demo organization: on the server, and in Chromium.

A console of its own (SQLite, the web server that `manage.py up` starts) is filled with
the demo and asked over HTTP by a person who is signed in. A paint is that of a browser
that has never been there: nothing is in its cache. A problem is marked when the editor
underlines it, counted from the key that made it.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.goals import Goal
from benchmarks.pages.serving import console_with_demo, sign_in
from benchmarks.report import write_section
from tests.services import UnavailableError, chromium

SERVER_GOAL, PAINT_GOAL, MARK_GOAL = 300.0, 1000.0, 200.0  # ms
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]  # the pages are our own
UNCOUNTED, COUNTED, PAINTS = 2, 12, 7
PAUSE = 100.0  # ms, as lint.js waits for the next key
PAINT = """() => new Promise(resolve => {
  new PerformanceObserver(list => {
    for (const one of list.getEntriesByName("first-contentful-paint"))
      resolve(one.startTime);
  }).observe({type: "paint", buffered: true});
})"""
MARK = """() => { window.marked = new Promise(resolve => {
  let began = 0;
  const editor = document.querySelector(".cm-content");
  const begin = () => (began = performance.now());
  editor.addEventListener("beforeinput", begin, {once: true});
  const look = () => {
    const found = began && document.querySelector(".cm-lintRange-error");
    if (found) resolve(performance.now() - began);
    else requestAnimationFrame(look);
  };
  look();
}); }"""
WRONG = "\ndeny:\n  or:\n    - domian: example.com"
LISTS = {
    "Overview": "/",
    "Namespaces": "/namespaces/",
    "Routes": "/routes/",
    "Policies": "/policies/",
    "People": "/people/",
    "Groups": "/groups/",
    "Devices": "/devices/",
    "Audit log": "/audit/",
    "A new route": "/routes/new",
    "A new policy": "/policies/new",
}
DETAILS = {
    "A route": ("/routes/", ""),
    "A route's form": ("/routes/", "edit"),
    "A policy": ("/policies/", ""),
    "A policy's form": ("/policies/", "edit"),
    "A policy's uses": ("/policies/", "uses"),
    "A policy's history": ("/policies/", "history"),
    "A namespace": ("/namespaces/", ""),
    "A person": ("/people/", ""),
}
PAINTED = ("A policy", "A policy's form", "Policies", "Overview")
FIRST_LINK = """place => [...document.querySelectorAll("main a")]
  .map(each => new URL(each.href).pathname)
  .find(path => path.startsWith(place) && /[0-9a-f-]{36}\\/$/.test(path))"""

Times = Mapping[str, list[float]]


def run(write: Callable[[str], object]) -> list[Goal]:
    """Measure, print, and write the tables into docs/performance.md."""
    path = chromium.find()
    if path is None:
        return [Goal("pages.server", None, 0, why_not=chromium.REMEDY)]
    try:
        with console_with_demo() as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            served, painted, marked = _measure(browser, url)
            browser.close()
    except UnavailableError as error:
        return [Goal("pages.server", None, 0, why_not=str(error))]
    lines = [
        *_table("Answer of the server", served),
        *_table("First contentful paint", painted),
        *_table("A problem is marked", {"From the key": marked}),
    ]
    goals = [
        Goal("pages.server.slowest", _slowest(served), SERVER_GOAL, " ms"),
        Goal("pages.policy.paint", _median(painted["A policy"]), PAINT_GOAL, " ms"),
        Goal("pages.paint.slowest", _slowest(painted), PAINT_GOAL, " ms"),
        Goal("pages.marked-after-pause", _median(marked) - PAUSE, MARK_GOAL, " ms"),
    ]
    for line in lines:
        write(line)
    write_section("pages", lines, goals)
    return goals


def _measure(browser: Browser, url: str) -> tuple[Times, Times, list[float]]:
    context = browser.new_context(base_url=url)
    sign_in(context)
    addresses = LISTS | _details(context)
    served = {
        name: [_answer(context, path) for _ in range(UNCOUNTED + COUNTED)][UNCOUNTED:]
        for name, path in addresses.items()
    }
    marked = [_mark(context, addresses["A policy's form"]) for _ in range(PAINTS)]
    state = context.storage_state()
    context.close()
    painted: dict[str, list[float]] = {name: [] for name in PAINTED}
    for _ in range(PAINTS):
        for name, times in painted.items():
            fresh = browser.new_context(base_url=url, storage_state=state)
            page = fresh.new_page()
            page.goto(addresses[name])
            times.append(page.evaluate(PAINT))
            fresh.close()
    return served, painted, marked


def _details(context: BrowserContext) -> dict[str, str]:
    """Return the addresses of the first row of each list."""
    page, found = context.new_page(), {}
    for name, (place, behind) in DETAILS.items():
        page.goto(place)
        found[name] = f"{page.evaluate(FIRST_LINK, place)}{behind}"
    page.close()
    return found


def _answer(context: BrowserContext, path: str) -> float:
    started = time.perf_counter()
    answer = context.request.get(path, max_redirects=0)
    answer.body()
    if answer.status != 200:
        raise UnavailableError(f"{path} answered {answer.status}")
    return (time.perf_counter() - started) * 1000


def _mark(context: BrowserContext, path: str) -> float:
    """Type what is wrong into the editor of a policy; return when it is marked."""
    page = context.new_page()
    page.goto(path)
    page.get_by_role("tab", name="Editor").click()
    page.locator(".cm-content").first.click()
    page.keyboard.press("ControlOrMeta+End")
    page.wait_for_load_state("networkidle")
    page.evaluate(MARK)
    page.keyboard.insert_text(WRONG)
    took: float = page.evaluate("window.marked")
    page.close(run_before_unload=False)
    return took


def _table(title: str, times: Times) -> Iterator[str]:
    yield f"| {title}, ms | min / median / max |"
    yield "|---|---:|"
    for name, each in times.items():
        spread = (min(each), _median(each), max(each))
        yield f"| {name} | {' / '.join(f'{one:.0f}' for one in spread)} |"
    yield ""


def _median(times: Sequence[float]) -> float:
    return statistics.median(times)


def _slowest(times: Times) -> float:
    return max(map(_median, times.values()))

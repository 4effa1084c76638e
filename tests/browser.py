"""A real Chromium for the tests: a window to walk in, and what axe-core says of a page."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 320)]

Walk = Callable[[Page], Any]
InBrowser = Callable[..., Any]


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[ThreadPoolExecutor, Browser]]:
    """Start one browser, in a thread of its own.

    Playwright keeps an event loop in its thread, and there Django would open a second database connection.
    """
    with ThreadPoolExecutor(1) as thread:
        playwright = thread.submit(lambda: sync_playwright().start()).result()
        browser = thread.submit(lambda: playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)).result()
        yield thread, browser
        thread.submit(browser.close).result()
        thread.submit(playwright.stop).result()


@pytest.fixture
def in_browser(chromium: tuple[ThreadPoolExecutor, Browser], live_server: Any) -> InBrowser:
    """Return a function that takes a walk through a fresh window and returns what the walk returns."""
    thread, browser = chromium

    def in_window(walk: Walk, **how: Any) -> Any:
        window = browser.new_context(base_url=live_server.url, **how)
        try:
            return walk(window.new_page())
        finally:
            window.close()

    return lambda walk, **how: thread.submit(in_window, walk, **how).result()


def looks(scheme: str = "light", width: int = 1280) -> dict[str, Any]:
    """Return a window's settings; axe-core is put into the page past the content policy."""
    return {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "bypass_csp": True}


def faults(page: Page) -> list[str]:
    """Return what axe-core finds wrong or cannot decide, and whether the page scrolls sideways."""
    page.evaluate(AXE.read_text())
    options = {"runOnly": {"type": "tag", "values": TAGS}, "rules": RULES}
    found = page.evaluate("options => axe.run(document, options)", options)
    said = [f"{one['id']}: {one['nodes'][0]['html']}" for kind in ("violations", "incomplete") for one in found[kind]]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*said, *(["scrolls sideways"] if wide else [])]

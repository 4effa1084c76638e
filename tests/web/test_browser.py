"""Every page in a real Chromium: axe-core finds nothing, nothing scrolls sideways, the keyboard reaches all."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from course import clock
from course.discussion.models import Post
from course.people import sign_in
from course.people.words import Role
from tests import factories

from . import conftest
from .addresses import ADDRESSES, path_of
from .conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = "/usr/bin/chromium"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}
PAGES = [name for name in ADDRESSES if not name.startswith("hook")]
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 320)]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start one browser for all tests."""
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def full(world: World) -> World:
    """Add what makes pages long: an urgent reply, messages, a second cohort."""
    flags = [{"rule": "saddle-numbness", "tier": "A"}]
    words = "I feel numb between my legs. My number is 202 555 0142."
    reply = conftest.make_reply("urgent", world.held.held_at, red_flags=flags, own_words=words, cut="> quoted")
    factories.make_post(world.subscriber, tier="A", reply=reply, wording="I feel numb between my legs.")
    factories.make_message(world.subscriber.contacts.get(), world.cohort.enrolments.get())
    factories.make_cohort("A second cohort with a long name")
    return world


def a_window(
    chromium: Browser, live_server: Any, scheme: Any = "light", width: int = 1280, **how: Any
) -> BrowserContext:
    return chromium.new_context(
        base_url=live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True, **how
    )


def signed_in(window: BrowserContext, world: World, role: str = Role.ADMINISTRATOR) -> Page:
    link = sign_in.make(world.staff[role], clock.machine_now())
    page = window.new_page()
    page.goto(reverse("console-sign-in-link", args=[link.token]))
    page.get_by_role("button", name="Sign in as").click()
    return page


def faults(page: Page) -> list[str]:
    """Return what axe-core finds wrong or cannot decide, and whether the page scrolls sideways."""
    page.evaluate(AXE.read_text())
    options = {"runOnly": {"type": "tag", "values": TAGS}, "rules": RULES}
    found = page.evaluate("options => axe.run(document, options)", options)
    said = [f"{one['id']}: {one['nodes'][0]['html']}" for kind in ("violations", "incomplete") for one in found[kind]]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*said, *(["scrolls sideways"] if wide else [])]


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_page_has_a_fault(chromium: Browser, live_server: Any, full: World, scheme: str, width: int) -> None:
    window = a_window(chromium, live_server, scheme, width)
    page = signed_in(window, full)
    paths = [path_of(name, full) for name in PAGES]
    paths += [reverse("console-reply", args=[post.pk]) for post in Post.objects.all()]
    paths += ["/nothing/", "/stop/nobody/", "/console/sign-in/nobody/"]
    found = {}
    for path in paths:
        page.goto(path)
        if said := faults(page):
            found[path] = said
    window.close()
    assert found == {}


def test_a_form_with_a_fault_takes_focus_to_its_summary_and_has_no_other_fault(
    chromium: Browser, live_server: Any, full: World
) -> None:
    window = a_window(chromium, live_server, java_script_enabled=True)
    page = signed_in(window, full, Role.MODERATOR)
    page.goto(path_of("console-reply", full))
    page.get_by_role("button", name="Reject: do not publish").press("Enter")
    assert page.evaluate("document.activeElement.id") == "faults"
    assert faults(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "reject-why"
    window.close()


def test_without_javascript_a_person_stops_the_course_by_keyboard(
    chromium: Browser, live_server: Any, full: World
) -> None:
    window = a_window(chromium, live_server, java_script_enabled=False)
    page = window.new_page()
    page.goto(path_of("public-stop", full))
    page.get_by_role("button", name="Yes, stop the course").press("Enter")
    assert page.get_by_role("heading", level=1).inner_text() == "The course has stopped"
    window.close()


def test_the_first_tab_is_the_way_to_the_main_part(chromium: Browser, live_server: Any, full: World) -> None:
    window = a_window(chromium, live_server, width=320)
    page = window.new_page()
    page.goto(path_of("public-lesson", full))
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the main part")
    assert skip.evaluate("it => it === document.activeElement && it.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    window.close()


def test_no_page_asks_anything_of_another_site_or_breaks_the_policy(
    chromium: Browser, live_server: Any, full: World
) -> None:
    window = chromium.new_context(base_url=live_server.url)
    page = window.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for name in ("public-course", "public-lesson", "public-help", "console-sign-in"):
        page.goto(path_of(name, full))
    window.close()
    assert [url for url in asked if not url.startswith(live_server.url)] == []
    assert said == []

"""Every page in a real Chromium: axe-core finds nothing, nothing scrolls sideways, the keyboard reaches all."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from course import clock
from course.discussion.models import Post
from course.people import sign_in
from course.people.words import Role
from tests import factories
from tests.browser import LOOKS, InBrowser, faults, looks

from . import conftest
from .addresses import ADDRESSES, path_of
from .conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [name for name, address in ADDRESSES.items() if not name.startswith("hook") and 200 in address.get.values()]


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


def link_of(world: World, role: str = Role.ADMINISTRATOR) -> str:
    """Return the path of a fresh sign-in link."""
    return reverse("console-sign-in-link", args=[sign_in.make(world.staff[role], clock.machine_now()).token])


def sign_in_by(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Sign in as").press("Enter")
    page.get_by_role("heading", name="Today").wait_for()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_page_has_a_fault(in_browser: InBrowser, full: World, scheme: str, width: int) -> None:
    link = link_of(full)
    paths = [path_of(name, full) for name in PAGES]
    paths += [reverse("console-reply", args=[post.pk]) for post in Post.objects.all()]
    paths += ["/nothing/", "/stop/nobody/", "/console/sign-in/nobody/"]

    def walk(page: Page) -> dict[str, list[str]]:
        found = {link: (page.goto(link), faults(page))[1]}
        sign_in_by(page, link)
        for path in paths:
            page.goto(path)
            found[path] = faults(page)
        return {path: said for path, said in found.items() if said}

    assert in_browser(walk, **looks(scheme, width)) == {}


def test_a_form_with_a_fault_takes_focus_to_its_summary_and_has_no_other_fault(
    in_browser: InBrowser, full: World
) -> None:
    link, path = link_of(full, Role.MODERATOR), path_of("console-reply", full)

    def walk(page: Page) -> None:
        sign_in_by(page, link)
        page.goto(path)
        page.get_by_role("button", name="Reject: do not publish").press("Enter")
        page.get_by_role("alert").wait_for()
        assert page.evaluate("document.activeElement.id") == "faults"
        assert faults(page) == []
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "reject-why"

    in_browser(walk, **looks())


def test_without_javascript_a_person_stops_the_course_by_keyboard(in_browser: InBrowser, full: World) -> None:
    path = path_of("public-stop", full)

    def walk(page: Page) -> str:
        page.goto(path)
        page.get_by_role("button", name="Yes, stop the course").press("Enter")
        page.get_by_text("You get no more lessons").wait_for()
        return page.get_by_role("heading", level=1).inner_text()

    assert in_browser(walk, java_script_enabled=False) == "The course has stopped"


def test_the_first_tab_is_the_way_to_the_main_part(in_browser: InBrowser, full: World) -> None:
    path = path_of("public-lesson", full)

    def walk(page: Page) -> None:
        page.goto(path)
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the main part")
        assert skip.evaluate("it => it === document.activeElement && it.getBoundingClientRect().top >= 0")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"

    in_browser(walk, **looks(width=320))


@pytest.mark.parametrize("name", ["public-course", "public-lesson", "public-help", "public-stop"])
def test_what_stands_alone_is_large_enough_for_stiff_fingers(in_browser: InBrowser, full: World, name: str) -> None:
    path = path_of(name, full)
    measure = "list => list.map(it => it.getBoundingClientRect().height)"

    def walk(page: Page) -> list[float]:
        page.goto(path)
        alone = page.locator("nav a, .button, .alone, .lesson-list a").filter(visible=True)
        heights: list[float] = alone.evaluate_all(measure)
        return heights

    assert min(in_browser(walk, **looks(width=320))) >= 44


def test_no_page_asks_anything_of_another_site_or_breaks_the_policy(
    in_browser: InBrowser, full: World, live_server: Any
) -> None:
    paths = [path_of(name, full) for name in ("public-course", "public-lesson", "public-help", "console-sign-in")]
    asked: list[str] = []
    said: list[str] = []

    def walk(page: Page) -> None:
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        for path in paths:
            page.goto(path)

    in_browser(walk)
    assert [url for url in asked if not url.startswith(live_server.url)] == []
    assert said == []

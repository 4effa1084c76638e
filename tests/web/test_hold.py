"""The button that holds everything: who may press it, what it says, and who may release."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from course import clock
from course.delivery import holds
from course.delivery.words import HoldScope
from course.people import sign_in
from course.people.words import Role
from tests.browser import LOOKS, InBrowser, faults, looks

from .conftest import World, signed_in

MAY_HOLD = [Role.COORDINATOR, Role.MODERATOR, Role.ADMINISTRATOR]
MAY_RELEASE = [Role.COORDINATOR, Role.ADMINISTRATOR]


def post(client: Client, **form: str) -> Any:
    return client.post(reverse("console-hold"), form)


def hold_all() -> None:
    holds.hold(HoldScope.ALL, "a lesson is wrong", "system", clock.machine_now())


@pytest.mark.parametrize("role", Role.values)
def test_who_may_hold(world: World, role: str) -> None:
    client = signed_in(world.staff[role])
    allowed = role in MAY_HOLD
    assert ("Hold everything" in client.get(reverse("console-today")).content.decode()) is allowed
    assert post(client, act="hold", why="a lesson is wrong").status_code == (302 if allowed else 403)
    assert [held.reason for held in holds.standing()] == ["a lesson is wrong"] * allowed


@pytest.mark.parametrize("role", Role.values)
def test_who_may_release(world: World, role: str) -> None:
    hold_all()
    client = signed_in(world.staff[role])
    allowed = role in MAY_RELEASE
    assert ("Release: let messages go out again" in client.get(reverse("console-today")).content.decode()) is allowed
    assert post(client, act="release", scope="all").status_code == (302 if allowed else 403)
    assert holds.standing().exists() is not allowed


def test_a_standing_hold_is_the_first_thing_on_today_with_its_reason(world: World) -> None:
    hold_all()
    page = signed_in(world.staff[Role.AUTHOR]).get(reverse("console-today")).content.decode()
    assert page.index("Everything is held") < page.index("Due in the next 24 hours")
    assert "Reason: a lesson is wrong" in page


def test_a_hold_names_who_held_it(world: World) -> None:
    post(signed_in(world.owner), act="hold")
    held = holds.standing().get()
    assert (held.scope, held.held_by, held.reason) == ("all", f"staff:{world.owner.pk}", "Held from the console.")


def test_a_channel_is_released_by_its_own_button(world: World) -> None:
    hold_all()
    holds.hold(HoldScope.SMS, "refused our sender", "system", clock.machine_now())
    client = signed_in(world.staff[Role.COORDINATOR])
    assert "Release texts" in client.get(reverse("console-hold")).content.decode()
    post(client, act="release", scope="sms")
    assert [held.scope for held in holds.standing()] == ["all"]


@pytest.mark.parametrize("form", [{}, {"act": "burn"}, {"act": "release"}, {"act": "release", "scope": "everybody"}])
def test_an_act_that_is_not_there_changes_nothing(world: World, form: dict[str, str]) -> None:
    hold_all()
    assert post(signed_in(world.staff[Role.COORDINATOR]), **form).status_code == 400
    assert holds.standing().count() == 1


def test_a_reason_with_hidden_marks_is_a_fault_beside_its_field(world: World) -> None:
    response = post(signed_in(world.owner), act="hold", why="a\u202eb")
    assert response.status_code == 400
    assert 'href="#hold-why"' in response.content.decode()
    assert not holds.standing().exists()


def link_of(world: World) -> str:
    return reverse(
        "console-sign-in-link", args=[sign_in.make(world.staff[Role.COORDINATOR], clock.machine_now()).token]
    )


def sign_in_by(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Sign in as").press("Enter")
    page.get_by_role("heading", name="Today").wait_for()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_javascript_everything_is_held_and_released_by_keyboard(in_browser: InBrowser, world: World) -> None:
    link = link_of(world)

    def walk(page: Page) -> None:
        sign_in_by(page, link)
        page.get_by_role("link", name="Hold everything").press("Enter")
        page.get_by_label("Reason").fill("a lesson is wrong")
        page.get_by_role("button", name="Hold everything now").press("Enter")
        page.get_by_role("heading", name="Everything is held").wait_for()
        page.get_by_role("button", name="Release: let messages go out again").press("Enter")
        page.get_by_role("status").get_by_text("Released.").wait_for()

    in_browser(walk, java_script_enabled=False)
    assert not holds.standing().exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_pages_with_every_hold_standing_have_no_fault(
    in_browser: InBrowser, world: World, scheme: str, width: int
) -> None:
    for scope in HoldScope:
        holds.hold(scope, "a lesson is wrong, and we look at it", "system", clock.machine_now())
    link = link_of(world)

    def walk(page: Page) -> dict[str, list[str]]:
        sign_in_by(page, link)
        found = {"today": faults(page)}
        page.goto(reverse("console-hold"))
        return found | {"hold": faults(page)}

    assert in_browser(walk, **looks(scheme, width)) == {"today": [], "hold": []}


def test_while_everything_is_held_today_offers_the_release_and_no_second_hold(world: World) -> None:
    client = signed_in(world.staff[Role.ADMINISTRATOR])
    assert 'href="/console/hold/"' in client.get(reverse("console-today")).content.decode()
    holds.hold(HoldScope.ALL, "The relay is being repaired", "staff:1", clock.machine_now())
    page = client.get(reverse("console-today")).content.decode()
    assert "Release" in page
    assert 'class="button danger" href="/console/hold/"' not in page

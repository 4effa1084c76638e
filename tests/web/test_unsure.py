"""*Not sure* and *Not reached*: who sees them, what stands there, and what each button does."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from course import clock
from course.delivery import unreached
from course.delivery.by_hand import Word
from course.delivery.models import Message, Receipt
from course.delivery.words import State
from course.people import sign_in
from course.people.models import AuditEntry, Cohort, Enrolment
from course.people.words import MessageClass, NoticeKind, Role
from tests import factories
from tests.browser import LOOKS, InBrowser, faults, looks
from tests.delivery import messages

from .conftest import World, signed_in

UNSURE, UNREACHED, TODAY = (reverse(f"console-{name}") for name in ("unsure", "unreached", "today"))
MAY_SEE = [Role.COORDINATOR, Role.ADMINISTRATOR]


def place(cohort: Cohort, name: str = "Wilhelmina", channel: str = "sms") -> Enrolment:
    return factories.make_enrolment(channel, cohort, greeting_name=name)


def unsure(enrolment: Enrolment, **columns: Any) -> Message:
    values = {"state": State.UNKNOWN, "handed_at": factories.NOW, "fence": 1, "attempts": 1}
    return factories.make_message(enrolment=enrolment, **values | columns)


def out_of_reach(enrolment: Enrolment, days: int = 3) -> Enrolment:
    contact = enrolment.subscriber.contacts.get()
    for day in range(days):
        message = factories.make_message(enrolment=enrolment, step_id=f"step-{day}", state=State.BOUNCED)
        Receipt.objects.create(
            provider="twilio", provider_id=f"SM{message.pk}", message=message, status="undelivered", code="30003",
            received_at=factories.NOW - timedelta(days=day),
        )  # fmt: skip
    unreached.write_down(contact)
    return enrolment


def address(enrolment: Enrolment) -> str:
    return str(enrolment.subscriber.contacts.get().address)


def post(client: Client, message: Message, act: str) -> Any:
    return client.post(UNSURE, {"message": message.pk, "act": act})


def read(client: Client, path: str) -> str:
    return client.get(path).content.decode()


@pytest.mark.parametrize("role", Role.values)
def test_only_who_may_see_contacts_finds_the_pages_and_their_counts(world: World, role: str) -> None:
    unsure(place(world.cohort))
    page = read(signed_in(world.staff[role]), TODAY)
    for words in ("Not sure whether they went", "Not reached by text", UNSURE, UNREACHED):
        assert (words in page) is (role in MAY_SEE)


def test_today_counts_both(world: World) -> None:
    unsure(place(world.cohort))
    for _person in range(2):
        out_of_reach(place(world.cohort))
    page = read(signed_in(world.staff[Role.COORDINATOR]), TODAY)
    figures = [line.split('figure">')[1].split("<")[0] for line in page.splitlines() if 'class="figure"' in line]
    assert figures[-2:] == ["1", "2"]


@pytest.mark.parametrize("role", MAY_SEE)
def test_a_message_stands_there_with_whom_to_ask(world: World, role: str) -> None:
    enrolment = place(world.cohort)
    unsure(enrolment, parts=2)
    page = read(signed_in(world.staff[role]), UNSURE)
    for words in (
        "What spinal stenosis is, and why legs cramp",
        "part 1 of 2",
        "Wilhelmina",
        f"tel:{address(enrolment)}",
        "10:00 CST",
    ):
        assert words in page


def test_a_notice_and_a_digest_are_named(world: World, course_time: Any) -> None:
    person = place(world.cohort).subscriber
    notice = messages.notice(NoticeKind.ANSWER, person, person.contacts.get(), course_time)
    Message.objects.filter(pk=notice.pk).update(state=State.UNKNOWN)
    unsure(place(world.cohort), step_id="digest-1", possibly_twice=True)
    page = read(signed_in(world.staff[Role.COORDINATOR]), UNSURE)
    for words in ("Answer to a reply", "Digest of questions", "Sent again before", "since a backup was restored"):
        assert words in page


def test_a_coordinator_sees_and_settles_only_what_is_for_their_own_people(world: World) -> None:
    other = factories.make_cohort("Somebody else's")
    stranger = out_of_reach(place(other, "Theodora"))
    message = unsure(stranger)
    client = signed_in(world.staff[Role.COORDINATOR])
    for path in (UNSURE, UNREACHED):
        assert "Theodora" not in read(client, path)
        assert "Theodora" in read(signed_in(world.staff[Role.ADMINISTRATOR]), path)
    assert post(client, message, "leave").status_code == 404
    message.refresh_from_db()
    assert message.state == State.UNKNOWN


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.AUTHOR])
def test_who_may_not_see_contacts_settles_nothing(world: World, role: str) -> None:
    message = unsure(place(world.cohort))
    assert post(signed_in(world.staff[role]), message, "went").status_code == 403
    message.refresh_from_db()
    assert message.state == State.UNKNOWN


@pytest.mark.parametrize(
    ("word", "state", "said"),
    [
        (Word.WENT, State.ACCEPTED, "it counts as sent"),
        (Word.AGAIN, State.RETRY, "it goes again in its hours"),
        (Word.LEAVE, State.FAILED, "it is not sent again"),
    ],
)
def test_each_button_settles_the_message_and_says_who_did(world: World, word: Word, state: State, said: str) -> None:
    message = unsure(place(world.cohort))
    coordinator = world.staff[Role.COORDINATOR]
    client = signed_in(coordinator)
    response = client.post(UNSURE, {"message": message.pk, "act": word}, follow=True)
    message.refresh_from_db()
    assert message.state == state
    assert said in response.content.decode()
    assert "There is no message of which nobody can say" in response.content.decode()
    entry = AuditEntry.objects.latest("pk")
    assert (entry.actor, entry.subject) == (f"staff:{coordinator.pk}", f"message:{message.pk}")


def test_what_is_settled_by_now_is_said_and_not_settled_twice(world: World) -> None:
    message = unsure(place(world.cohort))
    client = signed_in(world.staff[Role.COORDINATOR])
    post(client, message, "leave")
    response = client.post(UNSURE, {"message": message.pk, "act": "again"}, follow=True)
    assert "settled by now, or being sent" in response.content.decode()
    message.refresh_from_db()
    assert message.state == State.FAILED


def test_what_ran_out_offers_no_second_sending_and_refuses_it(world: World) -> None:
    message = unsure(place(world.cohort), expires_at=factories.NOW)
    client = signed_in(world.staff[Role.COORDINATOR])
    assert 'value="again"' not in read(client, UNSURE)
    response = client.post(UNSURE, {"message": message.pk, "act": "again"}, follow=True)
    assert "too late to send this message again" in response.content.decode()


@pytest.mark.parametrize(
    "form", [{}, {"act": "went"}, {"act": "burn", "message": "1"}, {"act": "went", "message": "9" * 30}]
)
def test_a_form_that_is_not_ours_is_a_bad_request(world: World, form: dict[str, str]) -> None:
    assert signed_in(world.staff[Role.COORDINATOR]).post(UNSURE, form).status_code == 400


def test_a_number_out_of_reach_is_a_phone_list(world: World) -> None:
    enrolment = out_of_reach(place(world.cohort), days=4)
    page = read(signed_in(world.staff[Role.COORDINATOR]), UNREACHED)
    for words in (
        f'href="tel:{address(enrolment)}"',
        "Wilhelmina",
        "English",
        "Friday 20 November 2026",
        'data-label="Days">4<',
    ):
        assert words in page


def test_no_query_grows_with_either_list(world: World, django_assert_max_num_queries: Any) -> None:
    for _person in range(30):
        unsure(out_of_reach(place(world.cohort)))
    client = signed_in(world.staff[Role.ADMINISTRATOR])
    read(client, UNSURE)
    for path in (UNSURE, UNREACHED):
        with django_assert_max_num_queries(9):
            assert "Page 1 of 2" in read(client, path)
    with django_assert_max_num_queries(14):
        read(client, TODAY)


def sign_in_by(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Sign in as").press("Enter")
    page.get_by_role("heading", name="Today").wait_for()


def link_of(world: World) -> str:
    token = sign_in.make(world.staff[Role.COORDINATOR], clock.machine_now()).token
    return reverse("console-sign-in-link", args=[token])


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_javascript_a_message_is_settled_by_keyboard(in_browser: InBrowser, world: World) -> None:
    message = unsure(place(world.cohort))
    link = link_of(world)

    def walk(page: Page) -> None:
        sign_in_by(page, link)
        page.get_by_role("link", name="Settle messages nobody can say of").press("Enter")
        page.get_by_role("button", name="Send it again").press("Enter")
        page.get_by_role("status").get_by_text("Settled").wait_for()
        page.get_by_role("link", name="Back to today").press("Enter")
        page.get_by_role("link", name="See whom to phone").press("Enter")
        page.get_by_role("heading", name="Not reached").wait_for()

    in_browser(walk, java_script_enabled=False)
    message.refresh_from_db()
    assert message.state == State.RETRY


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_full_lists_have_no_fault(in_browser: InBrowser, world: World, scheme: str, width: int) -> None:
    for name in ("Wilhelmina", ""):
        unsure(out_of_reach(place(world.cohort, name)), parts=2, possibly_twice=True)
    unsure(place(world.cohort, channel="email"), message_class=MessageClass.COURSE, expires_at=factories.NOW)
    link = link_of(world)

    def walk(page: Page) -> dict[str, list[str]]:
        sign_in_by(page, link)
        found = {TODAY: faults(page)}
        for path in (UNSURE, UNREACHED):
            page.goto(path)
            found[path] = faults(page)
        return found

    assert in_browser(walk, **looks(scheme, width)) == {TODAY: [], UNSURE: [], UNREACHED: []}

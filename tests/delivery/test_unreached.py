"""Who is on the list of people to phone, and what takes somebody off it; judged by what Twilio said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from course.delivery import receipts, suppression, unreached
from course.delivery.unreached import Unreached
from course.delivery.words import State
from course.people.models import Contact, Enrolment
from tests import factories

pytestmark = pytest.mark.django_db
NOW = factories.NOW
MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def say(enrolment: Enrolment, day: int, word: str = "undelivered", code: str = "30003") -> None:
    """One text on this day, and what Twilio says of it."""
    sid = f"SM{enrolment.pk}.{day}"
    message = factories.make_message(
        enrolment=enrolment, step_id=f"step-{day}", state=State.ACCEPTED, provider_id=sid, accepted_at=NOW,
        handed_at=MACHINE + day * DAY, fence=1, attempts=1, expires_at=NOW + 90 * DAY,
    )  # fmt: skip
    params = {"MessageStatus": word, "MessageSid": sid} | ({"ErrorCode": code} if word == "undelivered" else {})
    receipts.twilio_status(message.bounce_token, params, NOW, MACHINE + day * DAY)


def out_of_reach(*days: int) -> Enrolment:
    enrolment = factories.make_enrolment("sms")
    for day in days:
        say(enrolment, day)
    return enrolment


def listed() -> list[Unreached]:
    return unreached.listed(Contact.objects.all())


def test_a_number_out_of_reach_on_three_days_is_listed_with_its_first_day_and_how_many() -> None:
    later, first = out_of_reach(1, 2, 3), out_of_reach(0, 2, 4, 5)
    assert [(one.contact.subscriber, one.since, one.days) for one in listed()] == [
        (first.subscriber, MACHINE, 4),
        (later.subscriber, MACHINE + DAY, 3),
    ]


def test_two_days_or_another_failure_put_nobody_on_the_list() -> None:
    out_of_reach(0, 1)
    other = factories.make_enrolment("sms")
    for day in range(3):
        say(other, day, code="30007")
    assert listed() == []


def test_a_text_that_arrives_takes_the_person_off_until_three_more_days() -> None:
    enrolment = out_of_reach(0, 1, 2)
    say(enrolment, 3, "delivered")
    assert listed() == []
    say(enrolment, 4)
    say(enrolment, 5)
    say(enrolment, 6, code="30007")
    assert listed() == []
    say(enrolment, 7)
    assert [(one.since, one.days) for one in listed()] == [(MACHINE + 4 * DAY, 3)]


def test_a_new_number_or_a_stop_takes_the_person_off() -> None:
    moved, stopped = out_of_reach(0, 1, 2), out_of_reach(0, 1, 2)
    assert len(listed()) == 2
    moved.subscriber.contacts.update(replaced_at=NOW)
    suppression.stop(stopped.subscriber, contact=None, source="link", now=NOW)
    assert listed() == []


def test_only_the_people_asked_about_are_listed() -> None:
    mine, _other = out_of_reach(0, 1, 2), out_of_reach(0, 1, 2)
    found = unreached.listed(Contact.objects.filter(subscriber=mine.subscriber))
    assert [one.contact.subscriber for one in found] == [mine.subscriber]


def test_no_query_grows_with_the_list(django_assert_num_queries: Any) -> None:
    for _person in range(2):
        out_of_reach(0, 1, 2)
    with django_assert_num_queries(4):
        assert len(listed()) == 2

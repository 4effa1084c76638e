"""Texts that are filtered: counted, and told to people once a day; nothing is held."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from course.delivery import holds, notice_planning, receipts, rendering
from course.delivery.channels.base import Text
from course.delivery.models import Message
from course.delivery.words import State
from course.people.models import NoticeRequest
from course.people.words import NoticeKind
from tests import factories
from tests.delivery.messages import mail_of, part

pytestmark = pytest.mark.django_db
NOW = factories.NOW
MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def texts(count: int, filtered: int, handed_at: datetime = MACHINE, code: str = "30007", now: datetime = NOW) -> None:
    """Hand over so many texts, of which so many are filtered."""
    cohort = factories.make_cohort()
    rows = [
        factories.make_message(
            enrolment=factories.make_enrolment("sms", cohort), state=State.ACCEPTED, handed_at=handed_at
        )
        for _ in range(count)
    ]
    for row in rows[:filtered]:
        said = {"MessageStatus": "undelivered", "MessageSid": f"SM{row.pk}", "ErrorCode": code}
        receipts.twilio_status(row.bounce_token, said, now, MACHINE)


def told() -> list[NoticeRequest]:
    return list(NoticeRequest.objects.filter(kind=NoticeKind.CHANNEL_DOWN))


@pytest.fixture(autouse=True)
def nurse() -> None:
    factories.make_staff(on_call=True)


@pytest.mark.parametrize("code", ["30004", "30007"])
def test_three_filtered_texts_of_a_day_are_told_and_nothing_is_held(code: str) -> None:
    texts(10, 2, code=code)
    assert told() == []
    texts(1, 1, code=code)
    assert len(told()) == 1
    assert not holds.standing().exists()


def test_three_in_a_hundred_are_told_three_in_three_hundred_are_not() -> None:
    texts(3, 0)
    first = Message.objects.order_by("pk")[0]
    fields = [field.name for field in Message._meta.concrete_fields if field.name != "id"]
    many = []
    for number in range(297):
        values = {name: getattr(first, name) for name in fields} | {
            "step_id": f"step-{number}", "message_id": factories.new_message_id(),
            "reply_token": f"r{number:025}", "bounce_token": f"b{number:025}",
        }  # fmt: skip
        many.append(Message(**values))
    Message.objects.bulk_create(many)
    texts(3, 3)
    assert told() == []
    texts(1, 1)
    assert len(told()) == 1


def test_other_failures_and_the_texts_of_another_day_do_not_count() -> None:
    texts(3, 3, code="30005")
    texts(2, 2, handed_at=MACHINE - 25 * HOUR)
    texts(2, 2)
    assert told() == []


def test_people_are_told_once_a_day() -> None:
    texts(5, 5)
    texts(1, 1, now=NOW + HOUR)
    assert len(told()) == 1
    texts(1, 1, now=NOW + 24 * HOUR)
    assert len(told()) == 2


def test_both_forms_say_that_texts_are_filtered_and_from_which_sender(settings: Any) -> None:
    texts(3, 3)
    notice_planning.plan_notices(NOW)
    message = Message.objects.get(request__kind=NoticeKind.CHANNEL_DOWN)
    mail = part(mail_of(message, NOW), "plain")
    message.channel = "sms"
    text = rendering.render(message, NOW)
    assert isinstance(text, Text)
    for words in (mail, text.body):
        assert "filtered" in words
        assert settings.TWILIO_FROM in words
        assert "held" not in words.replace("Nothing is held", "")

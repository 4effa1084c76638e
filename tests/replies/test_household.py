"""A number that several people use: held for neither, asked once, and filed under whoever says it was them."""

from datetime import datetime, timedelta

import pytest

from course.delivery import rendering
from course.delivery.channels.base import Text
from course.delivery.models import Message
from course.delivery.notice_planning import plan_notices
from course.discussion.models import Post
from course.people.models import Subscriber
from course.replies.models import QuizAnswer, StopDoubt
from course.replies.words import ReplyKind
from tests.factories import make_message, make_subscriber
from tests.replies.incoming import Inbox, asked_for

NUMBER = "+12025550143"


@pytest.fixture
def ana(inbox: Inbox, now: datetime, texter: Subscriber) -> Subscriber:
    """A second person on Luis's number."""
    person = make_subscriber("sms", NUMBER, greeting_name="Ana")
    make_message(person.contacts.get(), state="accepted", accepted_at=now)
    return person


def deliver(now: datetime) -> list[Message]:
    """Let the notices that were asked for be sent."""
    plan_notices(now)
    sent = list(Message.objects.filter(request__kind="which_person"))
    Message.objects.filter(request__isnull=False, accepted_at=None).update(state="accepted", accepted_at=now)
    return sent


def author(reply_id: int) -> Subscriber | None:
    return Post.objects.get(reply=reply_id).subscriber


def test_it_asks_by_first_letters_only_and_files_under_whoever_answers(
    inbox: Inbox, texter: Subscriber, ana: Subscriber, now: datetime
) -> None:
    held = inbox.text(NUMBER, "Is walking good for me? Ana")
    assert author(held.pk) is None
    (message,) = deliver(now)
    out = rendering.render(message, now)
    assert isinstance(out, Text)
    assert out.body == (
        "Ashfield Clinic: several people use this number. Who is writing?\nReply 1 for L.\nReply 2 for A."
    )
    answer = inbox.text(NUMBER, "2")
    held.refresh_from_db()
    assert (answer.kind, author(held.pk), held.contact) == (ReplyKind.ANSWER, ana, ana.contacts.get())
    assert "Ana" not in Post.objects.get().wording


def test_words_that_may_be_a_stop_hold_the_lessons_of_whoever_says_they_wrote_them(
    inbox: Inbox, texter: Subscriber, ana: Subscriber, now: datetime
) -> None:
    inbox.text(NUMBER, "I want to stop")
    assert not StopDoubt.objects.exists()
    deliver(now)
    inbox.text(NUMBER, "2")
    assert StopDoubt.objects.get().subscriber == ana


def test_it_asks_once_a_day(inbox: Inbox, texter: Subscriber, ana: Subscriber, now: datetime) -> None:
    for hours, asked in ((0, 1), (5, 1), (30, 2)):
        inbox.now = now + timedelta(hours=hours)
        inbox.text(NUMBER, "Can I swim?")
        assert len(asked_for("which_person")) == asked


@pytest.mark.parametrize("words", ["chest pain", "One calf is swollen and red."])
def test_it_asks_nothing_while_somebody_needs_help(
    inbox: Inbox, texter: Subscriber, ana: Subscriber, words: str
) -> None:
    inbox.text(NUMBER, words)
    assert not asked_for("which_person")


def test_it_asks_nothing_of_a_number_that_has_stopped(inbox: Inbox, texter: Subscriber, ana: Subscriber) -> None:
    inbox.text(NUMBER, "STOP")
    inbox.text(NUMBER, "Can I swim?")
    assert not asked_for("which_person")


def test_a_number_is_no_answer_when_another_text_came_in_between_or_nothing_was_asked(
    inbox: Inbox, texter: Subscriber, ana: Subscriber, now: datetime
) -> None:
    held = inbox.text(NUMBER, "Can I swim?")
    inbox.text(NUMBER, "2")
    deliver(now)
    inbox.text(NUMBER, "And can I cycle?")
    inbox.text(NUMBER, "1")
    assert {post.subscriber for post in Post.objects.all()} == {None}
    assert Post.objects.count() == 4
    assert author(held.pk) is None


def test_people_with_one_letter_are_told_apart_by_the_day_they_began(
    inbox: Inbox, texter: Subscriber, now: datetime
) -> None:
    make_subscriber("sms", NUMBER, greeting_name="Lena", now=now - timedelta(days=7))
    inbox.text(NUMBER, "Can I swim?")
    assert [said for _number, said in asked_for("which_person")[0].words["choices"]] == [
        "Monday, November 23", "Monday, November 16",
    ]  # fmt: skip


def test_nobody_is_asked_when_nothing_tells_people_apart(inbox: Inbox, texter: Subscriber) -> None:
    make_subscriber("sms", NUMBER, greeting_name="Lena")
    inbox.text(NUMBER, "Can I swim?")
    assert not asked_for("which_person")
    assert Post.objects.get().subscriber is None


def test_a_letter_is_the_answer_of_whoever_says_so(
    inbox: Inbox, texter: Subscriber, ana: Subscriber, now: datetime
) -> None:
    inbox.text(NUMBER, "B")
    assert not QuizAnswer.objects.exists()
    deliver(now)
    inbox.text(NUMBER, "1")
    assert QuizAnswer.objects.get().subscriber == texter
    assert [notice.recipient for notice in asked_for("feedback")] == [f"subscriber:{texter.pk}"]

"""A lesson's question: bare answers are kept and thanked for, everything else goes to a person."""

from datetime import datetime, timedelta

import pytest

from course.delivery import outcomes
from course.delivery.models import Message
from course.delivery.notice_planning import plan_notices
from course.discussion import moderation
from course.discussion.models import Post
from course.people.models import Prompt, Subscriber
from course.replies import teach_back
from course.replies.models import QuizAnswer
from course.replies.words import ReplyKind, Tier
from tests.factories import make_message, make_post, make_staff
from tests.replies.incoming import Inbox, asked_for, last_message, mail
from tests.replies.test_intake import has_stopped


def feedback() -> list[str]:
    return [notice.words["answer_key"] for notice in asked_for("feedback")]


def kept() -> list[tuple[int, str, str]]:
    return list(QuizAnswer.objects.order_by("pk").values_list("subscriber", "lesson", "key"))


@pytest.mark.parametrize(
    "text",
    ["B", "b", " b. ", "(b)", "Answer: B", "my answer is b", "respuesta b", "La respuesta es B.", "B please",
     "I think b", "It\u2019s B", "B\n\nThank you\n", "b, gracias", "B\n\nLuis", "B thanks Luis"],
)  # fmt: skip
def test_a_bare_letter_is_an_answer(text: str) -> None:
    assert teach_back.letter_of(text, "Luis") == "B"


@pytest.mark.parametrize(
    "text", ["B but my foot is numb", "D", "yes", "A or B", "a pain", "ABC", "", "B\n\nLuis fell", "B12", "Plan B"]
)
def test_more_than_a_letter_is_for_a_person(text: str) -> None:
    assert teach_back.letter_of(text, "Luis") == ""


def test_an_answer_by_text_is_kept_and_thanked_for_and_nobody_needs_to_read_it(
    inbox: Inbox, texter: Subscriber, now: datetime
) -> None:
    Message.objects.update(state="unknown", fence=1)
    assert outcomes.accepted(last_message(texter), "SM1", now)
    reply = inbox.text(texter.contacts.get().address, "B")
    assert (reply.kind, kept()) == (ReplyKind.ANSWER, [(texter.pk, "what-is-stenosis", "B")])
    (notice,) = asked_for("feedback")
    assert (notice.message_class, notice.contact, notice.answers_at) == ("direct", texter.contacts.get(), now)
    assert notice.words["feedback"].startswith("Yes. Write down when your legs hurt")
    assert Prompt.objects.get().answer == "B"
    assert not Post.objects.exists()
    assert not asked_for("received")


def test_an_answer_by_email_is_to_the_lesson_it_replies_to(inbox: Inbox, mail_reader: Subscriber) -> None:
    older = last_message(mail_reader)
    make_message(
        mail_reader.contacts.get(), older.enrolment, step_id="two-kinds", state="accepted", accepted_at=inbox.now
    )
    with_quote = f"B\n\nOn Mon, Nov 23, 2026 at 10:00 Clinic <{older.reply_token}@example.org> wrote:\n> Lesson 1\n"
    inbox.hand_in("reply", older.reply_token, mail(with_quote))
    inbox.reply(mail_reader, "A")
    assert kept() == [(mail_reader.pk, "what-is-stenosis", "B"), (mail_reader.pk, "two-kinds", "A")]
    assert feedback() == ["B", "A"]


def test_words_around_an_answer_are_held_for_a_person_and_kept_as_no_answer(inbox: Inbox, texter: Subscriber) -> None:
    reply = inbox.text(texter.contacts.get().address, "B but my foot drags")
    assert (reply.kind, kept(), feedback()) == (ReplyKind.QUESTION, [], [])
    assert Post.objects.get().reply == reply


def test_feedback_waits_when_the_same_message_holds_a_red_flag(inbox: Inbox, mail_reader: Subscriber) -> None:
    reply = inbox.reply(mail_reader, "B", Subject="chest pain")
    assert (reply.tier, feedback(), len(asked_for("safety"))) == (Tier.A, [], 1)
    assert kept() == [(mail_reader.pk, "what-is-stenosis", "B")]
    assert Post.objects.get().tier == Tier.A


def test_the_first_answer_counts_and_each_is_thanked_for(inbox: Inbox, texter: Subscriber) -> None:
    for letter in "AB":
        inbox.text(texter.contacts.get().address, letter)
    assert [key for _who, _lesson, key in kept()] == ["A"]
    assert feedback() == ["A", "B"]


def test_a_letter_after_stop_brings_nothing_and_starts_nothing(inbox: Inbox, texter: Subscriber) -> None:
    inbox.text(texter.contacts.get().address, "STOP")
    inbox.text(texter.contacts.get().address, "B")
    assert has_stopped(texter)
    assert feedback() == []


def test_the_next_lessons_question_closes_the_one_before_and_gets_the_answer(
    inbox: Inbox, texter: Subscriber, now: datetime
) -> None:
    first = last_message(texter)
    second = make_message(texter.contacts.get(), first.enrolment, step_id="two-kinds", part=4, parts=4)
    Message.objects.update(state="unknown", accepted_at=None)
    for minutes, message in enumerate((first, second)):
        message.refresh_from_db()
        outcomes.accepted(message, "", now - timedelta(minutes=5 - minutes))
    assert list(Prompt.objects.order_by("pk").values_list("answer", flat=True)) == ["newer", ""]
    inbox.text(texter.contacts.get().address, "C")
    assert kept() == [(texter.pk, "two-kinds", "C")]


def test_a_text_that_is_not_the_last_part_opens_no_question(texter: Subscriber, now: datetime) -> None:
    Message.objects.update(state="unknown", part=1, parts=4)
    outcomes.accepted(last_message(texter), "", now)
    assert not Prompt.objects.exists()


def test_a_late_answer_is_thanked_for_after_its_prompt_has_expired(
    inbox: Inbox, texter: Subscriber, now: datetime
) -> None:
    Message.objects.update(state="unknown")
    outcomes.accepted(last_message(texter), "", now)
    inbox.now = now + timedelta(days=20)
    inbox.text(texter.contacts.get().address, "B")
    assert feedback() == ["B"]


def test_a_request_to_publish_closes_the_lessons_question_and_a_letter_still_answers_the_lesson(
    inbox: Inbox, texter: Subscriber, now: datetime
) -> None:
    Message.objects.update(state="unknown")
    outcomes.accepted(last_message(texter), "", now)
    post = make_post(texter)
    moderation.ask_author(post, make_staff(), now)
    plan_notices(now)
    Message.objects.filter(request__isnull=False).update(state="accepted", accepted_at=now)
    assert inbox.text(texter.contacts.get().address, "A").kind == ReplyKind.ANSWER
    assert Post.objects.get(pk=post.pk).state == "awaiting_author"
    assert inbox.text(texter.contacts.get().address, "YES").kind == ReplyKind.PUBLISH

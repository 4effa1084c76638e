"""Words that may be a stop: lessons wait, and a person, the writer or the deadline decides, once."""

from datetime import datetime, timedelta

import pytest

from course.delivery import outbox, planning, recovery, suppression
from course.delivery.models import Message, Suppression
from course.delivery.words import Reason, State
from course.discussion.models import Post
from course.people import cohorts
from course.people.models import Enrolment, Subscriber
from course.people.words import Channel, ConsentKind, EnrolmentState, MessageClass
from course.replies import doubt
from course.replies.models import StopDoubt
from course.replies.words import DoubtDecision, ReplyKind, Tier
from tests.factories import make_cohort, make_message
from tests.replies.incoming import Inbox, asked_for

UNCLEAR = "I want to stop"
DAY = timedelta(hours=24)


def has_stopped(person: Subscriber) -> bool:
    return not person.consents.filter(kind=ConsentKind.COURSE, withdrawn_at__isnull=True).exists()


def places(person: Subscriber) -> set[str]:
    return set(person.enrolments.values_list("state", flat=True))


def waiting_lesson(person: Subscriber) -> Message:
    contact = person.contacts.get()
    return make_message(contact, person.enrolments.get(), step_id="two-kinds")


def goes(message: Message, now: datetime) -> bool:
    claimed = outbox.claim([MessageClass.COURSE], Channel(message.channel), "w", now, now, 20)
    outbox.release(claimed)
    return message.pk in [each.pk for each in claimed]


@pytest.fixture
def number(texter: Subscriber) -> str:
    return texter.contacts.get().address


@pytest.fixture
def held(inbox: Inbox, texter: Subscriber, number: str) -> StopDoubt:
    """An open doubt about what the texter wrote."""
    return StopDoubt.objects.get(reply=inbox.text(number, UNCLEAR))


def test_an_unclear_stop_holds_that_persons_lessons_with_a_reason_and_nobody_elses(
    inbox: Inbox, texter: Subscriber, number: str, now: datetime
) -> None:
    lesson, others = waiting_lesson(texter), make_message()
    assert goes(lesson, now)
    reply = inbox.text(number, UNCLEAR)
    lesson.refresh_from_db()
    assert (lesson.state, lesson.reason) == (State.PLANNED, Reason.DOUBT)
    assert not goes(lesson, now)
    assert goes(others, now)
    assert not has_stopped(texter)
    (place,) = texter.enrolments.all()
    assert (place.state, place.state_reason) == (EnrolmentState.WAITING, f"reply:{reply.pk}")
    Enrolment.objects.update(next_due_at=now)
    Enrolment.objects.exclude(pk=place.pk).delete()
    assert planning.plan_due(now) == 0
    assert (reply.kind, Post.objects.get().reply) == (ReplyKind.UNCLEAR, reply)
    assert asked_for("received")


def test_a_lesson_claimed_before_the_doubt_is_not_handed_over(inbox: Inbox, texter: Subscriber, now: datetime) -> None:
    lesson = waiting_lesson(texter)
    (claimed,) = outbox.claim([MessageClass.COURSE], Channel.SMS, "w", now, now, 20)
    inbox.text(texter.contacts.get().address, UNCLEAR)
    assert claimed == lesson
    assert not outbox.hand(claimed, now, now)


def test_the_last_lesson_and_a_new_cohort_wait_too(inbox: Inbox, texter: Subscriber, now: datetime) -> None:
    texter.enrolments.update(state=EnrolmentState.FINISHED, next_step="")
    lesson = waiting_lesson(texter)
    inbox.text(texter.contacts.get().address, UNCLEAR)
    assert not goes(lesson, now)
    assert cohorts.enrol(texter, make_cohort(), now).state == EnrolmentState.WAITING


def test_go_on_lets_everything_go_on_that_waited(held: StopDoubt, texter: Subscriber, now: datetime) -> None:
    lesson = waiting_lesson(texter)
    assert doubt.decide(held, DoubtDecision.GO_ON, "staff:3", now)
    lesson.refresh_from_db()
    assert lesson.reason == Reason.NONE
    assert goes(lesson, now)
    assert places(texter) == {EnrolmentState.ACTIVE}
    assert not asked_for("stopped")
    assert doubt.stop_overdue(now + DAY) == 0
    assert not has_stopped(texter)


def test_the_deadline_stops_once_and_tells_how_to_come_back_in_a_decent_hour(
    held: StopDoubt, texter: Subscriber, now: datetime
) -> None:
    assert held.deadline == now + DAY
    assert doubt.stop_overdue(now + DAY - timedelta(seconds=1)) == 0
    assert doubt.stop_overdue(now + DAY) == 1
    assert doubt.stop_overdue(now + DAY) == 0
    assert not doubt.decide(held, DoubtDecision.GO_ON, "staff:3", now + DAY)
    assert has_stopped(texter)
    assert places(texter) == {EnrolmentState.STOPPED}
    (notice,) = asked_for("stopped")
    assert notice.answers_at == now  # not "just now": it waits for the person's window
    held.refresh_from_db()
    assert (held.decision, held.decided_by) == (DoubtDecision.STOP, "deadline")


@pytest.mark.parametrize("word", ["STOP", "START"])
def test_an_exact_word_settles_it(inbox: Inbox, held: StopDoubt, texter: Subscriber, number: str, word: str) -> None:
    lesson = waiting_lesson(texter)
    inbox.store_text(number, word)
    held.refresh_from_db()
    assert held.decided_at is not None
    assert has_stopped(texter) == (word == "STOP")
    assert goes(lesson, inbox.now) == (word == "START")
    assert doubt.stop_overdue(inbox.now + DAY) == 0
    assert has_stopped(texter) == (word == "STOP")


def test_who_stopped_and_started_by_another_way_is_not_stopped_by_the_old_deadline(
    held: StopDoubt, texter: Subscriber, now: datetime
) -> None:
    suppression.stop(texter, contact=None, source="link", now=now)
    suppression.start(texter, contact=None, source="link", now=now)
    assert doubt.stop_overdue(now + DAY) == 0
    held.refresh_from_db()
    assert held.decision == DoubtDecision.OVERTAKEN
    assert not has_stopped(texter)


def test_two_doubts_of_one_person_have_the_earlier_deadline_and_are_decided_together(
    inbox: Inbox, held: StopDoubt, number: str, texter: Subscriber, now: datetime
) -> None:
    inbox.now = now + timedelta(hours=5)
    second = StopDoubt.objects.get(reply=inbox.text(number, "Can I quit?"))
    assert second.deadline == held.deadline
    assert doubt.decide(second, DoubtDecision.GO_ON, "staff:3", inbox.now)
    assert not StopDoubt.objects.filter(decided_at__isnull=True).exists()


def test_go_on_about_older_words_leaves_newer_ones_to_be_read(
    inbox: Inbox, held: StopDoubt, texter: Subscriber, number: str, now: datetime
) -> None:
    newer = StopDoubt.objects.get(reply=inbox.text(number, "I want to stop, really"))
    assert doubt.decide(held, DoubtDecision.GO_ON, "staff:1", now)
    assert places(texter) == {EnrolmentState.WAITING}
    assert doubt.decide(newer, DoubtDecision.GO_ON, "staff:1", now)
    assert places(texter) == {EnrolmentState.ACTIVE}


def test_a_start_that_overtook_the_unclear_words_leaves_nothing_held(
    inbox: Inbox, texter: Subscriber, number: str
) -> None:
    inbox.store_text(number, UNCLEAR)
    inbox.store_text(number, "STOP")
    inbox.understood(inbox.store_text(number, "START"))
    assert not StopDoubt.objects.exists()
    assert places(texter) == {EnrolmentState.ACTIVE}


def test_a_red_flag_and_an_unclear_stop_both_count(inbox: Inbox, texter: Subscriber, number: str) -> None:
    reply = inbox.text(number, "I want to stop this. I can't feel my legs")
    assert reply.tier == Tier.A
    assert asked_for("safety")
    assert StopDoubt.objects.get().subscriber == texter


def test_a_lesson_that_got_too_late_meanwhile_says_why(held: StopDoubt, texter: Subscriber, now: datetime) -> None:
    lesson = waiting_lesson(texter)
    Message.objects.filter(pk=lesson.pk).update(reason=Reason.DOUBT, expires_at=now)
    recovery.sweep(now, now)
    lesson.refresh_from_db()
    assert (lesson.state, lesson.reason) == (State.EXPIRED, Reason.DOUBT)


def test_a_stranger_and_who_has_stopped_already_are_not_asked_about(
    inbox: Inbox, texter: Subscriber, number: str
) -> None:
    inbox.text("+12025550199", UNCLEAR)
    inbox.text(number, "STOP")
    inbox.text(number, UNCLEAR)
    assert not StopDoubt.objects.exists()


def test_a_wrong_number_stops_suppresses_the_number_and_is_told(inbox: Inbox, texter: Subscriber, number: str) -> None:
    inbox.text(number, "You have the wrong number")
    assert has_stopped(texter)
    assert set(Suppression.objects.values_list("reason", flat=True)) == {"stopped", "wrong_number"}
    assert Post.objects.exists()


@pytest.mark.parametrize(
    ("subject", "body", "stops"),
    [
        ("STOP", "", True),
        ("Stop", "-- \nAnna", True),
        ("UNSUBSCRIBE", "Thank you, Anna", True),
        ("Please stop these emails", "Sent from my phone", True),
        ("Re: Please stop these emails", "", False),
        ("Stop", "Should I rest or stop when my calf hurts after the second lap?", False),
        ("Lesson 1", "", False),
    ],
)
def test_a_stop_in_the_subject_alone(
    inbox: Inbox, mail_reader: Subscriber, subject: str, body: str, stops: bool
) -> None:
    inbox.reply(mail_reader, body, Subject=subject)
    assert has_stopped(mail_reader) == stops

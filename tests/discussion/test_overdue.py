"""Nobody waits in silence: past the promised day colleagues are told once, and the person gets one apology."""

from datetime import datetime, timedelta

import pytest

from course.curriculum.model import Course
from course.delivery import notice_planning, suppression
from course.delivery.models import Message
from course.delivery.words import State
from course.discussion import moderation, overdue
from course.discussion.models import Post
from course.people import versions
from course.people.models import Enrolment, NoticeRequest, Staff
from course.people.words import NoticeKind
from tests import factories
from tests.web.conftest import make_reply

pytestmark = pytest.mark.django_db
IN_TIME = timedelta(days=2, hours=13)  # Wednesday, 23:00 in Chicago: the last hour of the promised day
LATE = timedelta(days=2, hours=15)


@pytest.fixture
def enrolment(now: datetime) -> Enrolment:
    return factories.make_enrolment()


@pytest.fixture
def course(enrolment: Enrolment) -> Course:
    return versions.current()


@pytest.fixture
def nurse() -> Staff:
    return factories.make_staff()


@pytest.fixture
def post(enrolment: Enrolment, nurse: Staff, now: datetime) -> Post:
    person = enrolment.subscriber
    reply = make_reply("a", now, contact=person.contacts.get(), kind="question")
    return factories.make_post(person, reply=reply, held_at=now)


def told(kind: NoticeKind) -> list[str]:
    return list(NoticeRequest.objects.filter(kind=kind).order_by("recipient").values_list("recipient", flat=True))


def test_past_the_promised_day_each_is_told_once(post: Post, nurse: Staff, course: Course, now: datetime) -> None:
    coordinator = factories.make_staff("coordinator")
    cohort = Enrolment.objects.get().cohort
    cohort.coordinator = coordinator
    cohort.save()
    factories.make_staff("coordinator")
    assert overdue.look(course, now + IN_TIME) == 0
    assert [overdue.look(course, now + LATE) for _worker in range(2)] == [1, 0]
    assert told(NoticeKind.OVERDUE) == sorted([f"staff:{nurse.pk}", f"staff:{coordinator.pk}"])
    assert told(NoticeKind.APOLOGY) == [f"subscriber:{post.subscriber_id}"]
    words = {notice.recipient: notice.words for notice in NoticeRequest.objects.filter(kind=NoticeKind.OVERDUE)}
    assert words == {f"staff:{nurse.pk}": {"post": post.pk}, f"staff:{coordinator.pk}": {}}  # who may not read replies


def test_the_apology_waits_for_the_persons_window(post: Post, course: Course, now: datetime) -> None:
    overdue.look(course, now + LATE)
    notice_planning.plan_notices(now + LATE)
    message = Message.objects.get(request__kind=NoticeKind.APOLOGY)
    assert message.due_at == datetime.fromisoformat("2026-11-26T15:00:00+00:00")  # 9:00 in Chicago


@pytest.mark.parametrize("act", ["answer", "phone", "ask"])
def test_who_heard_from_us_gets_no_apology(post: Post, nurse: Staff, course: Course, now: datetime, act: str) -> None:
    acts = {
        "answer": lambda: moderation.answer_privately(post, nurse, "Yes.", now),
        "phone": lambda: moderation.phoned(post, nurse, "We talked.", now),
        "ask": lambda: moderation.ask_author(post, nurse, now),
    }
    acts[act]()
    overdue.look(course, now + LATE)
    assert told(NoticeKind.APOLOGY) == told(NoticeKind.OVERDUE) == []


def test_an_answer_in_the_night_calls_the_apology_off(post: Post, nurse: Staff, course: Course, now: datetime) -> None:
    overdue.look(course, now + LATE)
    notice_planning.plan_notices(now + LATE)
    post.refresh_from_db()
    moderation.answer_privately(post, nurse, "Yes.", now + LATE)
    assert Message.objects.get(request__kind=NoticeKind.APOLOGY).state == State.CANCELLED


def test_who_stopped_gets_no_apology_and_colleagues_are_told_all_the_same(
    post: Post, nurse: Staff, course: Course, now: datetime
) -> None:
    assert post.subscriber
    suppression.stop(post.subscriber, contact=None, source="link:1", now=now)
    overdue.look(course, now + LATE)
    notice_planning.plan_notices(now + LATE)
    assert told(NoticeKind.OVERDUE) == [f"staff:{nurse.pk}"]
    assert not Message.objects.filter(request__kind=NoticeKind.APOLOGY).exists()


def test_who_wrote_twice_gets_one_apology(post: Post, course: Course, now: datetime) -> None:
    factories.make_post(post.subscriber, reply=make_reply("b", now, kind="question"), held_at=now)
    assert overdue.look(course, now + LATE) == 2
    assert len(told(NoticeKind.APOLOGY)) == 1


def test_a_machines_mail_gets_no_apology(post: Post, course: Course, now: datetime) -> None:
    assert post.reply
    post.reply.kind = "auto_reply"
    post.reply.save()
    overdue.look(course, now + LATE)
    assert told(NoticeKind.APOLOGY) == []

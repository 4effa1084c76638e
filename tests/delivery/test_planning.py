"""Due enrolments become rows of the outbox, once each, and nothing is skipped without a reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from course.delivery import notice_planning, planning, recovery, suppression
from course.delivery.models import Message
from course.delivery.words import Reason, State
from course.people import notices
from course.people.models import Enrolment, LessonGate
from course.people.words import ChannelRule, EnrolmentState, MessageClass, NoticeKind
from tests import factories

pytestmark = pytest.mark.django_db
MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


def test_a_due_lesson_is_planned_once_however_often_we_look(now: datetime) -> None:
    enrolment = factories.make_enrolment()
    for _ in range(3):
        planning.plan_due(now)
    message = Message.objects.get()
    assert (message.step_id, message.state, message.due_at) == ("what-it-is", State.PLANNED, now)
    enrolment.refresh_from_db()
    assert enrolment.next_step == "two-kinds"


def test_the_table_itself_refuses_a_second_row_for_one_step(now: datetime) -> None:
    message = factories.make_message()
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_message(enrolment=message.enrolment)


def test_a_message_belongs_to_a_step_or_to_a_request_and_never_to_neither() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_message(step_id="")


def test_nothing_is_planned_before_it_is_due(now: datetime) -> None:
    factories.make_enrolment()
    assert planning.plan_due(now - timedelta(seconds=1)) == 0
    assert not Message.objects.exists()


def test_a_text_lesson_is_planned_in_parts_and_only_the_first_is_due(now: datetime) -> None:
    factories.make_enrolment("sms")
    planning.plan_due(now)
    dues = list(Message.objects.order_by("part").values_list("part", "due_at"))
    assert dues[0] == (1, now)
    assert len(dues) > 1
    assert all(due is None for _part, due in dues[1:])


def test_both_channels_get_each_lesson_by_each(now: datetime) -> None:
    person = factories.subscribers.add({"email": "both@example.org", "sms": "+12025550111"}, factories.AGREEMENT, now)
    factories.cohorts.enrol(person, factories.make_cohort(), now)
    planning.plan_due(now)
    assert set(Message.objects.values_list("channel", flat=True)) == {"email", "sms"}


def test_a_lesson_that_did_not_pass_its_gates_gets_a_reason_and_does_not_go(now: datetime) -> None:
    factories.make_enrolment()
    LessonGate.objects.update(passed=False)
    planning.plan_due(now)
    message = Message.objects.get()
    assert (message.state, message.reason) == (State.CANCELLED, Reason.GATE)


def test_outside_the_sandbox_an_unsigned_lesson_does_not_go(now: datetime, settings: Any) -> None:
    factories.make_enrolment()
    settings.SANDBOX = False
    planning.plan_due(now)
    assert Message.objects.get().reason == Reason.GATE


def test_what_is_planned_late_in_the_evening_waits_for_the_window(now: datetime) -> None:
    factories.make_enrolment()
    evening = now + timedelta(hours=11)  # 21:00 in Chicago
    planning.plan_due(evening)
    message = Message.objects.get()
    assert message.due_at == now + timedelta(hours=23)  # 09:00 the next day
    assert message.window_ends_at == now + timedelta(hours=34)


def test_a_step_whose_expiry_passed_is_not_sent_and_says_so(now: datetime) -> None:
    factories.make_enrolment()
    planning.plan_due(now + timedelta(days=3))
    late = Message.objects.get(step_id="what-it-is")
    assert (late.state, late.reason) == (State.CANCELLED, Reason.LATE)
    assert Message.objects.get(step_id="two-kinds").state == State.PLANNED


def test_after_the_last_step_the_enrolment_is_finished(now: datetime) -> None:
    enrolment = factories.make_enrolment()
    for day in range(30):
        planning.plan_due(now + timedelta(days=day))
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.next_due_at) == (EnrolmentState.FINISHED, None)


def test_a_stopped_person_is_not_planned_for(now: datetime) -> None:
    enrolment = factories.make_enrolment()
    suppression.stop(enrolment.subscriber, contact=None, source="link", now=now)
    planning.plan_due(now)
    assert not Message.objects.filter(enrolment=enrolment).exists()


def test_a_digest_with_nothing_new_is_skipped_with_its_reason(now: datetime) -> None:
    factories.make_enrolment()
    Enrolment.objects.update(next_step="digest-1", next_due_at=now)
    planning.plan_due(now)
    assert Message.objects.get(step_id="digest-1").reason == Reason.NOTHING_NEW


def test_a_notice_becomes_one_message_however_often_it_is_asked_for(now: datetime) -> None:
    person = factories.make_subscriber()
    factories.make_course_version()
    for _ in range(2):
        notices.request(NoticeKind.HELP, MessageClass.DIRECT, person, "reply:1", now, answers_at=now)
        notice_planning.plan_notices(now)
    message = Message.objects.get()
    assert (message.message_class, message.due_at) == ("direct", now)


def test_a_direct_notice_that_answers_nothing_recent_waits_for_the_window(now: datetime) -> None:
    person = factories.make_subscriber(zone="America/Chicago")
    factories.make_course_version()
    night = now - timedelta(hours=8)  # 02:00 in Chicago
    notices.request(NoticeKind.RECEIVED, MessageClass.DIRECT, person, "reply:1", night)
    notice_planning.plan_notices(night)
    assert Message.objects.get().due_at == now - timedelta(hours=1)


def test_an_answer_that_cannot_go_within_ten_minutes_at_night_waits_for_the_morning(now: datetime) -> None:
    person = factories.make_subscriber("sms", zone="America/Chicago")
    factories.make_course_version()
    night = now - timedelta(hours=8)  # 02:00 in Chicago
    notices.request(NoticeKind.RECEIVED, MessageClass.DIRECT, person, "reply:1", night, answers_at=night)
    notice_planning.plan_notices(night)
    message = Message.objects.get()
    assert (message.due_at, message.window_ends_at) == (night, night + timedelta(minutes=10))
    recovery.sweep(night + timedelta(minutes=11), MACHINE)
    message.refresh_from_db()
    assert message.due_at == now - timedelta(hours=1)


def test_a_safety_notice_is_due_at_once_at_night(now: datetime) -> None:
    person = factories.make_subscriber(zone="America/Chicago")
    factories.make_course_version()
    night = now - timedelta(hours=8)
    notices.request(
        NoticeKind.SAFETY, MessageClass.SAFETY, person, "reply:1", night,
        rule=ChannelRule.THIS_CONTACT, contact=person.contacts.get(),
    )  # fmt: skip
    notice_planning.plan_notices(night)
    message = Message.objects.get()
    assert (message.due_at, message.window_ends_at) == (night, None)

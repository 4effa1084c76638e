"""Who owns a message, and what may go at the last moment before the wire."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from course.delivery import holds, notice_planning, outbox, outcomes, planning, suppression
from course.delivery.channels.base import Result
from course.delivery.models import Attempt, Message, Suppression
from course.delivery.words import Outcome, Reason, State, SuppressionReason
from course.people import notices
from course.people.models import Alert, Contact, NoticeRequest
from course.people.words import Channel, ChannelRule, EnrolmentState, MessageClass, NoticeKind
from tests import factories
from tests.delivery.messages import take_up

pytestmark = pytest.mark.django_db
MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


def claim(now: datetime, machine: datetime = MACHINE, channel: Channel = Channel.EMAIL) -> list[Message]:
    return outbox.claim([MessageClass.COURSE], channel, "worker:1", now, machine, 20)


def record(message: Message, outcome: Outcome, now: datetime, machine: datetime = MACHINE) -> None:
    outcomes.record(message, Result(message.pk, outcome, "250", "queue-1"), now, machine)
    message.refresh_from_db()


def spoil(contact: Contact) -> None:
    """Make an address that cannot be opened, as after a lost key."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE course_contact SET address = %s WHERE id = %s", [b"\x04lost" + bytes(40), contact.pk])


def test_a_claimed_message_is_nobody_elses(now: datetime) -> None:
    factories.make_message()
    assert len(claim(now)) == 1
    assert claim(now) == []


def test_a_message_is_not_claimed_before_it_is_due_nor_outside_its_window(now: datetime) -> None:
    factories.make_message(due_at=now + timedelta(minutes=1))
    factories.make_message(window_ends_at=now)
    assert claim(now) == []


def test_a_stop_between_claim_and_wire_keeps_the_message_from_the_wire(now: datetime) -> None:
    factories.make_message()
    (message,) = claim(now)
    assert message.contact
    assert message.contact.subscriber
    suppression.stop(message.contact.subscriber, contact=message.contact, source="link", now=now)
    assert not outbox.hand(message, now, MACHINE)
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("what", ["suppression", "consent", "pause"])
def test_each_thing_that_forbids_sending_is_looked_at_again_at_the_wire(now: datetime, what: str) -> None:
    factories.make_message()
    (message,) = claim(now)
    assert message.contact
    assert message.enrolment
    if what == "suppression":
        suppression.suppress(message.contact, SuppressionReason.COMPLAINED, "receipt:1", now)
    elif what == "consent":
        message.enrolment.subscriber.consents.update(withdrawn_at=now)
    else:
        type(message.enrolment).objects.update(state="paused")
    assert not outbox.hand(message, now, MACHINE)


def test_a_holder_whose_lease_ran_out_may_not_hand_over(now: datetime) -> None:
    factories.make_message()
    (message,) = claim(now)
    assert not outbox.hand(message, now, MACHINE + timedelta(minutes=1))


def test_a_late_word_from_an_older_holder_changes_nothing(now: datetime) -> None:
    factories.make_message()
    (old,) = claim(now)
    later = MACHINE + timedelta(minutes=1)
    take_up(now, later)
    (new,) = claim(now, later)
    assert outbox.hand(new, now, later)
    record(new, Outcome.ACCEPTED, now)
    outcomes.record(old, Result(old.pk, Outcome.REFUSED_ADDRESS, "550"), now, later)
    new.refresh_from_db()
    assert new.state == State.ACCEPTED
    assert not Suppression.objects.exists()


def test_a_worker_killed_before_the_wire_leaves_a_message_that_goes_again(now: datetime) -> None:
    factories.make_message()
    claim(now)
    take_up(now, MACHINE + timedelta(minutes=1))
    assert len(claim(now, MACHINE + timedelta(minutes=1))) == 1


def test_a_worker_killed_at_the_wire_leaves_an_unknown_that_is_not_sent_blindly(now: datetime) -> None:
    factories.make_message()
    (message,) = claim(now)
    outbox.hand(message, now, MACHINE)
    take_up(now, MACHINE + timedelta(minutes=1))
    message.refresh_from_db()
    assert message.state == State.HANDED  # its holder may still be waiting for the answer
    take_up(now, MACHINE + timedelta(minutes=3))
    message.refresh_from_db()
    assert message.state == State.UNKNOWN
    assert claim(now, MACHINE + timedelta(minutes=4)) == []


def test_the_next_part_is_due_a_minute_after_the_one_before_was_accepted(now: datetime) -> None:
    enrolment = factories.make_enrolment("sms")
    first = factories.make_message(enrolment=enrolment, parts=2)
    second = factories.make_message(enrolment=enrolment, part=2, parts=2, due_at=None, window_ends_at=None)
    (message,) = claim(now, channel=Channel.SMS)
    assert message == first
    outbox.hand(message, now, MACHINE)
    record(message, Outcome.ACCEPTED, now)
    second.refresh_from_db()
    assert second.due_at == now + timedelta(minutes=1)


def test_when_a_part_does_not_go_the_later_parts_are_cancelled_with_their_reason(now: datetime) -> None:
    enrolment = factories.make_enrolment("sms")
    factories.make_message(enrolment=enrolment, parts=2, state=State.FAILED)
    second = factories.make_message(enrolment=enrolment, part=2, parts=2, due_at=None)
    take_up(now, MACHINE)
    second.refresh_from_db()
    assert (second.state, second.reason) == (State.CANCELLED, Reason.EARLIER_PART)


def test_an_address_that_does_not_exist_is_suppressed(now: datetime) -> None:
    factories.make_message()
    (message,) = claim(now)
    outbox.hand(message, now, MACHINE)
    record(message, Outcome.REFUSED_ADDRESS, now)
    assert (message.state, message.reason) == (State.FAILED, Reason.ADDRESS)
    assert Suppression.objects.get().reason == SuppressionReason.BOUNCED


def test_one_refusal_of_ours_holds_nothing_and_three_hold_the_channel_and_tell_on_call(now: datetime) -> None:
    staff = factories.make_staff(on_call=True)
    for _ in range(4):
        factories.make_message()
    first, *others = claim(now)
    outbox.release([others.pop()])
    for place, message in enumerate((first, *others)):
        assert holds.standing().exists() is (place > 2)
        outbox.hand(message, now, MACHINE)
        record(message, Outcome.REFUSED_SENDER, now)
        assert message.state == State.RETRY
    assert not Suppression.objects.exists()
    assert claim(now, MACHINE + timedelta(days=1)) == []
    told = NoticeRequest.objects.get(kind=NoticeKind.CHANNEL_DOWN)
    assert (told.recipient, told.message_class) == (f"staff:{staff.pk}", MessageClass.SAFETY)


@pytest.fixture
def safety(now: datetime) -> Message:
    """A safety text, claimed, to somebody who has an email address too; one person is on call."""
    factories.make_staff(on_call=True)
    contacts = {"sms": "+12025550111", "email": "other@example.org"}
    person = factories.subscribers.add(contacts, factories.AGREEMENT, now)
    factories.make_course_version()
    phone = person.contacts.get(channel="sms")
    notices.request(
        NoticeKind.SAFETY, MessageClass.SAFETY, person, "reply:1.emergency", now,
        rule=ChannelRule.THIS_CONTACT, contact=phone, words={"safety_kind": "emergency"},
    )  # fmt: skip
    notice_planning.plan_notices(now)
    return outbox.claim([MessageClass.SAFETY], Channel.SMS, "worker:1", now, MACHINE, 5)[0]


def assert_people_act(message: Message) -> None:
    """The other channel is tried, and on-call is told to phone."""
    other = NoticeRequest.objects.get(subject_key="reply:1.emergency.other")
    assert message.contact
    assert message.contact.subscriber
    assert other.contact == message.contact.subscriber.contacts.get(channel="email")
    assert NoticeRequest.objects.get(kind=NoticeKind.URGENT).words == {"phone": True, "alert": Alert.objects.get().pk}


def test_a_safety_message_that_cannot_go_is_tried_by_the_other_channel_and_on_call_is_told_to_phone(
    safety: Message, now: datetime
) -> None:
    outbox.hand(safety, now, MACHINE)
    record(safety, Outcome.REFUSED_ADDRESS, now)
    assert_people_act(safety)


def test_a_safety_message_that_fails_for_a_minute_is_told_to_people_and_still_tried(
    safety: Message, now: datetime
) -> None:
    machine = MACHINE
    for _try in range(4):
        outbox.hand(safety, now, machine)
        record(safety, Outcome.RETRY, now)
        machine += timedelta(minutes=2)
        (safety,) = outbox.claim([MessageClass.SAFETY], Channel.SMS, "worker:1", now, machine, 1)
    assert_people_act(safety)


def test_a_safety_message_that_expires_unsent_is_told_to_people(safety: Message, now: datetime) -> None:
    outbox.release([safety])
    take_up(now + timedelta(days=3), MACHINE)
    safety.refresh_from_db()
    assert safety.state == State.EXPIRED
    assert_people_act(safety)


def test_a_text_whose_worker_died_between_two_parts_still_goes_on(now: datetime) -> None:
    enrolment = factories.make_enrolment("sms")
    factories.make_message(enrolment=enrolment, parts=2, state=State.ACCEPTED)
    second = factories.make_message(enrolment=enrolment, part=2, parts=2, due_at=None, window_ends_at=None)
    take_up(now, MACHINE)
    second.refresh_from_db()
    assert second.due_at == now + timedelta(minutes=1)


def test_an_answer_that_comes_late_still_counts(now: datetime) -> None:
    factories.make_message()
    (message,) = claim(now)
    outbox.hand(message, now, MACHINE)
    Message.objects.update(state=State.RETRY)
    record(message, Outcome.ACCEPTED, now)
    assert message.state == State.ACCEPTED


def test_start_after_a_month_brings_the_lessons_back_where_they_stopped(now: datetime) -> None:
    enrolment = factories.make_enrolment()
    person = enrolment.subscriber
    suppression.stop(person, contact=None, source="link:1", now=now - timedelta(minutes=5))
    later = now + timedelta(days=30)
    assert suppression.start(person, contact=None, source="reply:2", now=later)
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.next_step) == ("active", "what-it-is")
    assert enrolment.next_due_at
    assert later <= enrolment.next_due_at < later + timedelta(days=2)
    planning.plan_due(enrolment.next_due_at)
    assert Message.objects.get(step_id="what-it-is").state == State.PLANNED


def test_one_row_that_cannot_be_planned_holds_nobody_up(now: datetime) -> None:
    broken, fine = factories.make_enrolment(), factories.make_enrolment()
    type(broken).objects.filter(pk=broken.pk).update(next_step="no-such-step")
    planning.plan_due(now)
    assert Message.objects.filter(enrolment=fine).exists()
    broken.refresh_from_db()
    assert broken.state_reason == "cannot_plan"


def test_a_safety_notice_that_cannot_be_planned_is_looked_at_again_in_seconds_and_on_call_phones(now: datetime) -> None:
    member, person = factories.make_staff(on_call=True), factories.make_subscriber()
    factories.make_course_version()
    request = notices.request(NoticeKind.SAFETY, MessageClass.SAFETY, person, "reply:1.emergency", now)
    spoil(person.contacts.get())
    notice_planning.plan_notices(now)
    request.refresh_from_db()
    assert request.not_before == now + timedelta(seconds=10)
    told = NoticeRequest.objects.get(kind=NoticeKind.URGENT)
    assert (told.recipient, told.words) == (f"staff:{member.pk}", {"phone": True, "alert": Alert.objects.get().pk})


@pytest.mark.parametrize("when", ["claimed", "expired", "unknown"])
def test_on_call_phones_when_a_safety_message_cannot_be_opened(safety: Message, now: datetime, when: str) -> None:
    outbox.release([safety])
    if when == "unknown":
        Message.objects.update(state=State.UNKNOWN, lease_until=MACHINE)
    assert safety.contact
    spoil(safety.contact)
    if when == "claimed":
        outbox.claim([MessageClass.SAFETY], Channel.SMS, "worker:1", now, MACHINE, 5)
    else:
        take_up(now + timedelta(days=3 if when == "expired" else 0), MACHINE)
    assert NoticeRequest.objects.get(kind=NoticeKind.URGENT).words == {"phone": True, "alert": Alert.objects.get().pk}


def test_a_message_that_cannot_be_opened_keeps_no_other_from_its_next_window(now: datetime) -> None:
    spoilt, fine = factories.make_message(), factories.make_message()
    Message.objects.update(window_ends_at=now + timedelta(hours=10))
    assert spoilt.contact
    spoil(spoilt.contact)
    take_up(now + timedelta(hours=10), MACHINE)  # 20:00 in Chicago
    fine.refresh_from_db()
    assert fine.due_at == now + timedelta(hours=23)


def test_a_message_that_cannot_be_opened_keeps_no_other_part_waiting(now: datetime) -> None:
    later = []
    for _person in range(2):
        enrolment = factories.make_enrolment("sms")
        first = factories.make_message(enrolment=enrolment, parts=2, state=State.ACCEPTED)
        later.append(factories.make_message(enrolment=enrolment, part=2, parts=2, due_at=None, window_ends_at=None))
        assert first.contact
        if _person == 0:
            spoil(first.contact)
    take_up(now, MACHINE)
    later[1].refresh_from_db()
    assert later[1].due_at == now + timedelta(minutes=1)


def test_a_notice_that_missed_its_window_moves_to_the_persons_own_next_one(now: datetime) -> None:
    person = factories.make_subscriber(zone="Pacific/Honolulu")
    factories.make_course_version()
    notices.request(NoticeKind.ANSWER, MessageClass.COURSE, person, "decision:1", now, expires_in=timedelta(days=5))
    evening = now + timedelta(hours=5)  # 11:00 in Honolulu
    notice_planning.plan_notices(evening)
    take_up(now + timedelta(hours=15), MACHINE)  # 21:00 in Honolulu
    assert Message.objects.get().due_at == now + timedelta(hours=27)  # 09:00 in Honolulu


def test_what_missed_its_window_moves_to_the_next_one(now: datetime) -> None:
    message = factories.make_message(window_ends_at=now + timedelta(hours=10))
    take_up(now + timedelta(hours=10), MACHINE)  # 20:00 in Chicago
    message.refresh_from_db()
    assert message.due_at == now + timedelta(hours=23)


def test_what_missed_its_expiry_is_expired_with_a_reason(now: datetime) -> None:
    message = factories.make_message(expires_at=now)
    take_up(now, MACHINE)
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.EXPIRED, Reason.LATE)


def test_after_stop_only_the_confirmation_and_help_go_and_safety_always(now: datetime) -> None:
    person = factories.make_subscriber("sms")
    contact = person.contacts.get()
    version = factories.make_course_version()
    suppression.suppress(contact, SuppressionReason.STOPPED, "reply:1", now)
    kinds = {
        NoticeKind.STOPPED: "direct", NoticeKind.HELP: "direct", NoticeKind.RECEIVED: "direct",
        NoticeKind.SAFETY: "safety", NoticeKind.ANSWER: "course",
    }  # fmt: skip
    for kind, message_class in kinds.items():
        request = notices.request(kind, MessageClass(message_class), person, "reply:1", now, contact=contact)
        Message.objects.create(
            request=request, contact=contact, channel="sms", message_class=message_class, version=version,
            planned_at=now, due_at=now, expires_at=now + timedelta(days=1), message_id=factories.new_message_id(),
        )  # fmt: skip
    claimed = outbox.claim(list(MessageClass), Channel.SMS, "worker:1", now, MACHINE, 20)
    assert {message.request.kind for message in claimed if message.request} == {"stopped", "help", "safety"}


def test_a_stop_between_the_last_parts_and_a_start_lets_them_go_on(now: datetime) -> None:
    enrolment = factories.make_enrolment("sms")
    last = factories.make_message(enrolment=enrolment, step_id="staying-active")
    person = enrolment.subscriber
    person.enrolments.update(state=EnrolmentState.FINISHED, next_step="", next_due_at=None)
    suppression.stop(person, contact=person.contacts.get(), source="reply:1", now=now)
    assert suppression.start(person, contact=person.contacts.get(), source="reply:2", now=now)
    last.refresh_from_db()
    assert last.state == State.PLANNED
    assert NoticeRequest.objects.filter(kind=NoticeKind.WELCOME).exists()


def test_a_message_is_not_tried_again_before_the_other_side_allows_it(now: datetime) -> None:
    factories.make_message()
    (message,) = claim(now)
    asked = Result(message.pk, Outcome.RETRY, "429", retry_after=3600)
    outcomes.record(message, asked, now, MACHINE)
    message.refresh_from_db()
    assert message.retry_at
    assert MACHINE + timedelta(hours=1) <= message.retry_at <= MACHINE + timedelta(hours=1.2)


@pytest.mark.parametrize(
    "give_back", [lambda m: outbox.release([m]), lambda m: outbox.put_off(m, MACHINE, has_turn=True)]
)
def test_what_was_called_off_while_it_was_claimed_stays_called_off(
    give_back: Callable[[Message], None], now: datetime
) -> None:
    enrolment = factories.make_enrolment()
    factories.make_message(enrolment=enrolment)
    (message,) = claim(now)
    suppression.stop(enrolment.subscriber, contact=None, source="link:1", now=now)
    give_back(message)
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.CANCELLED, Reason.NO_CONSENT)

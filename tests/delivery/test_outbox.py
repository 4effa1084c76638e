"""Who owns a message, and what may go at the last moment before the wire."""

from datetime import UTC, datetime, timedelta

import pytest

from course.delivery import outbox, outcomes, recovery, suppression
from course.delivery.channels.base import Result
from course.delivery.models import Attempt, Message, Suppression
from course.delivery.words import Outcome, Reason, State, SuppressionReason
from course.people import notices
from course.people.words import Channel, MessageClass, NoticeKind
from tests import factories

pytestmark = pytest.mark.django_db
MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


def claim(now: datetime, machine: datetime = MACHINE, channel: Channel = Channel.EMAIL) -> list[Message]:
    return outbox.claim([MessageClass.COURSE], channel, "worker:1", now, machine, 20)


def record(message: Message, outcome: Outcome, now: datetime, machine: datetime = MACHINE) -> None:
    outcomes.record(message, Result(message.pk, outcome, "250", "queue-1"), now, machine)
    message.refresh_from_db()


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
    recovery.sweep(now, later)
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
    recovery.sweep(now, MACHINE + timedelta(minutes=1))
    assert len(claim(now, MACHINE + timedelta(minutes=1))) == 1


def test_a_worker_killed_at_the_wire_leaves_an_unknown_that_is_not_sent_blindly(now: datetime) -> None:
    factories.make_message()
    (message,) = claim(now)
    outbox.hand(message, now, MACHINE)
    recovery.sweep(now, MACHINE + timedelta(minutes=1))
    message.refresh_from_db()
    assert message.state == State.UNKNOWN
    assert claim(now, MACHINE + timedelta(minutes=2)) == []


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
    recovery.sweep(now, MACHINE)
    second.refresh_from_db()
    assert (second.state, second.reason) == (State.CANCELLED, Reason.EARLIER_PART)


def test_an_address_that_does_not_exist_is_suppressed(now: datetime) -> None:
    factories.make_message()
    (message,) = claim(now)
    outbox.hand(message, now, MACHINE)
    record(message, Outcome.REFUSED_ADDRESS, now)
    assert (message.state, message.reason) == (State.FAILED, Reason.ADDRESS)
    assert Suppression.objects.get().reason == SuppressionReason.BOUNCED


def test_our_own_fault_holds_the_channel_and_suppresses_nobody(now: datetime) -> None:
    factories.make_message()
    factories.make_message()
    message, other = claim(now)
    outbox.release(other)
    outbox.hand(message, now, MACHINE)
    record(message, Outcome.REFUSED_SENDER, now)
    assert message.state == State.RETRY
    assert not Suppression.objects.exists()
    assert claim(now, MACHINE + timedelta(days=1)) == []


def test_what_missed_its_window_moves_to_the_next_one(now: datetime) -> None:
    message = factories.make_message(window_ends_at=now + timedelta(hours=10))
    recovery.sweep(now + timedelta(hours=10), MACHINE)  # 20:00 in Chicago
    message.refresh_from_db()
    assert message.due_at == now + timedelta(hours=23)


def test_what_missed_its_expiry_is_expired_with_a_reason(now: datetime) -> None:
    message = factories.make_message(expires_at=now)
    recovery.sweep(now, MACHINE)
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
            planned_at=now, due_at=now, expires_at=now + timedelta(days=1), message_id=outbox.new_message_id(),
        )  # fmt: skip
    claimed = outbox.claim(list(MessageClass), Channel.SMS, "worker:1", now, MACHINE, 20)
    assert {message.request.kind for message in claimed if message.request} == {"stopped", "help", "safety"}

"""A person's word about a message that nobody can say of: what the row holds, and what goes on the wire, after it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from course.delivery import by_hand, outbox, outcomes, receipts, suppression
from course.delivery.by_hand import Word
from course.delivery.channels.base import Result
from course.delivery.models import Message
from course.delivery.words import Outcome, Reason, State
from course.people.models import AuditEntry
from course.people.words import Channel, MessageClass
from tests import bell, factories
from tests.delivery.messages import take_up

pytestmark = pytest.mark.django_db
NOW = factories.NOW
MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
KNOWN = {State.PLANNED, State.CLAIMED, State.HANDED, State.ACCEPTED, State.RETRY, State.FAILED}


def unsure(**columns: Any) -> Message:
    values = {"state": State.UNKNOWN, "fence": 1, "attempts": 1, "handed_at": MACHINE, "lookups": 2}
    enrolment = columns.pop("enrolment", None) or factories.make_enrolment("sms")
    return factories.make_message(enrolment=enrolment, **values | columns)


def settle(message: Message, word: Word, now: datetime = NOW) -> Message:
    by_hand.settle(message.pk, word, "staff:3", now)
    message.refresh_from_db()
    return message


def claim(now: datetime = NOW, kind: MessageClass = MessageClass.COURSE) -> list[Message]:
    return outbox.claim([kind], Channel.SMS, "worker:1", now, MACHINE + HOUR, 20)


def audited() -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.filter(subject__startswith="message:")
    return list(rows.values_list("actor", "verb", "subject"))


def test_a_text_that_no_look_up_settled_is_listed_and_goes_by_no_program() -> None:
    listed, looked_up = unsure(), unsure(lease_until=MACHINE + HOUR)
    take_up(NOW, MACHINE)
    assert [message.pk for message in by_hand.unsure()] == [listed.pk]
    looked_up.refresh_from_db()
    assert looked_up.lease_until
    assert claim() == []


def test_what_went_is_accepted_and_who_said_so_is_written_down() -> None:
    message = settle(unsure(), Word.WENT)
    assert (message.state, message.accepted_at, message.possibly_twice) == (State.ACCEPTED, NOW, False)
    assert audited() == [("staff:3", "message_went", f"message:{message.pk}")]
    assert not by_hand.unsure().exists()


def test_after_a_part_that_went_the_next_goes_a_minute_later() -> None:
    first = unsure(parts=2)
    second = factories.make_message(
        enrolment=first.enrolment, part=2, parts=2, state=State.PLANNED, due_at=None, window_ends_at=None
    )
    settle(first, Word.WENT)
    assert claim() == []
    assert [message.pk for message in claim(NOW + MINUTE)] == [second.pk]


def test_what_is_sent_again_is_counted_as_possibly_twice_and_keeps_its_marks() -> None:
    message = unsure()
    settle(message, Word.AGAIN)
    (claimed,) = claim()
    assert (claimed.pk, claimed.possibly_twice, claimed.message_id) == (message.pk, True, message.message_id)
    assert audited() == [("staff:3", "message_again", f"message:{message.pk}")]


def test_who_sends_is_rung_for_once_it_is_committed(django_capture_on_commit_callbacks: Any) -> None:
    message = unsure()
    bell.rung.clear()
    with django_capture_on_commit_callbacks(execute=True):
        settle(message, Word.AGAIN)
        assert bell.rung == []
    assert bell.rung == ["deliver_course"]


def test_what_is_sent_again_and_lost_again_is_shown_again() -> None:
    message = settle(unsure(channel="email", enrolment=factories.make_enrolment("email")), Word.AGAIN)
    (claimed,) = outbox.claim([MessageClass.COURSE], Channel.EMAIL, "worker:1", NOW, MACHINE, 20)
    assert outbox.hand(claimed, NOW, MACHINE)
    outcomes.record(claimed, Result(message.pk, Outcome.UNKNOWN, ""), NOW, MACHINE)
    take_up(NOW, MACHINE + HOUR)
    assert [each.pk for each in by_hand.unsure()] == [message.pk]


def test_nothing_is_sent_again_to_who_has_stopped() -> None:
    message = unsure()
    assert message.enrolment
    person = message.enrolment.subscriber
    suppression.stop(person, contact=person.contacts.get(), source="link", now=NOW)
    settle(message, Word.AGAIN)
    assert claim() == []
    take_up(NOW, MACHINE)
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.SUPPRESSED, Reason.NO_CONSENT)


@pytest.mark.parametrize(
    "columns",
    [{}, {"due_at": None, "window_ends_at": None}, {"message_class": MessageClass.DIRECT, "window_ends_at": None}],
    ids=["a lesson", "a row made after a restore", "an answer that had no window"],
)
def test_nothing_is_sent_again_at_night(columns: dict[str, Any]) -> None:
    kind = columns.get("message_class", MessageClass.COURSE)
    message = unsure(**columns)
    night = (NOW + timedelta(days=1)).replace(hour=6)  # midnight in Chicago
    settle(message, Word.AGAIN, night)
    assert claim(night, kind) == []
    take_up(night, MACHINE)
    assert claim(night + MINUTE, kind) == []
    morning = night.replace(hour=15, minute=1)
    assert [each.pk for each in claim(morning, kind)] == [message.pk]


def test_a_safety_message_is_sent_again_at_any_hour() -> None:
    night = (NOW + timedelta(days=1)).replace(hour=6)
    message = settle(unsure(message_class=MessageClass.SAFETY, window_ends_at=None), Word.AGAIN, night)
    assert [each.pk for each in claim(night, MessageClass.SAFETY)] == [message.pk]


def test_a_later_part_that_goes_again_waits_for_the_one_before() -> None:
    first = unsure(parts=2)
    second = unsure(enrolment=first.enrolment, part=2, parts=2)
    settle(second, Word.AGAIN)
    take_up(NOW, MACHINE)
    assert claim(NOW + MINUTE) == []
    settle(first, Word.WENT)
    take_up(NOW, MACHINE)
    assert [(each.pk, each.possibly_twice) for each in claim(NOW + MINUTE)] == [(second.pk, True)]


def test_a_later_part_goes_again_when_the_one_before_went_long_ago() -> None:
    first = unsure(parts=2, state=State.DELIVERED)
    second = settle(unsure(enrolment=first.enrolment, part=2, parts=2), Word.AGAIN)
    take_up(NOW, MACHINE)
    assert [each.pk for each in claim(NOW + MINUTE)] == [second.pk]


def test_what_is_left_fails_and_its_later_parts_do_not_go() -> None:
    first = unsure(parts=2)
    second = factories.make_message(enrolment=first.enrolment, part=2, parts=2, due_at=None, window_ends_at=None)
    settle(first, Word.LEAVE)
    assert (first.state, first.reason) == (State.FAILED, Reason.CALLED_OFF)
    assert audited() == [("staff:3", "message_left", f"message:{first.pk}")]
    take_up(NOW, MACHINE)
    second.refresh_from_db()
    assert (second.state, second.reason) == (State.CANCELLED, Reason.EARLIER_PART)


def test_what_ran_out_is_not_sent_again_and_can_still_be_left() -> None:
    message = unsure(expires_at=NOW)
    with pytest.raises(by_hand.TooLate):
        settle(message, Word.AGAIN)
    assert audited() == []
    assert settle(message, Word.LEAVE).state == State.FAILED


@pytest.mark.parametrize("word", list(Word))
@pytest.mark.parametrize("state", sorted(KNOWN))
def test_a_message_that_something_is_known_of_is_not_settled(state: State, word: Word) -> None:
    message = unsure(state=state)
    with pytest.raises(by_hand.NotUnsure, match=f"is {state}: only one that nobody can say of"):
        settle(message, word)
    message.refresh_from_db()
    assert (message.state, audited()) == (state, [])


def test_a_message_that_is_still_looked_up_is_not_settled() -> None:
    message = unsure(lease_until=MACHINE)
    with pytest.raises(by_hand.NotUnsure, match="still being looked up"):
        settle(message, Word.AGAIN)
    with pytest.raises(by_hand.NotUnsure, match="There is no message 12345"):
        by_hand.settle(12345, Word.WENT, "staff:3", NOW)


def test_of_two_people_who_settle_one_message_the_first_counts() -> None:
    message = settle(unsure(), Word.LEAVE)
    with pytest.raises(by_hand.NotUnsure):
        settle(message, Word.AGAIN)
    assert [verb for _actor, verb, _subject in audited()] == ["message_left"]


@pytest.mark.parametrize("word", [Word.AGAIN, Word.LEAVE])
def test_what_the_provider_says_later_is_the_truth_all_the_same(word: Word) -> None:
    message = settle(unsure(), word)
    params = {"MessageStatus": "delivered", "MessageSid": "SM1"}
    receipts.twilio_status(message.bounce_token, params, NOW, MACHINE)
    message.refresh_from_db()
    assert message.state == State.DELIVERED
    assert claim() == []

"""What Twilio says later of a text: doubled, reversed, early, lost; judged by what the tables hold."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as some

from course.delivery import holds, outbox, outcomes, receipts, suppression
from course.delivery.channels.base import Result
from course.delivery.models import Attempt, Message, Receipt, Suppression
from course.delivery.words import Outcome, Reason, State, SuppressionReason
from course.people.models import AuditEntry, Cohort, NoticeRequest
from course.people.words import Channel, MessageClass, NoticeKind, Role
from tests import factories
from tests.delivery.messages import take_up

pytestmark = pytest.mark.django_db
NOW = factories.NOW
MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_sids = count(1)


def text(state: State = State.ACCEPTED, sid: str = "SM1", enrolment: Any = None, **columns: Any) -> Message:
    values = {"state": state, "provider_id": sid, "handed_at": MACHINE, "fence": 1, "attempts": 1}
    if state == State.ACCEPTED:
        values["accepted_at"] = NOW
    cohort = Cohort.objects.first() or factories.make_cohort()
    enrolment = enrolment or factories.make_enrolment("sms", cohort)
    message = factories.make_message(enrolment=enrolment, **values | columns)
    Attempt.objects.create(message=message, fence=1, worker="worker:1", started_at=MACHINE, on_wire=True)
    return message


def said(message: Message, word: str, code: str = "", sid: str = "SM1", machine: datetime = MACHINE) -> Message:
    params = {"MessageStatus": word, "MessageSid": sid} | ({"ErrorCode": code} if code else {})
    receipts.twilio_status(message.bounce_token, params, NOW, machine)
    message.refresh_from_db()
    return message


def suppressed(message: Message) -> set[str]:
    assert message.contact
    standing = Suppression.objects.filter(address_index=message.contact.address_index, lifted_at__isnull=True)
    return set(standing.values_list("reason", flat=True))


def answered(message: Message, sid: str = "SM1", held: Message | None = None) -> Message:
    """Our own answer to the POST is recorded, as the sender does it that has ``held`` the row."""
    held = held or outbox.load(message.pk)
    outcomes.record(held, Result(message.pk, Outcome.ACCEPTED, "201", sid), NOW, MACHINE)
    receipts.apply_parked(held, NOW, MACHINE)
    message.refresh_from_db()
    return message


@pytest.mark.parametrize(
    ("code", "state", "reason", "listed"),
    [
        ("30001", State.RETRY, Reason.NONE, set()),
        ("30002", State.BOUNCED, Reason.CHANNEL, set()),
        ("30003", State.RETRY, Reason.NONE, set()),
        ("30004", State.BOUNCED, Reason.CONTENT, set()),
        ("30005", State.BOUNCED, Reason.ADDRESS, {SuppressionReason.BOUNCED}),
        ("30006", State.BOUNCED, Reason.ADDRESS, {SuppressionReason.BOUNCED}),
        ("30007", State.BOUNCED, Reason.CONTENT, set()),
        ("30008", State.RETRY, Reason.NONE, set()),
        ("30032", State.BOUNCED, Reason.CHANNEL, set()),
        ("30034", State.BOUNCED, Reason.CHANNEL, set()),
        ("30036", State.RETRY, Reason.NONE, set()),
        ("21610", State.SUPPRESSED, Reason.SUPPRESSED, {SuppressionReason.STOPPED}),
        ("99999", State.BOUNCED, Reason.CONTENT, set()),
        ("", State.BOUNCED, Reason.CONTENT, set()),
    ],
)
def test_each_late_failure_is_treated_as_the_table_says(
    code: str, state: State, reason: Reason, listed: set[str]
) -> None:
    message = said(text(), "undelivered", code)
    assert (message.state, message.reason, suppressed(message)) == (state, reason, listed)
    assert Receipt.objects.get().applied_at == MACHINE


@pytest.mark.parametrize("code", ["30003", "30008"])
def test_a_phone_that_was_off_is_tried_again_after_an_hour_then_later_and_later(code: str) -> None:
    message = text()
    waits = []
    for sid in ("SM1", "SM2", "SM3"):
        Message.objects.filter(pk=message.pk).update(state=State.ACCEPTED, provider_id=sid)
        said(message, "undelivered", code, sid)
        assert message.retry_at
        waits.append(message.retry_at - MACHINE)
    assert waits == [HOUR, 3 * HOUR, 6 * HOUR]
    assert receipts.ended_ids(message) == {"SM1", "SM2", "SM3"}


@pytest.mark.parametrize(
    ("code", "state", "reason"),
    [("30003", State.BOUNCED, Reason.UNDELIVERED), ("30036", State.EXPIRED, Reason.LATE)],
)
def test_what_would_come_after_its_expiry_is_not_tried_again(code: str, state: State, reason: Reason) -> None:
    message = said(text(expires_at=NOW + timedelta(seconds=50)), "failed", code)
    assert (message.state, message.reason) == (state, reason)


def test_a_number_out_of_reach_on_three_days_is_given_up_and_written_down() -> None:
    enrolment = factories.make_enrolment("sms")
    states = []
    for day, step in enumerate(["what-it-is", "walking", "stretching"]):
        message = text(sid=f"SM{day}", enrolment=enrolment, step_id=step, expires_at=NOW + 9 * DAY)
        states.append(said(message, "undelivered", "30003", f"SM{day}", MACHINE + day * DAY).state)
    assert states == [State.RETRY, State.RETRY, State.BOUNCED]
    assert suppressed(message) == set()
    assert AuditEntry.objects.filter(verb="unreachable_on_three_days").count() == 1


def test_a_text_that_arrives_ends_the_count_of_days() -> None:
    enrolment = factories.make_enrolment("sms")
    for day, word in enumerate(["undelivered", "undelivered", "delivered", "undelivered"]):
        message = text(sid=f"SM{day}", enrolment=enrolment, step_id=f"step-{day}", expires_at=NOW + 9 * DAY)
        code = "30003" if word == "undelivered" else ""
        said(message, word, code, f"SM{day}", MACHINE + day * DAY)
    assert message.state == State.RETRY


def test_a_failed_answer_to_somebody_is_not_tried_again_at_night() -> None:
    message = text(message_class=MessageClass.DIRECT, window_ends_at=None)
    night = NOW.replace(hour=6)  # midnight in Chicago
    receipts.twilio_status(
        message.bounce_token, {"MessageStatus": "failed", "MessageSid": "SM1", "ErrorCode": "30003"}, night, MACHINE
    )
    later = MACHINE + 2 * HOUR
    assert outbox.claim([MessageClass.DIRECT], Channel.SMS, "w", night + 2 * HOUR, later, 5) == []
    take_up(night + 2 * HOUR, later)
    assert outbox.claim([MessageClass.DIRECT], Channel.SMS, "w", night + 2 * HOUR, later, 5) == []
    morning = NOW.replace(hour=15, minute=5)
    assert [each.pk for each in outbox.claim([MessageClass.DIRECT], Channel.SMS, "w", morning, later, 5)] == [
        message.pk
    ]


def test_a_text_tried_again_takes_a_new_id_and_the_old_one_says_nothing_more() -> None:
    message = said(text(), "undelivered", "30003")
    (claimed,) = outbox.claim([MessageClass.COURSE], Channel.SMS, "worker:2", NOW, MACHINE + 2 * HOUR, 5)
    outbox.hand(claimed, NOW, MACHINE + 2 * HOUR)
    said(message, "sent", sid="SM1")
    assert message.state == State.HANDED
    answered(message, "SM2")
    said(message, "queued", sid="SM1")
    assert (message.state, message.provider_id) == (State.ACCEPTED, "SM2")


@pytest.mark.parametrize(
    ("code", "state"), [("30003", State.RETRY), ("30005", State.BOUNCED), ("21610", State.SUPPRESSED)]
)
@pytest.mark.parametrize("word", ["queued", "sent"])
def test_a_lower_word_after_a_failure_takes_nothing_back(code: str, state: State, word: str) -> None:
    assert said(said(text(), "failed", code), word).state == state


def test_the_answer_of_a_failed_try_that_comes_after_its_failure_changes_nothing() -> None:
    message = text(State.UNKNOWN, "")
    held = outbox.load(message.pk)
    said(message, "failed", "30003")
    outcomes.record(held, Result(message.pk, Outcome.ACCEPTED, "201", "SM1"), NOW, MACHINE)
    message.refresh_from_db()
    assert message.state == State.RETRY


def test_what_arrived_after_all_is_not_sent_again() -> None:
    message = said(text(), "undelivered", "30008")
    outbox.claim([MessageClass.COURSE], Channel.SMS, "worker:2", NOW, MACHINE + 2 * HOUR, 5)
    said(message, "delivered")
    assert message.state == State.DELIVERED
    message.state, message.fence = State.CLAIMED, 3
    assert not outbox.hand(message, NOW, MACHINE + 2 * HOUR)


def test_a_safety_text_that_fails_late_is_tried_by_the_other_way_and_people_are_told() -> None:
    factories.make_staff(Role.MODERATOR, on_call=True)
    message = text(message_class=MessageClass.SAFETY)
    request = NoticeRequest.objects.create(
        kind=NoticeKind.SAFETY, subject_key="reply:1", recipient="x", message_class=MessageClass.SAFETY,
        channel_rule="this_contact", not_before=NOW, expires_at=NOW + DAY,
    )  # fmt: skip
    Message.objects.filter(pk=message.pk).update(enrolment=None, step_id="", request=request)
    said(message, "undelivered", "30003")
    assert message.state == State.BOUNCED
    assert NoticeRequest.objects.filter(kind=NoticeKind.URGENT).exists()


def test_our_own_fault_holds_the_channel_after_three_people_and_suppresses_nobody() -> None:
    for number in range(3):
        assert not holds.standing().exists()
        message = said(text(sid=f"SM{number}"), "failed", "30034", f"SM{number}")
        assert suppressed(message) == set()
    assert holds.standing().filter(scope=Channel.SMS).exists()


@pytest.mark.parametrize(
    ("word", "code", "state"), [("delivered", "", State.DELIVERED), ("failed", "30005", State.BOUNCED)]
)
def test_a_word_that_comes_before_our_own_answer_waits_for_it(word: str, code: str, state: State) -> None:
    message = said(text(State.HANDED, ""), word, code)
    assert (message.state, Receipt.objects.get().applied_at) == (State.HANDED, None)
    assert (answered(message).state, message.provider_id) == (state, "SM1")
    assert Receipt.objects.get().applied_at == MACHINE


def test_upkeep_applies_an_early_word_once_when_the_sender_died(now: datetime) -> None:
    message = said(text(State.HANDED, "", lease_until=MACHINE), "undelivered", "30003")
    assert receipts.apply_all_parked(NOW, MACHINE, 10) == 0
    take_up(NOW, MACHINE + HOUR)
    assert [receipts.apply_all_parked(NOW, MACHINE + HOUR, 10) for _time in range(2)] == [1, 0]
    message.refresh_from_db()
    assert (message.state, message.retry_at) == (State.RETRY, MACHINE + 2 * HOUR)


def test_a_word_that_cannot_be_applied_is_kept_and_applied_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    message = text()
    with monkeypatch.context() as patch:
        patch.setattr(suppression, "suppress", fail)
        said(message, "failed", "30005")
        assert (message.state, Receipt.objects.get().applied_at) == (State.ACCEPTED, None)
    assert receipts.apply_all_parked(NOW, MACHINE, 10) == 1
    message.refresh_from_db()
    assert (message.state, suppressed(message)) == (State.BOUNCED, {SuppressionReason.BOUNCED})


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State.RETRY, Reason.NONE),
        (State.PLANNED, Reason.NONE),
        (State.CLAIMED, Reason.NONE),
        (State.EXPIRED, Reason.LATE),
        (State.CANCELLED, Reason.NO_CONSENT),
    ],
)
def test_a_text_thought_lost_that_went_is_not_sent_again(state: State, reason: Reason) -> None:
    message = said(text(state, "", reason=reason), "sent")
    assert (message.state, message.reason, message.provider_id) == (State.ACCEPTED, Reason.NONE, "SM1")


def test_the_failure_of_a_text_that_was_called_off_does_not_bring_it_back() -> None:
    message = said(text(State.CANCELLED, "", reason=Reason.CALLED_OFF), "undelivered", "30003")
    assert message.state == State.CANCELLED


def test_a_callback_of_one_text_at_the_address_of_another_changes_neither() -> None:
    one, two = text(sid="SM1"), text(sid="")
    said(one, "sent")
    assert not receipts.twilio_status(two.bounce_token, {"MessageStatus": "sent", "MessageSid": "SM1"}, NOW, MACHINE)
    two.refresh_from_db()
    assert (two.provider_id, two.receipts.count()) == ("", 0)


ENDS = [
    ("delivered", ""), ("undelivered", "30003"), ("failed", "30005"), ("undelivered", "30007"), ("failed", "21610"),
    ("failed", "30036"), ("undelivered", "30034"), ("failed", ""),
]  # fmt: skip
Word = tuple[str, str]


def play(words: list[Word], start: State) -> tuple[object, ...]:
    """Let the callbacks of one text come in this order, upkeep last; return what the tables hold then."""
    sid = f"SM{next(_sids)}"
    message = text(start, sid if start == State.ACCEPTED else "")
    held = outbox.load(message.pk)
    for word, code in words:
        if word == "our answer":
            answered(message, sid, held)
        else:
            said(message, word, code, sid)
    receipts.apply_all_parked(NOW, MACHINE, 100)
    message.refresh_from_db()
    return (
        message.state, message.reason, message.provider_id == sid, bool(message.retry_at), message.fence,
        bool(message.accepted_at), suppressed(message), message.receipts.count(),
        message.receipts.filter(applied_at__isnull=True).count(),
    )  # fmt: skip


@effort(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shuffled=some.sampled_from(ENDS).flatmap(
        lambda end: some.tuples(
            some.just(end),
            some.permutations([("queued", ""), ("sent", ""), end, ("our answer", "")]),
            some.lists(some.sampled_from([("queued", ""), ("sending", ""), ("sent", ""), end]), max_size=4),
        )
    ),
    start=some.sampled_from([State.HANDED, State.ACCEPTED, State.UNKNOWN]),
)
def test_any_order_and_doubling_of_a_texts_callbacks_ends_alike(
    db: Any, shuffled: tuple[Word, list[Word], list[Word]], start: State
) -> None:
    end, words, doubled = shuffled
    extra = [("sending", "")] if ("sending", "") in doubled else []
    straight = play([("our answer", ""), ("queued", ""), *extra, ("sent", ""), end], start)
    assert play([*words, *doubled], start) == straight


@pytest.mark.parametrize(
    "words", [["delivered", "failure"], ["failure", "delivered"], ["failure", "sent", "delivered"]]
)
@pytest.mark.parametrize("failure", ENDS[1:])
def test_a_text_that_arrived_and_is_said_to_have_failed_counts_as_arrived(failure: Word, words: list[str]) -> None:
    opted_out = {SuppressionReason.STOPPED} if failure[1] == "21610" else set()
    told = [failure if word == "failure" else (word, "") for word in words]
    assert play(told, State.ACCEPTED)[0] == State.DELIVERED
    assert suppressed(Message.objects.latest("pk")) == opted_out

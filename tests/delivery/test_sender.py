"""From the outbox to the sandbox's door and back: what is sent, what is looked up, what is never sent twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from course.delivery import channels, outbox, outcomes, planning, receipts, sender, suppression
from course.delivery.channels.base import Finding, Result, hash_of
from course.delivery.models import Message, Receipt
from course.delivery.words import Outcome, Reason, State
from course.people.words import Channel, MessageClass
from course.sandbox.server import SandboxServer
from tests import factories
from tests.delivery.messages import take_up
from tests.sandbox.conftest import ACCOUNT, TOKEN

pytestmark = pytest.mark.django_db
MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def wired(server: SandboxServer, settings: Any) -> Iterator[SandboxServer]:
    """The real channels, set up to talk to a real sandbox."""
    config = server.sandbox.config
    settings.SMTP_URL = f"smtp://127.0.0.1:{config.smtp_port}"
    settings.RELAY_LOG = str(config.relay_log)
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT, TOKEN
    settings.TWILIO_URL = f"http://127.0.0.1:{config.http_port}"
    channels.get.cache_clear()
    yield server
    channels.get.cache_clear()


def drain(now: datetime, machine: datetime = MACHINE) -> int:
    """Drain both channels twice: a bucket that nobody used before is empty at first."""
    return sum(
        sender.drain([MessageClass.COURSE], channel, "worker:1", _clocks(now, at), timedelta(seconds=20))
        for at in (machine, machine + timedelta(seconds=1))
        for channel in Channel
    )


def _clocks(now: datetime, machine: datetime) -> sender.Clocks:
    return sender.Clocks(lambda: now, lambda: machine)


def test_what_is_due_arrives_once_by_its_own_channel(wired: SandboxServer, now: datetime) -> None:
    mail, text = factories.make_enrolment(), factories.make_enrolment("sms")
    planning.plan_due(now)
    drain(now)
    drain(now)
    store = wired.sandbox.store
    assert [each.rcpt_to for each in store.mails()] == [mail.subscriber.contacts.get().address]
    assert [each.to_number for each in store.texts()] == [text.subscriber.contacts.get().address]
    assert set(Message.objects.filter(part=1).values_list("state", flat=True)) == {State.ACCEPTED}


def test_a_person_who_stopped_gets_nothing_though_it_was_planned(wired: SandboxServer, now: datetime) -> None:
    enrolment = factories.make_enrolment()
    planning.plan_due(now)
    suppression.stop(enrolment.subscriber, contact=None, source="link:1", now=now)
    drain(now)
    assert wired.sandbox.store.mails() == []


def test_a_message_whose_window_ended_while_its_row_was_written_does_not_go(
    wired: SandboxServer, now: datetime
) -> None:
    ends = now + timedelta(hours=1)
    message = factories.make_message(window_ends_at=ends)

    def course_time() -> datetime:
        return ends if Message.objects.filter(state=State.HANDED).exists() else now

    for second in range(2):
        clocks = sender.Clocks(course_time, lambda second=second: MACHINE + timedelta(seconds=second))
        sender.drain([MessageClass.COURSE], Channel.EMAIL, "worker:1", clocks, timedelta(seconds=20))
    assert wired.sandbox.store.mails() == []
    message.refresh_from_db()
    assert message.state == State.RETRY


def test_a_message_that_cannot_be_made_does_not_hold_up_the_others(wired: SandboxServer, now: datetime) -> None:
    poison = factories.make_message(step_id="no-such-step")
    factories.make_message()
    drain(now)
    poison.refresh_from_db()
    assert (poison.state, poison.reason) == (State.FAILED, Reason.CONTENT)
    assert len(wired.sandbox.store.mails()) == 1


def test_trouble_with_the_database_is_not_the_fault_of_a_message(wired: SandboxServer, now: datetime) -> None:
    message = factories.make_message(step_id="digest-1", words={"posts": [factories.make_post().pk]})

    def fails(execute: Any, sql: str, *arguments: Any) -> Any:
        if "course_post" in sql:
            raise OperationalError("the server has gone away")
        return execute(sql, *arguments)

    with connection.execute_wrapper(fails), pytest.raises(OperationalError):
        drain(now)
    message.refresh_from_db()
    assert message.state == State.PLANNED


def test_a_digest_whose_posts_were_all_withdrawn_is_cancelled_and_stays_so(wired: SandboxServer, now: datetime) -> None:
    message = factories.make_message(step_id="digest-1", words={"posts": [factories.make_post().pk]})
    drain(now)
    message.refresh_from_db()
    assert (message.state, message.reason, message.fence) == (State.CANCELLED, Reason.NOTHING_NEW, 1)


def test_a_message_erased_while_it_is_on_its_way_troubles_no_other(wired: SandboxServer, now: datetime) -> None:
    first, second = factories.make_message(), factories.make_message()
    claimed = outbox.claim([MessageClass.COURSE], Channel.EMAIL, "worker:1", now, MACHINE, 20)
    Message.objects.filter(pk=first.pk).delete()
    for message in claimed:
        outcomes.record(message, Result(message.pk, Outcome.RETRY), now, MACHINE)
    second.refresh_from_db()
    assert second.state == State.RETRY


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_after_a_crash_what_went_is_found_and_not_sent_again(wired: SandboxServer, now: datetime, channel: str) -> None:
    message = factories.make_message(enrolment=factories.make_enrolment(channel))
    machine = wired.sandbox.store.machine_now()
    drain(now, machine)
    Message.objects.update(state=State.HANDED, lease_until=machine + MINUTE, provider_id="", accepted_at=None)
    take_up(now, machine + 2 * MINUTE)
    take_up(now, machine + 3 * MINUTE)
    message.refresh_from_db()
    assert message.state == State.ACCEPTED
    assert message.provider_id
    assert len(wired.sandbox.store.mails()) + len(wired.sandbox.store.texts()) == 1


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_after_a_crash_what_did_not_go_is_looked_up_twice_and_then_goes(
    wired: SandboxServer, now: datetime, channel: str
) -> None:
    message = factories.make_message(enrolment=factories.make_enrolment(channel))
    wired.sandbox.config.relay_log.touch() if wired.sandbox.config.relay_log else None
    (claimed,) = outbox.claim([MessageClass.COURSE], Channel(channel), "worker:1", now, MACHINE, 5)
    outbox.hand(claimed, now, MACHINE, hash_of("words that nobody got"))
    states = []
    for minutes in (3, 4, 5, 6):
        take_up(now, MACHINE + minutes * MINUTE)
        message.refresh_from_db()
        states.append(message.state)
    assert states == [State.UNKNOWN, State.UNKNOWN, State.RETRY, State.RETRY]
    drain(now, MACHINE + 7 * MINUTE)
    message.refresh_from_db()
    assert message.state == State.ACCEPTED


class NoLookUp:
    can_look_up = False

    def look_up(self, sent: object) -> Finding:
        raise AssertionError("asked though it cannot answer")


@pytest.mark.parametrize(
    ("channel", "message_class", "after_a_minute", "after_twenty"),
    [
        ("email", "course", State.UNKNOWN, State.RETRY),
        ("sms", "course", State.UNKNOWN, State.UNKNOWN),
        ("email", "safety", State.RETRY, State.RETRY),
        ("sms", "direct", State.RETRY, State.RETRY),
    ],
)
def test_without_a_look_up_each_class_is_treated_as_law_3_says(
    now: datetime, monkeypatch: pytest.MonkeyPatch, channel: str, message_class: str,
    after_a_minute: State, after_twenty: State,
) -> None:  # fmt: skip
    monkeypatch.setattr(channels, "get", lambda _name: NoLookUp())
    message = factories.make_message(
        enrolment=factories.make_enrolment(channel), message_class=message_class, state=State.UNKNOWN,
        handed_at=MACHINE, lease_until=MACHINE,
    )  # fmt: skip
    for minutes, expected in ((1, after_a_minute), (20, after_twenty), (40, after_twenty)):
        take_up(now, MACHINE + minutes * MINUTE)
        message.refresh_from_db()
        assert message.state == expected
    assert message.possibly_twice == (expected == State.RETRY)


def status(message: Message, word: str, now: datetime, sid: str = "SM1", **more: str) -> bool:
    params = {"MessageStatus": word, "MessageSid": sid} | more
    return receipts.twilio_status(message.bounce_token, params, now, MACHINE)


def test_callbacks_may_come_doubled_and_in_any_order(now: datetime) -> None:
    message = factories.make_message(enrolment=factories.make_enrolment("sms"), state=State.ACCEPTED, provider_id="SM1")
    for word in ("delivered", "sent", "delivered", "queued"):
        assert status(message, word, now)
    message.refresh_from_db()
    assert message.state == State.DELIVERED
    assert Receipt.objects.count() == 3


def test_a_callback_proves_that_an_unknown_text_went(now: datetime) -> None:
    message = factories.make_message(enrolment=factories.make_enrolment("sms"), state=State.UNKNOWN)
    assert status(message, "sent", now)
    message.refresh_from_db()
    assert (message.state, message.provider_id) == (State.ACCEPTED, "SM1")


def test_a_callback_that_names_another_text_changes_nothing(now: datetime) -> None:
    message = factories.make_message(enrolment=factories.make_enrolment("sms"), state=State.ACCEPTED, provider_id="SM1")
    assert not status(message, "failed", now, sid="SM2", ErrorCode="30005")
    assert not receipts.twilio_status("a" * 26, {"MessageStatus": "failed", "MessageSid": "SM1"}, now, MACHINE)
    message.refresh_from_db()
    assert message.state == State.ACCEPTED


def test_a_number_that_does_not_exist_is_suppressed_when_the_provider_says_so(now: datetime) -> None:
    message = factories.make_message(enrolment=factories.make_enrolment("sms"), state=State.ACCEPTED, provider_id="SM1")
    status(message, "undelivered", now, ErrorCode="30005")
    message.refresh_from_db()
    assert message.state == State.BOUNCED
    assert message.contact
    assert outbox.Suppression.objects.filter(address_index=message.contact.address_index).exists()

"""Texts whose last status callback was lost: asked about by their SID, and set as a callback would have set them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from course import clock
from course.delivery import channels, last_words, outbox, outcomes, receipts, unknown
from course.delivery.models import Attempt, Message, Receipt, Suppression
from course.delivery.words import Reason, State
from course.people.words import Channel, MessageClass
from course.sandbox.records import OUTBOUND, NewText
from course.sandbox.server import SandboxServer
from tests import factories
from tests.delivery.messages import take_up
from tests.delivery.test_channels import TwilioWire
from tests.sandbox.conftest import ACCOUNT, TOKEN
from workers import upkeep

pytestmark = pytest.mark.django_db
NOW = factories.NOW
MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def wire(settings: Any) -> Iterator[TwilioWire]:
    opened = TwilioWire()
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_URL = ACCOUNT, TOKEN, opened.url
    channels.get.cache_clear()
    yield opened
    channels.get.cache_clear()
    opened.stop()


def text(sid: str = "SM1", **columns: Any) -> Message:
    values = {"state": State.ACCEPTED, "provider_id": sid, "handed_at": MACHINE, "accepted_at": NOW, "fence": 1}
    enrolment = factories.make_enrolment("sms", factories.make_cohort())
    message = factories.make_message(enrolment=enrolment, attempts=1, **values | columns)
    Attempt.objects.create(message=message, fence=1, worker="worker:1", started_at=MACHINE, on_wire=True)
    return message


def ask(after: timedelta) -> list[bool]:
    """Ask about all that is due so long after they were handed over."""
    return [last_words.ask(each, NOW + after, MACHINE + after) for each in last_words.due(MACHINE + after)]


def standing(message: Message) -> tuple[Any, ...]:
    message.refresh_from_db()
    listed = Suppression.objects.filter(lifted_at__isnull=True).values_list("reason", flat=True)
    said = message.receipts.values_list("provider_id", "status", "code")
    return (
        message.state, message.reason, message.retry_at, message.provider_id, message.accepted_at,
        message.delivered_at, sorted(listed), sorted(said),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [
        ("delivered", "", State.DELIVERED),
        ("sent", "", State.ACCEPTED),
        ("undelivered", "30003", State.RETRY),
        ("undelivered", "30005", State.BOUNCED),
        ("undelivered", "30007", State.BOUNCED),
        ("failed", "21610", State.SUPPRESSED),
    ],
)
def test_what_is_asked_does_what_the_lost_callback_would_have_done(
    wire: TwilioWire, monkeypatch: pytest.MonkeyPatch, status: str, code: str, state: State
) -> None:
    monkeypatch.setattr("random.random", lambda: 0.5)
    message = text()
    wire.standings["SM1"] = (status, int(code) if code else None)
    assert ask(HOUR) == [True]
    asked = standing(message)
    assert asked[0] == state
    Receipt.objects.all().delete()
    Suppression.objects.all().delete()
    Message.objects.filter(pk=message.pk).update(
        state=State.ACCEPTED, reason=Reason.NONE, retry_at=None, provider_id="SM1", accepted_at=NOW,
        delivered_at=None, fence=1,
    )  # fmt: skip
    told = {"MessageStatus": status, "MessageSid": "SM1", "ErrorCode": code}
    receipts.twilio_status(message.bounce_token, told, NOW + HOUR, MACHINE + HOUR)
    assert standing(message) == asked


def test_a_text_is_asked_about_after_one_hour_six_and_a_day_and_then_no_more(wire: TwilioWire) -> None:
    text()
    wire.standings["SM1"] = ("sent", None)
    asked = []
    for minutes in range(0, 60 * 80, 30):
        asked += [minutes / 60] * len(ask(timedelta(minutes=minutes)))
    assert asked == [1, 6, 24]
    assert wire.fetched == ["SM1"] * 3


def test_after_an_outage_a_text_is_asked_about_once_for_all_that_was_missed(wire: TwilioWire) -> None:
    text()
    wire.standings["SM1"] = ("sent", None)
    assert ask(30 * HOUR) == [True]
    assert ask(31 * HOUR) == []


def test_what_nobody_answered_stays_due_and_what_is_unknown_there_is_left(wire: TwilioWire) -> None:
    message = text()
    wire.scripted = (503, "<html>trouble</html>")
    assert ask(HOUR) == [False]
    wire.scripted = None
    assert ask(HOUR) == [True]  # a 404: it is not among the standings
    assert ask(HOUR) == []
    message.refresh_from_db()
    assert (message.state, message.receipts.count()) == (State.ACCEPTED, 0)


def test_two_that_ask_about_one_text_at_one_time_apply_what_is_said_once(wire: TwilioWire) -> None:
    message = text()
    wire.standings["SM1"] = ("undelivered", 30003)
    both = [last_words.due(MACHINE + HOUR) for _asker in range(2)]
    for due in both:
        assert last_words.ask(due[0], NOW, MACHINE + HOUR)
    message.refresh_from_db()
    assert (message.state, message.fence, Receipt.objects.count()) == (State.RETRY, 2, 1)


def test_only_texts_that_were_taken_and_whose_end_is_not_known_are_asked_about_safety_first() -> None:
    for number in range(5):
        text(f"SM{number}")
    safety = text("SM5", message_class=MessageClass.SAFETY)
    for number, state in enumerate((State.DELIVERED, State.BOUNCED, State.RETRY, State.UNKNOWN), 6):
        text(f"SM{number}", state=state)
    text("")
    factories.make_message(state=State.ACCEPTED, provider_id="ABC123", handed_at=MACHINE)
    due = last_words.due(MACHINE + HOUR)
    assert (due[0], len(due)) == (safety.pk, 6)


def test_a_new_try_is_looked_up_and_asked_about_anew() -> None:
    message = text(state=State.RETRY, lookups=3)
    (again,) = outbox.claim([MessageClass.COURSE], Channel.SMS, "worker:1", NOW, MACHINE + HOUR, 5)
    assert outbox.hand(again, NOW, MACHINE + HOUR)
    message.refresh_from_db()
    assert message.lookups == 0


@pytest.mark.parametrize("how", ["callback", "look-up"])
def test_a_look_for_a_text_does_not_count_as_asking_for_its_end(how: str) -> None:
    message = text("", state=State.UNKNOWN, lookups=1)
    if how == "callback":
        receipts.twilio_status(message.bounce_token, {"MessageStatus": "sent", "MessageSid": "SM1"}, NOW, MACHINE)
    else:
        outcomes.accepted(message, "SM1", NOW)
    assert last_words.due(MACHINE + HOUR) == [message.pk]


def test_a_sandbox_answers_as_twilio_does_and_the_worker_asks_it(server: SandboxServer, settings: Any) -> None:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT, TOKEN
    settings.TWILIO_URL = f"http://127.0.0.1:{server.sandbox.config.http_port}"
    channels.get.cache_clear()
    sids = [f"SM{number}" + "0" * 31 for number in range(2)]
    rows = [text(sid, handed_at=clock.machine_now() - 2 * HOUR) for sid in sids]
    contact = rows[0].contact
    assert contact
    server.sandbox.store.add_text(NewText(sids[0], contact.address, "+12025550100", "Hello", OUTBOUND, "delivered"))
    upkeep.ask.apply(["sms"], routing_key="ask")
    channels.get.cache_clear()
    found = [Message.objects.get(pk=row.pk).state for row in rows]
    assert found == [State.DELIVERED, State.ACCEPTED]


def test_what_was_not_asked_in_time_is_asked_at_the_next_tick(
    wire: TwilioWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        text(f"SM{number}", handed_at=clock.machine_now() - 2 * HOUR)
        wire.standings[f"SM{number}"] = ("delivered", None)
    wire.slow = 0.3
    monkeypatch.setattr(upkeep, "_BUDGET", timedelta(seconds=0.1))
    found = []
    for _tick in range(4):
        upkeep.ask.apply(["sms"], routing_key="ask")
        found.append(Message.objects.filter(state=State.DELIVERED).count())
    assert found == [1, 2, 3, 3]


def test_a_safety_text_that_nobody_speaks_of_is_in_no_other_texts_way(
    wire: TwilioWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_at = clock.machine_now() - 2 * HOUR
    text("SM0", handed_at=handed_at, message_class=MessageClass.SAFETY)
    other = text("SM1", handed_at=handed_at)
    wire.standings["SM1"] = ("delivered", None)
    look = wire.look
    monkeypatch.setattr(wire, "look", lambda path: (500, "{}") if "SM0" in path else look(path))
    upkeep.ask.apply(["sms"], routing_key="ask")
    other.refresh_from_db()
    assert other.state == State.DELIVERED


def test_unknown_mails_do_not_wait_for_unknown_texts() -> None:
    texts = [text(f"SM{number}", state=State.UNKNOWN, lease_until=MACHINE) for number in range(2)]
    mail = factories.make_message(state=State.UNKNOWN, handed_at=MACHINE, lease_until=MACHINE + HOUR / 60)
    assert unknown.resolve(Channel.EMAIL, NOW, MACHINE + HOUR)
    assert not unknown.resolve(Channel.EMAIL, NOW, MACHINE + HOUR)
    mail.refresh_from_db()
    assert (mail.state, mail.possibly_twice) == (State.RETRY, True)
    leases = Message.objects.filter(pk__in=[each.pk for each in texts]).values_list("lease_until", flat=True)
    assert set(leases) == {MACHINE}


def test_a_claim_that_never_reached_the_wire_is_no_try() -> None:
    message = factories.make_message(enrolment=factories.make_enrolment("sms"))
    for round_ in range(5):
        at = MACHINE + round_ * HOUR
        assert outbox.claim([MessageClass.COURSE], Channel.SMS, "worker:1", NOW, at, 5)
        take_up(NOW, at + HOUR / 2)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.fence) == (State.PLANNED, 0, 5)

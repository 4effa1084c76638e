"""After a restore: what the mailbox and the phone already have is not sent again, and the rest still goes."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from course.delivery import asking, channels, marks, planning, receipts, sender
from course.delivery.asking import Asked
from course.delivery.models import Attempt, Message
from course.delivery.words import State
from course.people import cohorts, notices
from course.people.models import Enrolment
from course.people.words import Channel, MessageClass, NoticeKind
from course.sandbox.server import SandboxServer
from tests import factories
from tests.sandbox.conftest import ACCOUNT, TOKEN

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BOTH = {"email": "both@example.org", "sms": "+12025550111"}


@pytest.fixture
def wired(server: SandboxServer, settings: Any) -> Iterator[SandboxServer]:
    """The real channels, set up to talk to a real sandbox."""
    config = server.sandbox.config
    settings.SMTP_URL = f"smtp://127.0.0.1:{config.smtp_port}"
    settings.RELAY_LOG = str(config.relay_log)
    config.relay_log.touch() if config.relay_log else None
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT, TOKEN
    settings.TWILIO_URL = f"http://127.0.0.1:{config.http_port}"
    channels.get.cache_clear()
    yield server
    channels.get.cache_clear()


def drain(server: SandboxServer, now: datetime, names: tuple[Channel, ...] = tuple(Channel)) -> None:
    clocks = sender.Clocks(lambda: now, server.sandbox.store.machine_now)
    for channel in names:
        sender.drain(list(MessageClass), channel, "worker:1", clocks, timedelta(seconds=20))


def lost_after(act: Callable[[], object]) -> None:
    """Do it, then lose what the database held of it: what a restore of an older backup does."""
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


def received(server: SandboxServer) -> Counter[str]:
    store = server.sandbox.store
    return Counter([mail.message_id for mail in store.mails()] + [text.body for text in store.texts()])


def ask(server: SandboxServer, now: datetime) -> dict[str, Asked]:
    machine_now = server.sandbox.store.machine_now()
    return asking.ask(machine_now - timedelta(hours=1), now, machine_now)


def plan_and_drain(server: SandboxServer, now: datetime, minutes: int = 8) -> None:
    for minute in range(0, minutes, 2):
        planning.plan_due(now + minute * MINUTE)
        drain(server, now + minute * MINUTE)


def test_marks_are_the_same_for_the_same_lesson_and_for_nothing_else(now: datetime) -> None:
    one, other = factories.make_enrolment(), factories.make_enrolment()
    same = marks.of_step(one, "what-it-is", "email", 1)
    assert marks.of_step(Enrolment.objects.get(pk=one.pk), "what-it-is", "email", 1) == same
    others = [
        marks.of_step(other, "what-it-is", "email", 1),
        marks.of_step(one, "two-kinds", "email", 1),
        marks.of_step(one, "what-it-is", "sms", 1),
        marks.of_step(one, "what-it-is", "email", 2),
    ]
    every = [mark for each in (same, *others) for mark in each.values()]
    assert len(set(every)) == len(every)


def test_a_notice_that_gets_its_old_id_by_a_restore_has_marks_of_its_own(now: datetime) -> None:
    person = factories.make_subscriber()
    contact = person.contacts.get()
    old = notices.request(NoticeKind.SAFETY, MessageClass.SAFETY, person, "reply:12", now)
    before = marks.of_notice(old, contact)
    old.not_before = now + timedelta(seconds=1)
    assert not set(marks.of_notice(old, contact).values()) & set(before.values())


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_lesson_planned_and_sent_after_the_backup_is_not_sent_again(
    wired: SandboxServer, now: datetime, channel: str
) -> None:
    enrolment = factories.make_enrolment(channel)
    lost_after(lambda: plan_and_drain(wired, now))
    assert Message.objects.count() == 0
    said = ask(wired, now)[channel]
    assert (said.went, said.nobody_can_say) == (1 if channel == "email" else 4, 0)
    enrolment.refresh_from_db()
    assert enrolment.next_step == "two-kinds"
    before = received(wired)
    plan_and_drain(wired, now + MINUTE)
    assert received(wired) == before
    assert set(Message.objects.values_list("state", flat=True)) == {State.ACCEPTED}
    assert set(Attempt.objects.values_list("raw_answer", flat=True)) == {asking.NOTE}


def test_a_later_part_that_did_not_go_follows_the_one_that_went(wired: SandboxServer, now: datetime) -> None:
    factories.make_enrolment("sms")
    lost_after(lambda: plan_and_drain(wired, now, minutes=2))
    assert ask(wired, now)["sms"] == Asked(went=1, not_gone=3)
    plan_and_drain(wired, now)
    assert sorted(received(wired).values()) == [1, 1, 1, 1]
    assert Message.objects.filter(state=State.ACCEPTED).count() == 4


def test_of_two_channels_only_the_one_that_did_not_go_goes(wired: SandboxServer, now: datetime) -> None:
    person = factories.subscribers.add(BOTH, factories.AGREEMENT, now)
    cohorts.enrol(person, factories.make_cohort(), now)

    def by_email_only() -> None:
        planning.plan_due(now)
        drain(wired, now, (Channel.EMAIL,))

    lost_after(by_email_only)
    ask(wired, now)
    plan_and_drain(wired, now)
    assert sorted(received(wired).values()) == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("state", [State.PLANNED, State.CLAIMED, State.HANDED, State.RETRY, State.UNKNOWN])
@pytest.mark.parametrize("went", [True, False])
def test_a_row_of_the_backup_that_was_not_final_is_asked_about(
    wired: SandboxServer, now: datetime, state: State, went: bool
) -> None:
    message = factories.make_message(enrolment=factories.make_enrolment(), state=state)
    if went:
        Message.objects.update(state=State.PLANNED)
        lost_after(lambda: drain(wired, now))
        Message.objects.update(state=state)
    ask(wired, now)
    message.refresh_from_db()
    waiting = State.RETRY if state in (State.HANDED, State.UNKNOWN, State.RETRY) else State.PLANNED
    assert message.state == (State.ACCEPTED if went else waiting)
    drain(wired, now)
    assert received(wired)[f"<{message.message_id}>"] + received(wired)[message.message_id] == 1


def test_where_nobody_can_say_course_and_direct_wait_for_a_person_and_safety_goes(
    wired: SandboxServer, now: datetime, settings: Any
) -> None:
    settings.RELAY_LOG = ""
    channels.get.cache_clear()
    rows = {each: factories.make_message(message_class=each) for each in MessageClass}
    to_come = factories.make_message(due_at=now + MINUTE)
    Enrolment.objects.update(next_step="")
    assert ask(wired, now)["email"] == Asked(went=0, not_gone=2, nobody_can_say=2)
    drain(wired, now)
    assert len(received(wired)) == 1
    states = {each: Message.objects.get(pk=row.pk).state for each, row in rows.items()}
    assert states == {"safety": State.ACCEPTED, "direct": State.UNKNOWN, "course": State.UNKNOWN}
    to_come.refresh_from_db()
    assert to_come.state == State.PLANNED


def test_a_log_that_does_not_know_what_went_before_the_backup_is_not_believed(
    wired: SandboxServer, now: datetime
) -> None:
    before = wired.sandbox.store.machine_now() - timedelta(hours=2)
    factories.make_message(state=State.ACCEPTED, handed_at=before)
    Enrolment.objects.update(next_step="")
    factories.make_message()
    Enrolment.objects.update(next_step="")
    assert ask(wired, now)["email"].nobody_can_say == 1


def test_a_text_whose_last_try_failed_is_not_taken_for_one_that_went(wired: SandboxServer, now: datetime) -> None:
    message = factories.make_message(enrolment=factories.make_enrolment("sms"))
    drain(wired, now)
    message.refresh_from_db()
    failed = {"MessageStatus": "failed", "MessageSid": message.provider_id, "ErrorCode": "30003"}
    receipts.twilio_status(message.bounce_token, failed, now, wired.sandbox.store.machine_now())
    Enrolment.objects.update(next_step="")
    assert ask(wired, now)["sms"] == Asked(not_gone=1)
    message.refresh_from_db()
    assert message.state == State.RETRY


def test_of_a_text_whose_words_are_lost_nobody_can_say(wired: SandboxServer, now: datetime) -> None:
    message = factories.make_message(
        enrolment=factories.make_enrolment("sms"), step_id="no-such-step", state=State.HANDED
    )
    Enrolment.objects.update(next_step="")
    assert ask(wired, now)["sms"] == Asked(nobody_can_say=1)
    message.refresh_from_db()
    assert message.state == State.UNKNOWN


@pytest.mark.parametrize("state", [State.PLANNED, State.CLAIMED, State.HANDED, State.RETRY, State.UNKNOWN])
def test_safety_that_may_have_gone_since_the_backup_is_marked_as_possibly_twice(
    wired: SandboxServer, now: datetime, settings: Any, state: State
) -> None:
    settings.RELAY_LOG = ""
    channels.get.cache_clear()
    due = factories.make_message(message_class=MessageClass.SAFETY, state=state)
    to_come = factories.make_message(message_class=MessageClass.SAFETY, due_at=now + MINUTE)
    Enrolment.objects.update(next_step="")
    ask(wired, now)
    marked = {row.pk: row.possibly_twice for row in Message.objects.all()}
    assert marked == {due.pk: True, to_come.pk: False}

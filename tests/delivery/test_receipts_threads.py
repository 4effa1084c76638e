"""Two callbacks of one message in the same instant, each on a connection of its own, to a database on disk."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from course.delivery import mail_receipts, receipts, suppression
from course.delivery.mail_receipts import Word
from course.delivery.models import Message, Receipt, Suppression
from course.delivery.words import Said, State
from course.people.models import Enrolment
from course.people.words import EnrolmentState
from tests import factories

from .test_receipts import MACHINE, NOW, text

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 12


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Return what moves a new thread's connections to a copy on disk: SQLite in memory knows no two connections."""
    name = connection.settings_dict["NAME"]

    def move() -> None:
        if connection.vendor == "sqlite":
            file = tmp_path / "course.sqlite3"
            with closing(sqlite3.connect(file)) as copy:
                connection.connection.backup(copy)
                copy.execute("PRAGMA journal_mode=WAL")  # connections that all begin by changing it would collide
            connection.settings_dict["NAME"] = str(file)

    yield move
    connection.settings_dict["NAME"] = name


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do these works in the same instant, each in a thread of its own; return what they return."""
    barrier = Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        try:
            barrier.wait(10)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(one, works))


def told(token: str, word: str, code: str = "", sid: str = "SM1") -> Callable[[], bool]:
    params = {"MessageStatus": word, "MessageSid": sid, "ErrorCode": code}
    return lambda: receipts.twilio_status(token, params, NOW, MACHINE)


def seen(message: Message) -> tuple[str, int, int, bool]:
    """Return state, fence, number of receipts, and whether all are applied, read by another connection."""

    def look() -> tuple[str, int, int, bool]:
        row = Message.objects.get(pk=message.pk)
        parked = Receipt.objects.filter(message=row, applied_at__isnull=True).exists()
        return row.state, row.fence, Receipt.objects.filter(message=row).count(), not parked

    (found,) = at_once(look)
    return found


def listed() -> int:
    return Suppression.objects.filter(lifted_at__isnull=True).count()


def test_of_two_callbacks_in_one_instant_the_higher_stands(on_disk: Callable[[], None]) -> None:
    messages = [text(sid=f"SM{number}") for number in range(TIMES)]
    on_disk()
    for message in messages:
        token, sid = message.bounce_token, message.provider_id
        at_once(told(token, "delivered", sid=sid), told(token, "failed", "30005", sid), told(token, "sent", sid=sid))
        state, _fence, kept, all_applied = seen(message)
        assert (state, kept, all_applied) == (State.DELIVERED, 3, True)
    assert at_once(listed) == [0]


def test_a_failure_told_twice_in_one_instant_counts_once(on_disk: Callable[[], None]) -> None:
    messages = [text(sid=f"SM{number}") for number in range(TIMES)]
    on_disk()
    for message in messages:
        word = told(message.bounce_token, "undelivered", "30008", message.provider_id)
        assert at_once(word, word, word) == [True, True, True]
        assert seen(message) == (State.RETRY, 2, 1, True)


def test_a_report_and_an_event_in_one_instant_suppress_once(on_disk: Callable[[], None]) -> None:
    mails = [factories.make_message(state=State.ACCEPTED, provider_id=f"esp-{number}") for number in range(TIMES)]
    on_disk()
    for mail in mails:
        report = Word(Said.NO_ADDRESS, "smtp", mail.message_id, "5.1.1")
        event = Word(Said.NO_ADDRESS, "postmark", mail.provider_id, "5.1.1")
        at_once(*(partial(mail_receipts.tell, mail, word, NOW, MACHINE) for word in (report, event, report)))
        assert seen(mail)[::2] == (State.BOUNCED, 2)
    assert at_once(listed) == [TIMES]


def test_a_complaint_and_the_persons_own_stop_in_one_instant_do_not_wait_for_each_other(
    on_disk: Callable[[], None],
) -> None:
    """On PostgreSQL two orders of locks would end one of the two with "deadlock detected"."""
    mails = [factories.make_message(state=State.RETRY) for _ in range(TIMES)]
    people = [mail.contact.subscriber for mail in mails]
    on_disk()
    for number, (mail, person) in enumerate(zip(mails, people, strict=True)):
        word = Word(Said.COMPLAINED, "postmark", f"esp-{number}")
        stop = partial(suppression.stop, person, contact=None, source=f"link:{number}", now=NOW)
        told_of, _stopped = at_once(partial(mail_receipts.tell, mail, word, NOW, MACHINE), stop)
        assert told_of
        assert seen(mail)[::3] == (State.DELIVERED, True)
    assert at_once(lambda: set(Enrolment.objects.values_list("state", flat=True))) == [{EnrolmentState.STOPPED}]
    assert at_once(listed) == [TIMES]

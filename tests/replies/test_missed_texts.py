"""Texts that a down endpoint missed are found in Twilio's list, here the sandbox's, which speaks the same."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from course import clock
from course.delivery import heartbeat
from course.delivery.channels.twilio import TwilioChannel
from course.people.models import Consent, Subscriber
from course.replies import intake, missed_texts
from course.replies.models import Reply
from course.replies.words import Source
from course.sandbox.records import INBOUND, OUTBOUND, NewText
from course.sandbox.server import SandboxServer
from tests.replies.incoming import Inbox
from tests.sandbox.conftest import ACCOUNT, CLINIC, TOKEN

PERSON = "+12025550143"


@pytest.fixture
def twilio(server: SandboxServer) -> Iterator[TwilioChannel]:
    opened = TwilioChannel(ACCOUNT, TOKEN, CLINIC, f"http://127.0.0.1:{server.sandbox.config.http_port}")
    yield opened
    opened.close()


def keep(server: SandboxServer, sid: str, body: str, direction: str = INBOUND) -> None:
    to, sender = (CLINIC, PERSON) if direction == INBOUND else (PERSON, CLINIC)
    server.sandbox.store.add_text(NewText(sid, to, sender, body, direction, "received", num_media=1))


def fetch(twilio: Any, now: datetime) -> int:
    return missed_texts.fetch(twilio, lambda: now, clock.machine_now, clock.machine_now() + timedelta(seconds=60))


def test_a_missed_text_is_stored_once_and_one_that_came_by_the_webhook_is_not_stored_again(
    server: SandboxServer,
    twilio: TwilioChannel,
    inbox: Inbox,
    texter: Subscriber,
) -> None:
    keep(server, "SM1", "May I swim?")
    keep(server, "SM2", "STOP")
    keep(server, "SM3", "Lesson 2", OUTBOUND)
    intake.store_text({"MessageSid": "SM1", "From": PERSON, "Body": "May I swim?"}, inbox.now, inbox.now)
    assert [fetch(twilio, inbox.now) for _time in range(2)] == [2, 2]
    assert sorted(Reply.objects.values_list("dedupe_key", "source")) == [
        ("twilio:SM1", Source.TWILIO), ("twilio:SM2", Source.LIST),
    ]  # fmt: skip
    assert not Consent.objects.filter(subscriber=texter, kind="course", withdrawn_at__isnull=True).exists()
    assert inbox.understood(Reply.objects.get(source=Source.LIST)).attachments == 1


class _List:
    """A list that remembers what it was asked for."""

    def __init__(self, *texts: Any) -> None:
        self.texts = texts
        self.asked: list[tuple[datetime, datetime]] = []

    def received(self, since: datetime, until: datetime) -> list[Any]:
        self.asked.append((since, until))
        return [text for text in self.texts if since <= text.came_at <= until]


@pytest.mark.django_db
def test_an_outage_is_read_from_its_beginning_and_a_list_that_does_not_answer_moves_no_mark(now: datetime) -> None:
    machine = clock.machine_now()
    heartbeat.set_to(missed_texts.MARK, machine - timedelta(days=3))
    listed = _List()
    fetch(listed, now)
    assert listed.asked[0][0] < machine - timedelta(days=3)
    assert listed.asked[-1][1] >= machine
    for (_since, until), (since, _until) in zip(listed.asked, listed.asked[1:], strict=False):
        assert since < until
    mark = heartbeat.seen()[missed_texts.MARK]

    class _Silent:
        def received(self, *_span: datetime) -> list[Any]:
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011  it has no words
        fetch(_Silent(), now)
    assert heartbeat.seen()[missed_texts.MARK] == mark


def test_a_stop_that_is_found_after_the_start_that_followed_it_undoes_nothing(inbox: Inbox, texter: Subscriber) -> None:
    inbox.text(PERSON, "STOP")
    inbox.text(PERSON, "START")
    late = {"MessageSid": "SMlate", "From": PERSON, "Body": "STOP"}
    intake.store_text(late, inbox.now, inbox.now, source=Source.LIST, waited=timedelta(hours=2))
    intake.understand_due(inbox.now, inbox.now)
    assert Consent.objects.filter(subscriber=texter, kind="course", withdrawn_at__isnull=True).exists()

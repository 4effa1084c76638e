"""A real Postfix, set up as docs/operations.md says, before the LMTP listener: what it took comes out as a reply."""

import smtplib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from course.people.models import Subscriber
from course.replies.lmtp import ReplyServer
from course.replies.models import Reply
from tests.factories import make_message, make_subscriber
from tests.replies.incoming import last_message, mail
from tests.replies.servers import Postfix, until
from tests.sandbox.conftest import free_port

pytestmark = pytest.mark.django_db(transaction=True)

RECIPE = Path(__file__).parents[2] / "docs" / "operations.md"
LMTP_PORT = free_port()


@pytest.fixture(scope="module")
def postfix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postfix]:
    running = Postfix(tmp_path_factory.mktemp("postfix"), free_port(), LMTP_PORT, RECIPE.read_text())
    yield running
    running.stop()


@pytest.fixture
def person(transactional_db: Any) -> Subscriber:
    subscriber = make_subscriber("email", "anna@example.org")
    make_message(subscriber.contacts.get())
    return subscriber


@pytest.fixture
def listener() -> Iterator[ReplyServer]:
    server = ReplyServer("127.0.0.1", LMTP_PORT)
    server.start()
    yield server
    server.stop()


def hand_over(postfix: Postfix, token: str, raw: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.port, "client.example.org") as client:
        assert client.sendmail("anna@example.org", [f"reply+{token}@course.example.org"], raw) == {}


def test_a_mail_comes_out_as_a_stored_reply(postfix: Postfix, person: Subscriber, listener: ReplyServer) -> None:
    hand_over(postfix, last_message(person).reply_token, mail("Can I swim?"))
    until(Reply.objects.exists, "no reply is stored")
    reply = Reply.objects.get()
    assert reply.message == last_message(person)
    assert reply.raw.startswith(b"Return-Path: <anna@example.org>\r\n")
    assert b"Can I swim?" in reply.raw


def test_mails_taken_while_the_listener_is_down_come_out_when_it_is_back(postfix: Postfix, person: Subscriber) -> None:
    for number in range(3):
        hand_over(postfix, last_message(person).reply_token, mail(f"Question {number}"))
    until(lambda: postfix.said("status=deferred"), "Postfix did not try")
    assert not Reply.objects.exists()
    server = ReplyServer("127.0.0.1", LMTP_PORT)
    server.start()
    try:
        until(lambda: Reply.objects.count() == 3, "the mails did not come out")
    finally:
        server.stop()


def test_an_address_of_another_form_is_refused_and_a_token_of_nobodys_bounces(
    postfix: Postfix, person: Subscriber, listener: ReplyServer
) -> None:
    with (
        smtplib.SMTP("127.0.0.1", postfix.port, "client.example.org") as client,
        pytest.raises(smtplib.SMTPRecipientsRefused) as refused,
    ):
        client.sendmail("anna@example.org", ["nobody@course.example.org"], mail("Hello"))
    assert next(iter(refused.value.recipients.values()))[0] == 550
    hand_over(postfix, "a" * 26, mail("Hello"))
    until(lambda: postfix.said("status=bounced"), "it did not bounce")
    assert postfix.said("550 5.1.1")
    assert not Reply.objects.exists()

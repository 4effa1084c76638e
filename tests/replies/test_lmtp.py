"""Mail over real LMTP: what was answered 250 is on disk."""

import smtplib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError

from course.people.models import Subscriber
from course.replies import intake
from course.replies.lmtp import ReplyServer
from course.replies.models import Reply
from tests.factories import make_message, make_subscriber
from tests.replies.incoming import last_message, mail

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(transactional_db: Any) -> Subscriber:
    subscriber = make_subscriber("email", "anna@example.org")
    make_message(subscriber.contacts.get())
    return subscriber


@pytest.fixture
def client(transactional_db: Any) -> Iterator[smtplib.LMTP]:
    server = ReplyServer("127.0.0.1", 0)
    server.start()
    with smtplib.LMTP("127.0.0.1", server.port) as lmtp:
        yield lmtp
    server.stop()


def address_of(person: Subscriber, domain: str) -> str:
    return f"reply+{last_message(person).reply_token}@{domain}"


def test_a_reply_is_stored_before_it_is_acknowledged(client: smtplib.LMTP, person: Subscriber, settings: Any) -> None:
    raw = mail("Can I swim?\n" + "x" * 5000)
    assert client.sendmail("anna@example.org", [address_of(person, settings.MAIL_DOMAIN)], raw) == {}
    reply = Reply.objects.get()
    assert reply.raw == b"Return-Path: <anna@example.org>\r\n" + raw
    assert (reply.purpose, reply.message) == ("reply", last_message(person))


def test_an_unknown_recipient_is_refused_before_the_mail_is_sent(client: smtplib.LMTP, settings: Any) -> None:
    client.ehlo()
    client.mail("anna@example.org")
    for local in ("reply+" + "a" * 26, "reply+x", "nobody", "stop+" + "b" * 26):
        code, words = client.rcpt(f"{local}@{settings.MAIL_DOMAIN}")
        assert (code, words[:5]) == (550, b"5.1.1")
    assert client.rcpt(settings.MAIL_FROM)[0] == 250


def test_each_recipient_gets_an_answer_and_the_mail_for_its_own(
    client: smtplib.LMTP, person: Subscriber, settings: Any
) -> None:
    stop = f"stop+{person.stop_token}@{settings.MAIL_DOMAIN}"
    refused = client.sendmail("anna@example.org", [address_of(person, settings.MAIL_DOMAIN), stop], mail("Hello"))
    assert refused == {}
    assert client.getreply() == (250, b"2.0.0 Stored")  # smtplib reads one answer of RFC 2033's two
    assert client.noop()[0] == 250
    assert sorted(Reply.objects.values_list("purpose", flat=True)) == ["reply", "stop"]


def test_pipelining_is_offered(client: smtplib.LMTP) -> None:
    client.ehlo()
    assert client.has_extn("pipelining")


def test_trouble_with_the_database_asks_the_sender_to_come_again(
    client: smtplib.LMTP, person: Subscriber, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(intake, "_keep", fail)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail("anna@example.org", [address_of(person, settings.MAIL_DOMAIN)], mail("Hello"))
    assert refused.value.smtp_code == 451
    assert not Reply.objects.exists()


def test_the_same_mail_delivered_again_is_taken_and_kept_once(
    client: smtplib.LMTP, person: Subscriber, settings: Any
) -> None:
    raw = mail("Hello")
    for _ in range(2):
        client.sendmail("anna@example.org", [address_of(person, settings.MAIL_DOMAIN)], raw)
    assert Reply.objects.count() == 1

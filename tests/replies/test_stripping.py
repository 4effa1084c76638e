"""What is kept of a reply for good: every word, and of its files the name, the kind and the number only."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from course.people.models import Subscriber
from course.replies import address, intake, letter, stripping, understanding
from course.replies.models import Reply
from tests.replies.incoming import Inbox, last_message, mail, told

SECRET = b"what the picture shows" * 50


def with_files(words: str = "My knee hurts. D\u00e9j\u00e0 vu.") -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["Message-ID"] = "anna@example.org", "<files@mail.example.org>"
    message.set_content(words)
    message.add_attachment(SECRET, "image", "jpeg", filename="../../kn\u00e9e\u202egpj.jpg")
    message.add_attachment(SECRET, "audio", "ogg", filename="x" * 300 + ".ogg")
    return message.as_bytes()


def hidden(raw: bytes) -> bool:
    return not any(b"what the picture" in (part.get_payload(decode=True) or b"") for part in leaves(raw))


def leaves(raw: bytes) -> list[EmailMessage]:
    return [part for part in message_from_bytes(raw).walk() if not part.is_multipart()]  # type: ignore[misc]


def store(inbox: Inbox, token: str) -> Reply:
    destination = address.find("reply", token)
    assert destination is not None
    return intake.store_mail(destination, b"Return-Path: <anna@example.org>\r\n" + with_files(), inbox.now, inbox.now)


def test_files_are_kept_until_the_reply_is_understood_and_no_longer(
    inbox: Inbox, mail_reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = last_message(mail_reader).reply_token

    def fail(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(understanding, "understand", fail)
        stored = store(inbox, token)
        assert not hidden(stored.raw)
        intake.understand_due(inbox.now, inbox.now)
        stored.refresh_from_db()
        assert not hidden(stored.raw)
    stored.lease_until = None
    stored.save()
    reply = inbox.understood(stored)
    assert hidden(reply.raw)
    assert (reply.attachments, reply.own_words) == (2, "My knee hurts. D\u00e9j\u00e0 vu.")
    kept = message_from_bytes(reply.raw)
    assert (kept["Return-Path"], kept["Message-ID"]) == ("<anna@example.org>", "<files@mail.example.org>")
    assert letter.words(kept).strip() == reply.own_words
    names = [str(part.get_filename()) for part in leaves(reply.raw) if letter.is_file(part)]
    assert names == ["kn\u00e9e_gpj.jpg", "x" * 56 + ".ogg"]


def test_a_mail_that_is_nothing_but_a_picture_is_told_what_to_do(inbox: Inbox, mail_reader: Subscriber) -> None:
    message = EmailMessage(policy=SMTP)
    message["From"] = "anna@example.org"
    message.set_content(SECRET, "image", "png")
    reply = inbox.hand_in("reply", last_message(mail_reader).reply_token, message.as_bytes())
    assert (hidden(reply.raw), reply.attachments) == (True, 1)
    assert '"attachments": 1' in told("received")


def test_a_text_that_is_nothing_but_a_picture_is_told_and_its_address_is_not_kept(
    inbox: Inbox, texter: Subscriber
) -> None:
    reply = inbox.text(
        "+12025550143", "", NumMedia="1", MediaUrl0="https://example.org/x", MediaContentType0="image/png"
    )
    assert b"MediaUrl0" not in reply.raw
    assert b"image/png" in reply.raw
    assert '"attachments": 1' in told("received")


@pytest.mark.parametrize(
    "raw",
    [
        mail("Only words", html="<p>Only words</p>"),
        b"Content-Type: application/pkcs7-mime\r\n\r\nsealed words\r\n",
        b"no mail at all",
    ],
)
def test_what_holds_words_only_stays_byte_for_byte(inbox: Inbox, mail_reader: Subscriber, raw: bytes) -> None:
    reply = inbox.hand_in("reply", last_message(mail_reader).reply_token, raw)
    assert reply.raw == b"Return-Path: <anna@example.org>\r\n" + raw


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("C:\\Users\\anna\\x.png", "x.png"), ("a\r\nBcc: b.png", "a__Bcc_ b.png"), ("", "file"), ("..", "file"),
        ("\u202egnp.exe", "_gnp.exe"), ('q".pdf', "q_.pdf"),
    ],
)  # fmt: skip
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert stripping.safe_name(name) == safe

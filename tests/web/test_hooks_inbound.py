"""Mail that a provider brings by its webhook: with the secret stored as it came, without it nothing; never a 500."""

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from course.delivery.models import Message
from course.replies import address, intake, letter, reading
from course.replies.models import Reply
from course.replies.words import Source
from tests import factories
from tests.replies.incoming import mail

from .conftest import World

SECRET = "provider:a-long-random-word"
KEY = "a-signing-key"
RAW = mail("Can I swim?\r\nD\u00e9j\u00e0 vu")
PARSED = {"mailjet", "brevo"}
PROVIDERS = ["mailgun", "postmark", "sparkpost", "mailersend", "mailjet", "brevo"]


@pytest.fixture
def ours(world: World, settings: Any) -> str:
    """The reply address of a message that somebody got."""
    settings.ANYMAIL = {
        "WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": KEY, "MAILERSEND_INBOUND_SECRET": KEY,
    }  # fmt: skip
    made = factories.make_message(world.subscriber.contacts.get(), world.subscriber.enrolments.get())
    return f"reply+{made.reply_token}@{settings.MAIL_DOMAIN}"


def body(provider: str, recipient: str, raw: bytes = RAW) -> Any:
    """Return what this provider posts; Mailjet and Brevo take a mail to pieces."""
    pieces = {"From": "anna@example.org", "Message-ID": "<1@mail.example.org>", "Subject": "Re: Lesson 1"}
    file = {"Name": "../knee\n.jpg", "ContentType": "image/jpeg", "ContentLength": 9, "DownloadToken": "x"}
    sender, text = "anna@example.org", raw.decode()
    signed = hmac.new(KEY.encode(), b"1770000000token", hashlib.sha256).hexdigest()
    return {
        "mailgun": {
            "recipient": recipient, "sender": sender, "body-mime": text, "timestamp": "1770000000", "token": "token",
            "signature": signed,
        },
        "postmark": {
            "OriginalRecipient": recipient, "RawEmail": text, "Headers": [{"Name": "Return-Path", "Value": sender}],
        },
        "sparkpost": [{"msys": {"relay_message": {
            "rcpt_to": recipient, "msg_from": sender, "protocol": "smtp",
            "content": {"email_rfc822": b64encode(raw).decode(), "email_rfc822_is_base64": True},
        }}}, {"msys": {}}],
        "mailersend": {"type": "inbound.message", "data": {
            "recipients": {"rcptTo": [{"email": recipient}]}, "sender": {"email": sender}, "raw": text,
        }},
        "mailjet": {
            "Recipient": recipient, "Sender": sender, "Headers": pieces, "Text-part": "Can I swim?",
            "Parts": [{"ContentRef": "Attachment1", "Headers": {"Content-Type": "image/jpeg; name=x"}}],
            "Attachment1": b64encode(b"the picture").decode(),
        },
        "brevo": {"items": [{
            "Headers": pieces | {"Delivered-To": recipient, "Return-Path": sender}, "RawTextBody": "Can I swim?",
            "Attachments": [file],
        }]},
    }[provider]  # fmt: skip


def post(provider: str, data: Any, secret: str = SECRET) -> int:
    sent = {"Authorization": "Basic " + b64encode(secret.encode()).decode()} if secret else {}
    client, path = Client(enforce_csrf_checks=True, raise_request_exception=False), f"/hooks/mail/{provider}/inbound/"
    if provider == "mailgun" and isinstance(data, dict):
        return client.post(path, data, headers=sent).status_code
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    sent["Signature"] = hmac.new(KEY.encode(), content, hashlib.sha256).hexdigest()
    return client.post(path, content, content_type="application/json", headers=sent).status_code


def replies() -> list[Reply]:
    return list(Reply.objects.filter(source=Source.WEBHOOK))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_mail_is_stored_as_it_came_for_the_envelopes_token_and_brought_again_not_twice(
    ours: str, provider: str
) -> None:
    for _time in range(2):
        assert post(provider, body(provider, ours)) == 200
    (reply,) = replies()
    assert reply.message == Message.objects.get(reply_token=reply.token)
    assert reply.raw.startswith(b"Return-Path: <anna@example.org>\r\n")
    opened = reading.open_reply(reply)
    assert (opened.text.splitlines()[0], opened.sender) == ("Can I swim?", "anna@example.org")
    assert opened.attachments == int(provider in PARSED)
    if provider not in PARSED:
        assert reply.raw.endswith(RAW)


def test_the_same_mail_by_lmtp_and_by_a_webhook_is_kept_once(ours: str, now: Any) -> None:
    destination = address.known(ours)
    assert destination is not None
    intake.store_mail(destination, b"Return-Path: <>\r\n" + RAW, now, now)
    for provider in ("mailgun", "postmark", "sparkpost", "mailersend"):
        assert post(provider, body(provider, ours, RAW.replace(b"\r\n", b"\n"))) == 200
    assert (replies(), Reply.objects.filter(source=Source.LMTP).count()) == ([], 1)


def test_bytes_that_are_no_utf_8_come_through_a_form_unharmed(ours: str) -> None:
    raw = b"Message-ID: <2@mail.example.org>\r\nContent-Type: text/plain; charset=latin-1\r\n\r\nd\xe9j\xe0\r\n"
    boundary = "xxyyzz"
    fields = body("mailgun", ours) | {"body-mime": raw}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + (value if isinstance(value, bytes) else value.encode())
        for name, value in fields.items()
    ]
    sent = {"Authorization": "Basic " + b64encode(SECRET.encode()).decode()}
    data = b"\r\n".join([*parts, f"--{boundary}--\r\n".encode()])
    kind = f"multipart/form-data; boundary={boundary}"
    assert Client().post("/hooks/mail/mailgun/inbound/", data, content_type=kind, headers=sent).status_code == 200
    assert replies()[0].raw.endswith(raw)


def test_a_mail_of_ten_megabytes_comes_in_and_a_longer_one_or_a_long_form_elsewhere_does_not(ours: str) -> None:
    large = mail("x" * 70 + "\r\n" * 1) + b"y" * (letter.MOST_BYTES - 8192)
    assert post("sparkpost", body("sparkpost", ours, large)) == 200
    assert len(replies()[0].raw) > letter.MOST_BYTES - 8192
    assert post("postmark", b"x" * 17 * 1024 * 1024) == 413
    tracking = "/hooks/mail/postmark/tracking/"
    assert Client().post(tracking, b"x" * 3_000_000, content_type="application/json").status_code == 413


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_mail_to_nobody_here_is_acknowledged_dropped_and_not_named(
    ours: str, provider: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert post(provider, body(provider, f"reply+{'a' * 26}@course.example.org")) == 200
    assert not replies()
    assert "dropped: 1" in caplog.text
    assert "@" not in caplog.text


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_wrong_secret_is_refused_and_no_secret_takes_nothing(ours: str, provider: str, settings: Any) -> None:
    assert post(provider, body(provider, ours), "provider:wrong") == 403
    settings.ANYMAIL = {"WEBHOOK_SECRET": "", "MAILERSEND_INBOUND_SECRET": ""}
    assert post(provider, body(provider, ours)) == 503
    assert not replies()


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name != "mailgun"])
@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b"{}", b"[1]", b'{"items": 1}', b'"x"', b"\xff", b"[" * 5000])
def test_junk_is_said_to_be_junk(ours: str, provider: str, junk: bytes) -> None:
    status = post(provider, junk)
    assert status == 400 or (provider == "sparkpost" and junk == b"[]")
    assert not replies()


def test_trouble_of_ours_asks_for_the_mail_again(ours: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (OperationalError("database is locked"), ValueError("a fault of ours")):

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(intake, "_keep", fail)
        assert post("postmark", body("postmark", ours)) == 503

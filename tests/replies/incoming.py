"""Mails and texts as they come in, and what becomes of them."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count

from course.delivery.models import Message
from course.people.models import NoticeRequest, Subscriber
from course.replies import address, intake
from course.replies.models import Reply

_ids = count(1)


def mail(words: str, sender: str = "anna@example.org", html: str = "", **headers: str) -> bytes:
    """Return a mail as a mail program writes it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = "course@example.org"
    message["Message-ID"] = f"<{next(_ids)}@mail.example.org>"
    message["Date"] = "Mon, 23 Nov 2026 16:00:00 +0000"
    message["Subject"] = headers.pop("Subject", "Re: Lesson 1")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(words)
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def last_message(person: Subscriber) -> Message:
    """Return the message this person got last."""
    return Message.objects.filter(contact__subscriber=person).latest("pk")


@dataclass
class Inbox:
    """Hands in mails and texts at one course time; machine time stands still with it."""

    now: datetime
    texts: int = field(default=0)

    def reply(self, person: Subscriber, words: str, purpose: str = "reply", **options: str) -> Reply:
        """Answer the last mail this person got, and have it understood."""
        message = last_message(person)
        token = {"reply": message.reply_token, "bounce": message.bounce_token, "stop": person.stop_token}[purpose]
        return self.hand_in(purpose, token, mail(words, **options))

    def hand_in(self, purpose: str, token: str, raw: bytes) -> Reply:
        """Hand in a mail to an address of ours, and have it understood."""
        destination = address.find(purpose, token) if token else address.Destination(address.COURSE)
        assert destination is not None
        stored = intake.store_mail(destination, b"Return-Path: <anna@example.org>\r\n" + raw, self.now, self.now)
        return self.understood(stored)

    def text(self, number: str, body: str, **params: str) -> Reply:
        """Text us from ``number``, and have it understood."""
        return self.understood(self.store_text(number, body, **params))

    def store_text(self, number: str, body: str, **params: str) -> Reply:
        """Text us, and let nobody understand it yet."""
        sid = f"SM{next(_ids):032}"
        return intake.store_text({"MessageSid": sid, "From": number, "Body": body} | params, self.now, self.now)

    def understood(self, reply: Reply) -> Reply:
        """Let a worker look, and return the reply as it is then."""
        intake.understand_due(self.now, self.now)
        reply.refresh_from_db()
        assert reply.understood_at is not None
        return reply


def asked_for(kind: str) -> list[NoticeRequest]:
    """Return the notices of one kind that were asked for."""
    return list(NoticeRequest.objects.filter(kind=kind).order_by("pk"))


def told(kind: str) -> str:
    """Return the words of the only notice of one kind, as JSON."""
    (notice,) = asked_for(kind)
    return json.dumps(notice.words)

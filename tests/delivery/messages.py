"""Messages of every kind, and what of them goes on the wire."""

import email
from datetime import date, datetime, timedelta
from email import policy
from email.message import EmailMessage
from typing import Any

from course.delivery import recovery, rendering, unknown
from course.delivery.channels.base import Mail
from course.delivery.models import Message
from course.people import notices
from course.people.models import Contact, Staff, Subscriber
from course.people.words import Channel, MessageClass, NoticeKind, Role
from tests import factories

TO_STAFF = (NoticeKind.URGENT, NoticeKind.OVERDUE, NoticeKind.CHANNEL_DOWN)
HOSTILE = "<svg onload=alert(1)> [x](http://evil.example) **bold** =cmd()\n# not a title"
NOTICES: dict[NoticeKind, dict[str, Any]] = {
    NoticeKind.WELCOME: {},
    NoticeKind.HELP: {},
    NoticeKind.RECEIVED: {"answer_by": date(2026, 11, 25).isoformat()},
    NoticeKind.STOPPED: {},
    NoticeKind.FEEDBACK: {"answer_key": "B", "feedback": "Yes. Show it to your doctor at your next visit."},
    NoticeKind.SAFETY: {"safety_kind": "emergency"},
    NoticeKind.ANSWER: {"question": HOSTILE, "answer": "Ask your doctor."},
    NoticeKind.PUBLISH_REQUEST: {"post": 7, "wording": HOSTILE, "answer": "Yes.", "number": 42, "link": "a" * 26},
    NoticeKind.APOLOGY: {},
    NoticeKind.URGENT: {"post": 7, "alert": 12},
    NoticeKind.OVERDUE: {"post": 7},
    NoticeKind.CHANNEL_DOWN: {"channel": "sms"},
}


def notice(kind: NoticeKind, recipient: Subscriber | Staff, contact: Contact, now: datetime, **words: Any) -> Message:
    request = notices.request(
        kind, MessageClass.DIRECT, recipient, f"reply:{contact.pk}", now, words=NOTICES[kind] | words
    )
    return Message.objects.create(
        request=request, contact=contact, channel=contact.channel, message_class=MessageClass.DIRECT,
        version=factories.make_course_version(), planned_at=now, due_at=now, expires_at=now + timedelta(days=1),
        message_id=factories.new_message_id(),
    )  # fmt: skip


def mail_of(message: Message, now: datetime) -> EmailMessage:
    out = rendering.render(message, now)
    assert isinstance(out, Mail)
    parsed = email.message_from_bytes(out.content, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body
    return str(body.get_content())


def of_every_notice(now: datetime) -> dict[str, Message]:
    """Return one message of every kind of notice that is sent by email."""
    person, member = factories.make_subscriber(), factories.make_staff(Role.MODERATOR)
    made = {}
    for kind in NOTICES:
        recipient = member if kind in TO_STAFF else person
        made[str(kind)] = notice(kind, recipient, recipient.contacts.get(), now)
    return made


def take_up(now: datetime, machine_now: datetime) -> None:
    """Take up what was left behind, as upkeep does."""
    recovery.sweep(now, machine_now)
    for channel in Channel:
        while unknown.resolve(channel, now, machine_now):
            pass

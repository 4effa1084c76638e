"""What the sandbox received in; what a reader would make of it out: which lesson, which part, which class.

The demo is judged by this alone: by words on the wire, never by the course's tables.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from course.sandbox.reading import open_mail
from course.sandbox.records import ReceivedMail, ReceivedText

_LESSON = re.compile(r"Lesson (\d+) of (\d+)")
_PART = re.compile(r"part (\d+) of (\d+)")
_COURSE_TEXT = re.compile(r"PUBLISH \d+|about your question|new questions? from people", re.IGNORECASE)
_SAFETY_TEXT = re.compile(r"may need help now|Call or text 988|urgent reply", re.IGNORECASE)


@dataclass(frozen=True)
class Seen:
    """One received message. ``key`` is equal for two copies of one message; ``received`` is unix seconds."""

    address: str
    channel: str
    message_class: str
    key: str
    words: str
    at: datetime
    received: float
    state: str
    lesson: int | None
    part: int
    parts: int
    mail_id: int = 0


def mails_seen(mails: Iterable[ReceivedMail]) -> list[Seen]:
    """Read each mail. A lesson's key is its number, so that two mails of one lesson count as double."""
    return [_mail(mail) for mail in mails]


def texts_seen(texts: Iterable[ReceivedText]) -> list[Seen]:
    """Read each text the course sent."""
    return [_text(text) for text in texts if not text.inbound]


def _mail(mail: ReceivedMail) -> Seen:
    opened = open_mail(mail.raw)
    found = _LESSON.search(opened.plain)
    lesson = int(found.group(1)) if found and opened.header("Feedback-ID").startswith("course") else None
    message_class = opened.header("Feedback-ID").partition(":")[0] or "safety"  # staff get only safety notices
    key = f"lesson {lesson}" if lesson else mail.message_id
    return Seen(
        mail.rcpt_to, "email", message_class, key, f"{opened.subject}\n{opened.plain}", mail.course_time,
        mail.received_machine, "accepted", lesson, 1, 1, mail.id,
    )  # fmt: skip


def _text(text: ReceivedText) -> Seen:
    found, part = _LESSON.search(text.body), _PART.search(text.body)
    lesson = int(found.group(1)) if found else None
    if _SAFETY_TEXT.search(text.body):
        message_class = "safety"
    else:
        message_class = "course" if lesson or _COURSE_TEXT.search(text.body) else "direct"
    numbers = (int(part.group(1)), int(part.group(2))) if part else (1, 1)
    return Seen(
        text.to_number, "sms", message_class, text.body, text.body, text.course_time, text.received_machine,
        text.status, lesson, *numbers,
    )  # fmt: skip

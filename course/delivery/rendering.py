"""A row of the outbox in; a mail or a text, ready for the wire, out."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from course.curriculum.model import Course
from course.curriculum.segments import fold
from course.curriculum.wording import expand_body, expand_text
from course.delivery import digests, mail, values
from course.delivery.channels.base import Mail, Outgoing, Text
from course.delivery.models import Message
from course.delivery.values import Reader
from course.delivery.words import REPLY_MARKER
from course.people import versions
from course.people.words import Channel

LONGEST_VALIDITY = 36_000  # seconds; Twilio's own limit


class NothingToSay(Exception):
    """What this message was about is gone; it must not go out."""


def render(message: Message, now: datetime) -> Outgoing:
    """Return what goes on the wire. ``now`` is course time. Raises ValueError for a message with no contact,
    NothingToSay when all it would say was withdrawn."""
    if message.contact is None:
        raise ValueError(f"Message {message.pk} has no contact.")
    newest = values.newest()
    pinned = versions.course_of(message.version) if message.version else newest
    reader = values.reader_of(message, newest)
    with translation.override(reader.language):
        said = values.common(newest, reader) | _own(message, pinned, newest, reader)
        if message.channel == Channel.SMS:
            return _text(message, pinned, said, now)
        return _mail(message, pinned, newest, reader, said)


def fill(body: str, course: Course, country: str) -> str:
    """Fill the placeholders of a lesson's Markdown for a reader in ``country``."""
    numbers = values.common(course, Reader("en", country, "standard", ""))
    wanted = ("clinic", "phone", "relay", "emergency")
    return expand_body(body, **{slot: numbers[slot] for slot in wanted})


def _own(message: Message, pinned: Course, newest: Course, reader: Reader) -> dict[str, Any]:
    if message.request:
        return values.notice(message, newest, reader)
    step = pinned.step(message.step_id)
    if step.kind == "lesson":
        return values.lesson(message, pinned)
    entries = [
        entry | {"url": f"{values.lesson_url(pinned, entry['lesson'])}#question-{entry['post']}"}
        for entry in digests.lent().still_published(message.words.get("posts", []))
    ]
    if not entries:
        raise NothingToSay(f"Every post of message {message.pk} was withdrawn.")
    return {"entries": entries}


def _text(message: Message, pinned: Course, said: dict[str, Any], now: datetime) -> Text:
    body = fold(_text_body(message, pinned, said)).strip()
    until = min(filter(None, (message.window_ends_at, message.expires_at)))
    return Text(
        key=message.pk,
        recipient=message.contact.address if message.contact else "",
        body=body,
        status_callback=f"{settings.PUBLIC_URL}/hooks/twilio/status/{message.bounce_token}",
        valid_for=max(1, min(LONGEST_VALIDITY, int((until - now).total_seconds()))),
    )


def _text_body(message: Message, pinned: Course, said: dict[str, Any]) -> str:
    if message.request:
        return render_to_string(f"sms/{message.request.kind}.txt", said)
    step = pinned.step(message.step_id)
    if step.lesson is None:
        return render_to_string("sms/digest.txt", said)
    lesson = pinned.lesson(step.lesson, said["language"])
    words = {slot: said[slot] for slot in ("clinic", "number", "count", "emergency")}
    body = expand_text(lesson.texts[message.part - 1], **words)
    return f"{body}\n{values.SAMPLE_LINE}" if settings.SANDBOX and message.part == 1 else body


def _mail(message: Message, pinned: Course, newest: Course, reader: Reader, said: dict[str, Any]) -> Mail:
    letter = _letter(message, pinned, newest, reader, said)
    contact = message.contact
    return Mail(
        key=message.pk,
        recipient=contact.address if contact else "",
        envelope_from=f"bounce+{message.bounce_token}@{settings.MAIL_DOMAIN}",
        message_id=message.message_id,
        content=mail.build(letter, message, reader),
    )


def _letter(message: Message, pinned: Course, newest: Course, reader: Reader, said: dict[str, Any]) -> mail.Letter:
    foot = mail.foot(newest, reader, said)
    if message.request:
        kind = message.request.kind
        title = mail.NOTICE_TITLES[kind]() % {"clinic": said["clinic"]}
        words = render_to_string(f"email/notice/{kind}.txt", said)
        return mail.Letter(
            title, title, said["clinic"] + ".", _marker(reader), words, foot, reader.language, said["clinic"]
        )
    step = pinned.step(message.step_id)
    if step.lesson is None:
        title = _("Questions from people on this course")
        words = render_to_string("email/digest.txt", said)
        return mail.Letter(
            title, title, said["clinic"] + ".", _marker(reader), words, foot, reader.language, said["clinic"]
        )
    lesson = pinned.lesson(step.lesson, reader.language)
    body = fill(lesson.body, newest, reader.country)
    words = render_to_string("email/lesson.txt", said | {"body": body})
    opening = _("%(clinic)s. Lesson %(number)s of %(count)s. %(minutes)s minutes to read.") % (
        said | {"minutes": lesson.minutes}
    )
    return mail.Letter(
        lesson.subject, lesson.title, opening, _marker(reader), words, foot, lesson.language, said["clinic"]
    )


def _marker(reader: Reader) -> str:
    return f"--- {REPLY_MARKER} ---" if reader.stop_token else ""

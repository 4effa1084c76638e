"""A row of the outbox in; a mail or a text, ready for the wire, out. The one place that decides how it is rendered.

A step says the same to everybody but for a few slots: it is compiled once and filled in. A notice holds somebody's
free words: it is written by Jinja2 each time. Both are built by the same code, in `steps` and `mail`.
"""

import logging
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from course.curriculum.model import OTHER_COUNTRY, Course
from course.curriculum.segments import fold
from course.delivery import digests, mail, steps, teach_back, values
from course.delivery.channels.base import Mail, Outgoing, Text
from course.delivery.models import Message
from course.delivery.slots import Slots, dated, fit
from course.delivery.splicing import CannotCompile, Template, compile_template
from course.delivery.steps import MARKER, Occasion
from course.delivery.values import Reader
from course.people import versions
from course.people.models import NoticeRequest, Subscriber
from course.people.words import Channel

COMPILED = 512  # templates kept in one process, about 12 kB each

log = logging.getLogger(__name__)


class NothingToSay(Exception):
    """What this message was about is gone; it must not go out."""


def _compiled(occasion: Occasion) -> Template | None:
    """Return the template, or None for one that must be written anew each time; `course check` refuses such."""
    try:
        return compile_template(lambda slots: steps.write(occasion, slots))
    except CannotCompile as fault:
        log.error("step %s cannot be compiled: %s", occasion.step_id, fault)  # noqa: TRY400  nothing here broke
        return None


class Renderer:
    """Keeps up to ``size`` compiled templates, and fills them in."""

    def __init__(self, size: int = COMPILED) -> None:
        self._template = lru_cache(maxsize=size)(_compiled)

    def step(self, occasion: Occasion, slots: Slots) -> bytes:
        """Return the whole mail, or a text's words in UTF-8, for one person."""
        template = self._template(occasion) if fit(slots) else None
        return template.fill(slots) if template else steps.write(occasion, slots)


_RENDERER = Renderer()


def render(message: Message, now: datetime, newest: Course | None = None) -> Outgoing:
    """Return what goes on the wire. ``now`` is course time; whoever renders many hands over the ``newest`` course.

    Raises ValueError for a message with no contact, NothingToSay when all it would say was withdrawn.
    """
    if message.contact is None:
        raise ValueError(f"Message {message.pk} has no contact.")
    newest = newest or values.newest()
    slots = slots_of(message)
    if message.request:
        content = _notice(message.request, message, newest, slots)
    else:
        content = _RENDERER.step(occasion_of(message, newest), slots)
    if message.channel == Channel.SMS:
        return _text(message, content.decode(), slots, now)
    envelope = f"bounce+{slots.bounce_token}@{settings.MAIL_DOMAIN}"
    return Mail(message.pk, slots.address, envelope, slots.message_id, content)


def slots_of(message: Message) -> Slots:
    """Return what is this person's own in a message. Nothing else of a person reaches a step's words."""
    contact = message.contact
    person: Subscriber | None = contact.subscriber if contact else None
    return Slots(
        address=contact.address if contact else "",
        message_id=message.message_id,
        reply_token=message.reply_token,
        bounce_token=message.bounce_token,
        stop_token=person.stop_token if person else "",
        date=dated(message.planned_at),
    )


def occasion_of(message: Message, newest: Course) -> Occasion:
    """Return what the words of a step's message depend on. Raises NothingToSay for a digest with no post left."""
    course = versions.course_of(message.version) if message.version else newest
    reader = values.reader_of(message, newest)
    known = reader.country if reader.country in newest.emergencies else OTHER_COUNTRY
    posts: list[digests.Entry] = []
    if course.step(message.step_id).kind == "digest":
        posts = digests.lent().still_published(message.words.get("posts", []))
        if not posts:
            raise NothingToSay(f"Every post of message {message.pk} was withdrawn.")
    return Occasion(
        course, newest, message.step_id, message.channel, message.part,
        Reader(reader.language, known, reader.form), steps.frozen(posts), asks=teach_back.asks(message),
    )  # fmt: skip


def _notice(request: NoticeRequest, message: Message, newest: Course, slots: Slots) -> bytes:
    reader = values.reader_of(message, newest)
    with translation.override(reader.language):
        own = values.notice(request.words, message.channel, newest, reader)
        said = values.common(newest, reader) | own
        if message.channel == Channel.SMS:
            return fold(render_to_string(f"sms/{request.kind}.txt", said)).strip().encode()
        title = mail.NOTICE_TITLES[request.kind]() % {"clinic": said["clinic"]}
        letter = mail.Letter(
            subject=title, title=title, opening=said["clinic"] + ".", marker=MARKER if slots.stop_token else "",
            words=render_to_string(f"email/notice/{request.kind}.txt", said),
            foot=mail.foot(newest, slots.stop_token, said), language=reader.language, clinic=said["clinic"],
            kind=request.kind, form=reader.form, message_class=message.message_class,
        )  # fmt: skip
        return mail.build(letter, slots)


def _text(message: Message, body: str, slots: Slots, now: datetime) -> Text:
    until = min(filter(None, (message.window_ends_at, message.expires_at)))
    return Text(
        key=message.pk,
        recipient=slots.address,
        body=body,
        status_callback=f"{settings.PUBLIC_URL}/hooks/twilio/status/{slots.bounce_token}",
        valid_for=int((until - now).total_seconds()),
    )

"""A step of a course in; the words it says, a mail or a text, out: the ordinary way, by Jinja2 and `email`."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from course.curriculum.model import Course, Step
from course.curriculum.question import Question
from course.curriculum.segments import fold
from course.curriculum.wording import as_words, expand_body, expand_text
from course.delivery import mail, values
from course.delivery.digests import Entry
from course.delivery.mail import Letter
from course.delivery.slots import Slots
from course.delivery.values import Reader
from course.delivery.words import REPLY_MARKER
from course.people.words import Channel, MessageClass

MARKER = f"--- {REPLY_MARKER} ---"
_FrozenEntry = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Occasion:
    """All that the words of a step depend on: two people with equal occasions read the same words.

    ``course`` is the version a person's cohort is pinned to; ``newest`` gives numbers and safety lines. Both are
    told from others by their content hash. ``posts`` are the words of a digest, not their numbers: an edit counts.
    ``asks``: this lesson's question is asked here; somebody who has both channels is asked by text only.
    """

    course: Course
    newest: Course
    step_id: str
    channel: str
    part: int
    reader: Reader
    posts: tuple[_FrozenEntry, ...] = ()
    asks: bool = True

    @property
    def step(self) -> Step:
        """The line of the schedule."""
        return self.course.step(self.step_id)


def frozen(entries: list[Entry]) -> tuple[_FrozenEntry, ...]:
    """Return a digest's posts as values that can be compared."""
    return tuple(tuple(sorted(entry.items())) for entry in entries)


def write(occasion: Occasion, slots: Slots) -> bytes:
    """Return the whole mail, or the words of the text in UTF-8, for the person whose slots these are."""
    with translation.override(occasion.reader.language):
        said = values.common(occasion.newest, occasion.reader) | _own(occasion)
        if occasion.channel == Channel.SMS:
            return fold(_text(occasion, said)).strip().encode()
        return mail.build(_letter(occasion, slots, said), slots)


def fill(body: str, course: Course, country: str) -> str:
    """Fill the placeholders of a lesson's Markdown for a reader in ``country``."""
    numbers = values.common(course, Reader("en", country, "standard"))
    wanted = ("clinic", "phone", "relay", "emergency")
    return expand_body(body, **{slot: numbers[slot] for slot in wanted})


def asked(question: Question) -> dict[str, Any]:
    """Return a question for a Markdown template: its words are words, never mark-up."""
    answers = [(answer.key, as_words(answer.text)) for answer in question.answers]
    return {"ask": as_words(question.ask), "answers": answers}


def _own(occasion: Occasion) -> dict[str, Any]:
    if occasion.step.kind == "lesson":
        return values.lesson(occasion.step, occasion.course)
    entries = [dict(post) for post in occasion.posts]
    return {"entries": [post | {"url": _question_url(occasion.course, post)} for post in entries]}


def _question_url(course: Course, post: dict[str, Any]) -> str:
    return f"{values.lesson_url(course, post['lesson'])}#question-{post['post']}"


def _text(occasion: Occasion, said: dict[str, Any]) -> str:
    if occasion.step.lesson is None:
        return render_to_string("sms/digest.txt", said)
    lesson = occasion.course.lesson(occasion.step.lesson, occasion.reader.language)
    words = {slot: said[slot] for slot in ("clinic", "number", "count", "emergency")}
    body = expand_text(lesson.texts[occasion.part - 1], **words)
    return f"{body}\n{values.SAMPLE_LINE}" if settings.SANDBOX and occasion.part == 1 else body


def _letter(occasion: Occasion, slots: Slots, said: dict[str, Any]) -> Letter:
    foot = mail.foot(occasion.newest, slots.stop_token, said)
    reader, clinic = occasion.reader, said["clinic"]
    if occasion.step.lesson is None:
        title = _("Questions from people on this course")
        words = render_to_string("email/digest.txt", said)
        return Letter(
            title, title, clinic + ".", MARKER, words, foot, reader.language, clinic,
            kind="digest", form=reader.form, message_class=MessageClass.COURSE,
        )  # fmt: skip
    lesson = occasion.course.lesson(occasion.step.lesson, reader.language)
    body = fill(lesson.body, occasion.newest, reader.country)
    question = asked(lesson.question) if lesson.question and occasion.asks else None
    words = render_to_string("email/lesson.txt", said | {"body": body, "question": question})
    opening = _("%(clinic)s. Lesson %(number)s of %(count)s. %(minutes)s minutes to read.") % (
        said | {"minutes": lesson.minutes}
    )
    return Letter(
        lesson.subject, lesson.title, opening, MARKER, words, foot, lesson.language, clinic,
        kind="lesson", form=reader.form, message_class=MessageClass.COURSE,
    )  # fmt: skip

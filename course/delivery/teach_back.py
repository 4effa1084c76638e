"""A lesson's message in; whether it asks the lesson's question, which, and the open prompt for a text, out."""

from datetime import datetime

from django.db.models import F

from course.curriculum.question import KEYS, Question
from course.delivery.models import Message
from course.delivery.words import State
from course.people import prompts, versions
from course.people.models import Contact
from course.people.words import Channel


def asks(message: Message) -> bool:
    """Return whether this message's channel is the one that asks: by text, for whoever has both."""
    person = message.contact.subscriber if message.contact else None
    return message.channel == Channel.SMS or person is None or person.channels != "both"


def question_of(message: Message) -> tuple[str, Question] | None:
    """Return the lesson of a message and its question, as this person's own course version asks it."""
    if message.enrolment is None or message.version is None:
        return None
    course = versions.course_of(message.version)
    slug = next((step.lesson for step in course.steps if step.id == message.step_id), None)
    if slug is None:
        return None
    question = course.lesson(slug, message.enrolment.subscriber.language).question
    return (slug, question) if question else None


def open_prompt(message: Message, now: datetime) -> None:
    """Open the prompt of a lesson whose last text was accepted; it closes that of the lesson before. Course time."""
    last_text = message.channel == Channel.SMS and message.part == message.parts
    if last_text and message.contact and question_of(message):
        prompts.open_prompt(message.contact, prompts.QUIZ, subject(message), now, options=KEYS)


def subject(message: Message) -> str:
    """Return what the prompt of this lesson's question is about."""
    return f"message:{message.pk}"


def last_lesson(contact: Contact, at: datetime) -> Message | None:
    """Return the last text of the lesson that was sent last to a number before ``at`` (course time)."""
    rows = Message.objects.filter(
        contact=contact, enrolment__isnull=False, part=F("parts"), accepted_at__lte=at,
        state__in=(State.ACCEPTED, State.DELIVERED),
    )  # fmt: skip
    newest = rows.select_related("enrolment__subscriber", "version").order_by("-accepted_at", "-pk")[:5]
    return next((message for message in newest if _is_lesson(message)), None)


def _is_lesson(message: Message) -> bool:
    course = versions.course_of(message.version) if message.version else versions.current()
    return any(step.id == message.step_id and step.lesson for step in course.steps)

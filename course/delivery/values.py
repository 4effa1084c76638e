"""A course and a reader in; the values that templates need out. Nothing here is a contact or a token."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from course.curriculum import timetable
from course.curriculum.model import Course, Step
from course.curriculum.wording import ANY_COUNTRY, expand_safety
from course.delivery.models import Message
from course.people import versions
from course.people.models import Staff, Subscriber
from course.people.words import Form

SAMPLE_LINE = "Sample. Not yet checked by a clinician."


@dataclass(frozen=True)
class Reader:
    """The person a message is for, as far as its words depend on them."""

    language: str
    country: str
    form: str


def reader_of(message: Message, course: Course) -> Reader:
    """Return who reads this message; staff and strangers read the clinic's language."""
    person: Subscriber | Staff | None = message.contact.subscriber if message.contact else None
    if isinstance(person, Subscriber):
        country = person.country or course.clinic.country
        return Reader(person.language, country, person.form)
    return Reader("en", course.clinic.country, Form.STANDARD)


def common(course: Course, reader: Reader) -> dict[str, Any]:
    """Return what every message may say: who we are, who reads replies, and what to do in an emergency.

    ``course`` is always the newest version: safety lines and numbers come from it.
    """
    numbers = course.emergency(reader.country)
    return {
        "clinic": course.clinic.name,
        "phone": course.clinic.phone,
        "relay": numbers.relay or course.clinic.relay,
        "emergency": numbers.emergency or ANY_COUNTRY,
        "reading": reading(course),
        "reading_short": answer_within(course),
        "language": reader.language,
        "direction": "ltr",
        "course_url": settings.PUBLIC_URL + "/",
    }


def notice(words: Mapping[str, Any], channel: str, course: Course, reader: Reader) -> dict[str, Any]:
    """Return the values of one notice: ``words`` written down when it was asked for, and their days and links."""
    tier = words.get("tier", "")
    numbers = course.emergency(reader.country)
    values = {
        "urgent_today": _fixed(course, "urgent", reader) if tier == "B" else "",
        "crisis": numbers.crisis if words.get("low_mood") else "",
        "attachments": words.get("attachments", 0),
        "safety": _fixed(course, words.get("safety_kind", "emergency"), reader, email=channel == "email"),
    }
    if "answer_by" in words:
        values["answer_day"] = day_name(date.fromisoformat(words["answer_by"]))
    if "link" in words:
        values["agree_url"] = f"{settings.PUBLIC_URL}/agree/{words['link']}/"
    values["phone_first"] = bool(words.get("phone"))
    values["today"] = bool(words.get("today"))
    values["alert"] = words.get("alert", 0)
    values["post"] = words.get("post", 0)
    values["filtered_from"] = words.get("filtered_from", "")
    values["console_url"] = f"{settings.PUBLIC_URL}/console/"
    values["on_call_url"] = f"{settings.PUBLIC_URL}/console/on-call/"
    if "post" in words:
        values["post_url"] = f"{settings.PUBLIC_URL}/console/replies/{words['post']}/"
    return {**words, **values}


def lesson(step: Step, course: Course) -> dict[str, Any]:
    """Return number, count and link of the lesson that a step sends."""
    return {
        "number": step.number,
        "count": course.lesson_count,
        "lesson_url": lesson_url(course, step.lesson or ""),
    }


def lesson_url(course: Course, slug: str) -> str:
    """Return a link to a lesson by its number: a link path names no condition (law 14)."""
    number = next((step.number for step in course.steps if step.lesson == slug), 0)
    return f"{settings.PUBLIC_URL}/lessons/{number}/"


def reading(course: Course) -> str:
    """Say who reads replies, when, and how soon an answer comes."""
    hours = course.reading_hours
    days = sorted(hours.days)
    names = [
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    ]
    in_a_row = len(days) > 2 and days == list(range(days[0], days[-1] + 1))
    span = f"{names[days[0]]} {_('to')} {names[days[-1]]}" if in_a_row else ", ".join(names[day] for day in days)
    return _("A nurse or physiotherapist reads replies, %(days)s, %(start)s to %(end)s, %(city)s time. %(answer)s") % {
        "days": span,
        "start": clock_time(datetime.combine(date.min, hours.start)),
        "end": clock_time(datetime.combine(date.min, hours.end)),
        "city": hours.zone.key.rpartition("/")[2].replace("_", " "),
        "answer": answer_within(course),
    }


def answer_within(course: Course) -> str:
    """Say how soon an answer comes."""
    words = ngettext(
        "You get an answer within %(count)s working day.",
        "You get an answer within %(count)s working days.",
        course.answer_within,
    )
    return words % {"count": course.answer_within}


def clock_time(moment: datetime) -> str:
    """Return "9 am" or "5:30 pm"."""
    hour = moment.hour % 12 or 12
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{hour}{minutes} {_('am') if moment.hour < 12 else _('pm')}"


def day_name(day: date) -> str:
    """Return "Friday, November 27"."""
    return f"{day:%A, %B} {day.day}"


def answer_day(course: Course, received: datetime) -> date:
    """Return the day by which a person answers what came in at ``received`` (course time)."""
    return timetable.answer_by(received, course.reading_hours, course.answer_within)


def _fixed(course: Course, kind: str, reader: Reader, *, email: bool = False) -> str:
    found = course.safety_text(kind, reader.country, reader.language)
    numbers = course.emergency(reader.country)
    words = found.email if email else found.text
    return expand_safety(words, clinic=course.clinic.name, emergency=numbers.emergency or ANY_COUNTRY)


def newest() -> Course:
    """Return the newest course, which safety words always come from."""
    return versions.current()

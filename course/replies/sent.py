"""A message in; the words we sent with it out, so that a quotation of ours is not taken for a person's words."""

import re
from datetime import datetime
from functools import lru_cache

from course.curriculum.markdown import to_plain
from course.curriculum.model import Course
from course.curriculum.wording import ANY_COUNTRY, expand_safety
from course.delivery.channels.base import Mail
from course.delivery.models import Message
from course.delivery.rendering import render
from course.delivery.steps import fill
from course.people import versions
from course.people.models import CourseVersion
from course.replies import letter

_WORD = re.compile(r"\w+")
_MOST_COMPARED = 5_000
_LONGEST_LINE = 20_000
_FEWEST_WORDS = 3  # a shorter line may well be the person's own
_TAPBACK = re.compile(
    r"^\s*(?:Liked|Loved|Disliked|Laughed at|Emphasized|Questioned|Removed an? \w+ from)\s+[“\"](.*)[”\"]\s*$",
    re.DOTALL | re.IGNORECASE,
)


def normal(text: str) -> str:
    """Return the words of ``text`` alone, in small letters, one space between them."""
    return " ".join(_WORD.findall(text.casefold()))


def contains(sent: str, line: str) -> bool:
    """Return whether a line, at least three words long, stands in what we sent (``sent`` as `normal` writes it)."""
    if len(line) > _LONGEST_LINE:
        return False
    own = normal(line)
    return own.count(" ") >= _FEWEST_WORDS - 1 and f" {own} " in f" {sent} "


def remainder(text: str, sent: str) -> str:
    """Return the lines of ``text`` that we did not send; those very far down are not compared, and stay."""
    *lines, rest = [*text.split("\n", _MOST_COMPARED), ""][: _MOST_COMPARED + 1]
    kept = [line for line in lines if line.strip() and not contains(sent, line)]
    return "\n".join([*kept, rest] if rest else kept)


def words_for(message: Message | None, country: str, now: datetime) -> str:
    """Return all that a reply may quote: this mail, the lessons and the safety texts, as `normal` writes it."""
    course = versions.current()
    this = ""
    if message is not None and message.contact is not None:
        outgoing = render(message, now)
        if isinstance(outgoing, Mail):
            this = normal(letter.words(letter.open_letter(outgoing.content)))
    return f"{this} {_of_course(course.version, country or course.clinic.country)}"


def echoed(text: str, course: Course) -> bool:
    """Return whether a text is a phone's "Liked “…”" around one of ours: all of ours begin with the clinic."""
    found = _TAPBACK.match(text)
    return bool(found) and normal(found[1] if found else "").startswith(normal(course.clinic.name))


@lru_cache(maxsize=16)
def _of_course(version: str, country: str) -> str:
    return words_of(versions.course_of(CourseVersion.objects.get(content_hash=version)), country)


@lru_cache(maxsize=16)
def words_of(course: Course, country: str) -> str:
    """Return what any mail of a course may hold, as `normal` writes it: its lessons and its safety texts."""
    numbers = course.emergency(country)
    slots = {"clinic": course.clinic.name, "emergency": numbers.emergency or ANY_COUNTRY}
    lessons = [to_plain(fill(lesson.body, course, country)) for lesson in course.lessons.values()]
    questions = [lesson.question.in_a_text() for lesson in course.lessons.values() if lesson.question]
    safety = [expand_safety(words, **slots) for each in course.safety_texts for words in (each.text, each.email)]
    return normal("\n".join(lessons + questions + safety))

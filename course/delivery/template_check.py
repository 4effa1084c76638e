"""A course in; a fault for each template or lesson that cannot be compiled, out. Needs no database and no person."""

import traceback
from collections.abc import Iterator
from functools import partial
from itertools import product

from django.conf import settings

from course import paths
from course.curriculum.faults import Fault
from course.curriculum.model import Course, Step
from course.delivery import steps
from course.delivery.digests import Entry
from course.delivery.splicing import CannotCompile, compile_template
from course.delivery.steps import Occasion
from course.delivery.values import Reader
from course.people.words import Channel, Form

_POSTS: list[Entry] = [
    {"post": 1, "lesson": "a-lesson", "name": "", "wording": "Is walking good for me?", "answer": "Yes. Walk daily."},
    {"post": 2, "lesson": "a-lesson", "name": "", "wording": "Thank you.", "answer": ""},
]


def faults(course: Course) -> list[Fault]:
    """Return one fault a file, for the first step, language and form at which it shows."""
    found: dict[str, Fault] = {}
    for forms in in_every_form(course):
        fault = next((fault for occasion in forms if (fault := _fault(occasion))), None)
        if fault:
            found.setdefault(fault.file, fault)
    return sorted(found.values())


def in_every_form(course: Course) -> Iterator[list[Occasion]]:
    """Yield what each step says, in each language, by each channel and part: in the standard form first."""
    languages = sorted({language for _, language in course.lessons} | {code for code, _ in settings.LANGUAGES})
    for step, language, channel in product(course.steps, languages, Channel.values):
        posts = steps.frozen(_POSTS) if step.kind == "digest" else ()
        readers = [Reader(language, course.clinic.country, form) for form in Form.values]
        for part in range(1, _parts(course, step, language, channel) + 1):
            yield [Occasion(course, course, step.id, channel, part, reader, posts) for reader in readers]


def _parts(course: Course, step: Step, language: str, channel: str) -> int:
    return len(course.lesson(step.lesson, language).texts) if step.lesson and channel == Channel.SMS else 1


def _fault(occasion: Occasion) -> Fault | None:
    at = f"step {occasion.step_id}, {occasion.reader.language}, {occasion.reader.form} form"
    try:
        compile_template(partial(steps.write, occasion))
    except CannotCompile as refused:
        fix = "Use a person's own link whole and unchanged, and nothing random."
        return Fault(_file(occasion, refused.parts), 1, f"{refused} ({at})", fix)
    except Exception as error:
        file, line = _place(error) or (_words_file(occasion), 1)
        return Fault(
            file, line, f"this cannot be rendered ({at}): {error}", "Use only values that this template is given."
        )
    return None


def _file(occasion: Occasion, parts: tuple[str, ...]) -> str:
    """Return the file at fault: what differs in both parts of a mail comes from the words they are made from."""
    if occasion.channel == Channel.EMAIL and parts == ("html",):
        return "templates/email/layout.html"
    if occasion.channel == Channel.EMAIL and parts == ("plain",):
        return "templates/email/layout.txt"
    return _words_file(occasion)


def _words_file(occasion: Occasion) -> str:
    if occasion.channel == Channel.EMAIL:
        return f"templates/email/{occasion.step.kind}.txt"
    if occasion.step.lesson is None:
        return "templates/sms/digest.txt"
    lesson = occasion.course.lesson(occasion.step.lesson, occasion.reader.language)
    return f"lessons/{lesson.language}/{lesson.slug}.md"


def _place(error: Exception) -> tuple[str, int] | None:
    """Return the template and line an error came from: Jinja2 puts both into the trace."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(str(paths.templates())):
            return f"templates/{frame.filename.removeprefix(str(paths.templates())).lstrip('/')}", frame.lineno or 1
    return None

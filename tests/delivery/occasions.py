"""Two versions of a course, everything they say, and invented people to say it to. No database is needed."""

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from course.curriculum.model import Course
from course.curriculum.parse import parse_course
from course.delivery import template_check
from course.delivery.slots import Slots, dated
from course.delivery.steps import Occasion
from course.delivery.values import Reader
from tests.factories import course_files

START = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
SPANISH = """---
title: Dos clases de dolor en las piernas
subject: "Su próxima lección: ¿qué pregunto?"
minutes: 3
action: Pregunte a su médico.
texts:
  - "{clinic}. Lección {number} de {count}. Llame al {emergency} en una emergencia."
review: {name: "", role: "", on: "", content_hash: ""}
---

¿Cómo está? 1 = uno. ñandú-ñandú-ñandú-ñandú-ñandú-ñandú-ñandú-ñandú-ñandú-ñandú-ñandú-ñandú. Llame al {emergency}.

## ¿Cuándo pido ayuda?

From here on: a line that begins with "From", one with a dot, one with a dash.

. Punto.

-- raya
"""


@lru_cache(maxsize=1)
def courses() -> tuple[Course, Course]:
    """Return the shipped course, and a later version of it that has a Spanish lesson too."""
    first = parse_course(course_files()).course
    second = parse_course(course_files() | {"lessons/es/two-kinds.md": SPANISH}).course
    assert first
    assert second
    return first, second


@lru_cache(maxsize=1)
def everything() -> tuple[Occasion, ...]:
    """Return each step of both versions in each language, form, channel and part; readers of the first are abroad."""
    first, second = ([each for forms in template_check.in_every_form(course) for each in forms] for course in courses())
    abroad = [Reader(each.reader.language, "GB", each.reader.form) for each in first]
    pinned = [replace(each, newest=courses()[1], reader=reader) for each, reader in zip(first, abroad, strict=True)]
    return (*pinned, *second)


def person(number: int, message: int = 0, channel: str = "email") -> Slots:
    """Return the slots of one person's message: the same each time, and alike for no two."""
    return Slots(
        address=f"person{number}@example.org" if channel == "email" else f"+1{2_000_000_000 + number}",
        message_id=f"{_token('message', message)}@course.example.org",
        reply_token=_token("reply", message),
        bounce_token=_token("bounce", message),
        stop_token=_token("stop", number),
        date=dated(START + timedelta(seconds=message)),
    )


def _token(kind: str, number: int) -> str:
    digest = hashlib.sha256(f"{kind} {number}".encode()).digest()
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()

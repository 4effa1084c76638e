"""A finished demo in; its figures out, judged from what the sandbox received."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from course.curriculum.model import Course
from course.sandbox import judge
from course.sandbox.cast import Cast
from course.sandbox.config import Sandbox
from course.sandbox.inbound import Outcome
from course.sandbox.people import Person
from course.sandbox.seen import Seen, mails_seen, texts_seen

_EXPECTED_NOTICE = {"stopped": "no more lessons", "safety": "may need help now", "received": "got your message"}


@dataclass(frozen=True)
class Played:
    """What a demo was: the course, its people, when it began (course time) and its first moment (unix time)."""

    course: Course
    people: tuple[Person, ...]
    start: datetime
    began: float


def make(sandbox: Sandbox, cast: Cast, played: Played) -> dict[str, Any]:
    """Return the figures that `course demo --json` prints."""
    seen = [*mails_seen(sandbox.store.mails()), *texts_seen(sandbox.store.texts())]
    figures = dict.fromkeys(("lost", "late", "after_stop", "outside_window"), 0)
    for person in played.people:
        for name, count in _of_person(sandbox, cast, played, person, seen).items():
            figures[name] += count
    first = min((each.received for each in seen if each.lesson), default=None)
    return {
        "people": len(played.people),
        "messages": judge.by_class(seen),
        "replies": sum(outcome.accepted for _person, outcome in cast.outcomes),
        "posts": _posts(sandbox, cast, played, seen),
        "duplicates": judge.duplicates(seen),
        **figures,
        "errors": len(cast.refusals()) + len(sandbox.store.callbacks.given_up()),
        "first_lesson_s": round(first - played.began, 1) if first else None,
    }


def _of_person(sandbox: Sandbox, cast: Cast, played: Played, person: Person, seen: list[Seen]) -> dict[str, int]:
    theirs = [each for each in seen if each.address == person.address]
    stop = next((o for p, o in cast.outcomes if p is person and person.stops), None)
    typed = sandbox.store.typed(stop.typed_id) if stop else None
    expected = judge.expected_lessons(played.course, person, played.start, typed.course_time if typed else None)
    return {
        "lost": judge.lost(expected, theirs) + _missing_notices(cast, person, theirs),
        "late": judge.late(expected, theirs),
        "after_stop": judge.after_stop(theirs, typed.received_machine if typed else None),
        "outside_window": judge.outside_window(played.course, person, theirs),
    }


def _missing_notices(cast: Cast, person: Person, theirs: list[Seen]) -> int:
    """Count replies that did not bring their notice: a stop its confirmation, all else a receipt or safety text."""
    if not _replied(cast, person):
        return 1
    wanted = [_EXPECTED_NOTICE["stopped"]] if person.stops else [_EXPECTED_NOTICE[k] for k in ("safety", "received")]
    return int(not any(words in each.words for words in wanted for each in theirs))


def _replied(cast: Cast, person: Person) -> list[Outcome]:
    return [outcome for each, outcome in cast.outcomes if each is person and outcome.accepted]


def _posts(sandbox: Sandbox, cast: Cast, played: Played, seen: list[Seen]) -> dict[str, int]:
    """Count posts as the outside sees them: on the public pages, answered in a mailbox, or neither."""
    slugs = {step.lesson for step in played.course.steps if step.lesson}
    pages = [requests.get(f"{sandbox.config.public_url}/lessons/{slug}/", timeout=15).text for slug in sorted(slugs)]
    published = sum(page.count('id="question-') for page in pages)
    answered = sum("about your question" in each.words or "Our answer to your question" in each.words for each in seen)
    asked = sum(bool(_replied(cast, person)) and not person.stops for person in played.people)
    return {"published": published, "answered": answered, "held": max(0, asked - published - answered)}

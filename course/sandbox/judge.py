"""What the sandbox received in; the demo's figures out. Nothing here reads the course's tables."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from course.curriculum import timetable
from course.curriculum.model import Course
from course.sandbox.people import Person
from course.sandbox.seen import Seen

LATE_AFTER = timedelta(minutes=5)
STOP_GRACE_SECONDS = 2.0


def duplicates(seen: Iterable[Seen]) -> int:
    """Count copies beyond the first of one message to one address."""
    counts = Counter((each.address, each.key) for each in seen)
    return sum(count - 1 for count in counts.values())


def expected_lessons(
    course: Course, person: Person, start: datetime, stopped_at: datetime | None
) -> dict[tuple[int, int], datetime]:
    """Return (lesson, part) to the instant its lesson is due, for everything due before the person stopped."""
    zone = ZoneInfo(person.zone)
    first_day = start.astimezone(course.zone).date()
    day_zero = timetable.day_zero(start, first_day, course.steps, zone, course.window, course.join)
    expected: dict[tuple[int, int], datetime] = {}
    for step in course.steps:
        due = timetable.due(step, day_zero, zone, course.window).utc
        if step.lesson is None or step.number is None or (stopped_at and due > stopped_at):
            continue
        parts = len(course.lesson(step.lesson, "en").texts) if person.channel == "sms" else 1
        expected |= {(step.number, part): due for part in range(1, parts + 1)}
    return expected


def lost(expected: dict[tuple[int, int], datetime], seen: Sequence[Seen]) -> int:
    """Count expected lesson parts that never came."""
    came = {(each.lesson, each.part) for each in seen}
    return sum(part not in came for part in expected)


def late(expected: dict[tuple[int, int], datetime], seen: Sequence[Seen]) -> int:
    """Count lesson parts that came more than five minutes, and a minute a part, after they were due."""
    found = 0
    for each in seen:
        due = expected.get((each.lesson or 0, each.part))
        found += due is not None and each.at > due + LATE_AFTER + timedelta(minutes=each.part - 1)
    return found


def outside_window(course: Course, person: Person, seen: Iterable[Seen]) -> int:
    """Count course messages that came outside the person's window, by the clock where they are."""
    zone = ZoneInfo(person.zone)
    return sum(
        each.message_class == "course" and timetable.window_end(each.at, zone, course.window) is None for each in seen
    )


def after_stop(seen: Iterable[Seen], acknowledged: float | None) -> int:
    """Count course messages that came more than two seconds (unix time) after a stop was acknowledged."""
    if acknowledged is None:
        return 0
    return sum(each.message_class == "course" and each.received > acknowledged + STOP_GRACE_SECONDS for each in seen)


def by_class(seen: Iterable[Seen]) -> dict[str, dict[str, dict[str, int]]]:
    """Count messages by class, channel and state."""
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for each in seen:
        states = counts.setdefault(each.message_class, {}).setdefault(each.channel, {})
        states[each.state] = states.get(each.state, 0) + 1
    return counts

"""In: who is on call, their hours, who covers for them, and an instant. Out: who is on duty, and who is next.

An emergency must reach somebody. So nobody on duty means everybody on call, then the leads, then whoever can be
spared; only when none of them has an address is the answer empty.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from course.curriculum.hours import local_instant
from course.curriculum.model import ReadingHours
from course.curriculum.values import ClockTime, Row, Weekdays, Zone

_DAY = timedelta(days=1)
_LOOK_AHEAD = 8  # days: a week of shifts, and the day one of them may reach into


class _HoursRow(Row):
    """Hours as they are kept: {"days": "mon-fri", "from": "09:00", "to": "17:00", "zone": "America/Chicago"}."""

    days: Weekdays
    start: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="to")
    zone: Zone


_HOURS = TypeAdapter(_HoursRow)


@dataclass(frozen=True)
class Person:
    """One of the staff as on-call sees them. Without hours they are always on duty; ``spare`` is asked last of all."""

    key: int
    hours: ReadingHours | None = None
    cover: int | None = None
    reachable: bool = True
    on_call: bool = True
    lead: bool = False
    spare: bool = False


def read_hours(given: Mapping[str, Any]) -> ReadingHours | None:
    """Return hours from their kept form; None for none. Raises ValueError with a sentence for each fault.

    ``to`` at or before ``from`` reaches into the next day; a day names the day on which a shift begins.
    """
    found = faults(given)
    if found:
        raise ValueError(" ".join(f"{name}: {sentence}" for name, sentence in found.items()))
    row = _HOURS.validate_python(dict(given)) if given else None
    return ReadingHours(row.days, row.start, row.end, row.zone) if row else None


def faults(given: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with hours in their kept form, a sentence for each part that has a fault."""
    if not given:
        return {}
    try:
        _HOURS.validate_python(dict(given))
    except ValidationError as found:
        return {str(fault["loc"][0]): _sentence(dict(fault)) for fault in found.errors()}
    return {}


def inside(hours: ReadingHours, instant: datetime) -> bool:
    """Return whether the clock on the wall stands inside these hours."""
    local = instant.astimezone(hours.zone)
    wall, today = local.time(), local.weekday()
    if hours.start < hours.end:
        return today in hours.days and hours.start <= wall < hours.end
    return (today in hours.days and wall >= hours.start) or ((today - 1) % 7 in hours.days and wall < hours.end)


def on_duty(people: Sequence[Person], instant: datetime) -> list[int]:
    """Return the keys of those an emergency goes to at ``instant``; empty only when nobody at all can be reached."""
    known = {person.key: person for person in people}
    listed = [person for person in people if person.on_call]
    there = [_stands_for(person, known, instant) for person in listed]
    covers = [known[person.cover] for person in listed if person.cover in known]
    steps: tuple[Iterable[Person | None], ...] = (
        there,
        [*listed, *covers],
        [person for person in people if person.lead],
        [person for person in people if person.spare],
    )
    return next((keys for step in steps if (keys := _reachable(step))), [])


def next_change(people: Sequence[Person], instant: datetime) -> tuple[datetime, list[int]] | None:
    """Return when others come on duty, and who; None when nothing changes within the week."""
    before = on_duty(people, instant)
    for moment in sorted({each for person in people if person.hours for each in _edges(person.hours, instant)}):
        after = on_duty(people, moment)
        if moment > instant and after != before:
            return moment, after
    return None


def _stands_for(person: Person, known: Mapping[int, Person], instant: datetime) -> Person | None:
    """Return the person when they are there, else whoever covers for them, else nobody."""
    asked: set[int] = set()
    one: Person | None = person
    while one is not None and one.key not in asked:
        if one.reachable and (one.hours is None or inside(one.hours, instant)):
            return one
        asked.add(one.key)
        one = known.get(one.cover) if one.cover is not None else None
    return None


def _reachable(people: Iterable[Person | None]) -> list[int]:
    return list(dict.fromkeys(person.key for person in people if person and person.reachable))


def _edges(hours: ReadingHours, instant: datetime) -> Iterable[datetime]:
    """Return the instants of the days ahead at which a shift begins or ends."""
    today = instant.astimezone(hours.zone).date()
    for ahead in range(_LOOK_AHEAD):
        for at in (hours.start, hours.end):
            yield local_instant(today + ahead * _DAY, at, hours.zone)


def _sentence(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "missing":
        return "This is missing. Hours need days, from, to and a zone, or none of them."
    if fault["type"] == "extra_forbidden":
        return "This is no part of hours. They have days, from, to and a zone."
    return f"{fault['msg']}. {fault.get('ctx', {}).get('fix', '')}".strip()

"""In: a word of a course file, such as "3d" or "mon-fri". Out: a typed value, or what is wrong and what is
right.
"""

import re
from datetime import date, time, timedelta
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from course.curriculum.faults import nearest
from course.curriculum.model import Review

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _refuse(what: str, fix: str) -> NoReturn:
    raise PydanticCustomError("course_value", "{what}", {"what": what, "fix": fix})


def _clock_time(value: Any) -> time:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", str(value))
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        _refuse(f'"{value}" is not a time of day', 'Write hours and minutes from "00:00" to "23:59".')
    return time(int(match[1]), int(match[2]))


def _duration(value: Any) -> timedelta:
    match = re.fullmatch(r"([1-9]\d{0,3})([mhd])", str(value))
    if match is None:
        _refuse(f'"{value}" is not a length of time', "Write minutes, hours or days, as in 30m, 12h or 3d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _zone(value: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
    offer = nearest(str(value), known) if value else ""
    fix = offer if offer.startswith("Did") else "Write a zone of the IANA list, as in America/Chicago."
    _refuse(f'"{value}" is not a time zone', fix)


def _weekdays(value: Any) -> frozenset[int]:
    parts = value if isinstance(value, list) else str(value).split(",")
    days: set[int] = set()
    for part in parts:
        ends = [end.strip().lower() for end in str(part).split("-")]
        if len(ends) > 2 or any(end not in _DAYS for end in ends):
            _refuse(f'"{part}" is not a day or a run of days', f"Write mon-fri, or some of {', '.join(_DAYS)}.")
        first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
        days |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return frozenset(days)


def _working_days(value: Any) -> int:
    match = re.fullmatch(r"(\d{1,2}) working days?", str(value))
    if match is None:
        _refuse(f'"{value}" is not a number of working days', "Write it as in: 2 working days.")
    return int(match[1])


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        _refuse(f'"{value}" is not a date', "Write year, month and day, as in 2026-11-23.")


def _day_or_empty(value: Any) -> date | None:
    return None if value == "" else _day(value)


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Blank = Annotated[str, StringConstraints(strip_whitespace=True)]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Weekdays = Annotated[frozenset[int], BeforeValidator(_weekdays)]
WorkingDays = Annotated[int, BeforeValidator(_working_days)]
Day = Annotated[date, BeforeValidator(_day)]


def _slug(value: Any) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", str(value)) or len(str(value)) > 64:
        _refuse(f'"{value}" is not an id', "Write small letters, digits and single dashes, at most 64.")
    return str(value)


Slug = Annotated[str, BeforeValidator(_slug)]


class Row(BaseModel):
    """A group of keys in a course file: no key that is not known, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class ReviewRow(Row):
    """A signature as a file holds it; shipped with all four empty."""

    name: Blank
    role: Blank
    on: Annotated[date | None, BeforeValidator(_day_or_empty)]
    content_hash: Annotated[str, StringConstraints(strip_whitespace=True), Field(max_length=64)]

    def review(self) -> Review:
        """Return it as the plain value the rest of the course reads."""
        return Review(self.name, self.role, self.on, self.content_hash)

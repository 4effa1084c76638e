"""In: schedule.yaml. Out: clinic, hours, window, rules and steps, or every fault in them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from course.curriculum.document import Document, Place
from course.curriculum.model import CatchUp, Clinic, Join, ReadingHours, Step, Window
from course.curriculum.values import (
    Blank,
    ClockTime,
    Duration,
    Row,
    Slug,
    Weekdays,
    Words,
    WorkingDays,
    Zone,
)


class ClinicRow(Row):
    """The group `clinic`."""

    name: Words
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    phone: Annotated[str, StringConstraints(pattern=r"^\+[0-9][0-9 ()-]{5,}$")]
    relay: Blank
    postal: Words
    sample: bool = False


class HoursRow(Row):
    """The group `reading_hours`."""

    days: Weekdays
    start: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="to")
    zone: Zone


class WindowRow(Row):
    """The group `window`; without `sunday_from` Sundays open like other days."""

    start: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="to")
    sunday: ClockTime | None = Field(alias="sunday_from", default=None)


class StepRow(Row):
    """One entry of `steps`."""

    id: Slug
    lesson: Slug | None = None
    digest: Literal["all"] | None = None
    day: Annotated[int, Field(ge=0, le=3650)]
    at: ClockTime
    expires: Duration


KEYS = (
    "course",
    "clinic",
    "reading_hours",
    "answer_within",
    "zone",
    "window",
    "join",
    "catch_up",
    "steps",
)
_TYPES: dict[str, TypeAdapter[Any]] = {
    "course": TypeAdapter(Slug),
    "clinic": TypeAdapter(ClinicRow),
    "reading_hours": TypeAdapter(HoursRow),
    "answer_within": TypeAdapter(WorkingDays),
    "zone": TypeAdapter(Zone),
    "window": TypeAdapter(WindowRow),
    "join": TypeAdapter(Join),
    "catch_up": TypeAdapter(CatchUp),
}
_STEP = TypeAdapter(StepRow)


@dataclass(frozen=True)
class ScheduleFile:
    """What schedule.yaml says. A part with a fault is None (or left out of ``steps``); ``used`` names its
    lessons.
    """

    values: dict[str, Any]
    steps: tuple[Step, ...]
    used: dict[str, Place]


def read_schedule(doc: Document, countries: Collection[str]) -> ScheduleFile:
    """Read the whole schedule and note every fault in ``doc``; ``countries`` are those safety.yaml knows."""
    if doc.data is None:
        return ScheduleFile({}, (), {})
    doc.check_keys((), KEYS)
    given = [key for key in _TYPES if doc.value((key,)) is not None]
    values = {key: doc.read((key,), _TYPES[key]) for key in given}
    values |= {"clinic": _clinic(doc, values.get("clinic"), countries)}
    values |= {
        "window": _window(doc, values.get("window")),
        "reading_hours": _hours(doc, values.get("reading_hours")),
    }
    rows = _step_rows(doc)
    _check_steps(doc, rows, values["window"])
    used = {str(doc.value((*place, "lesson"))): (*place, "lesson") for place in reversed(doc.entries(("steps",)))}
    used.pop("None", None)
    return ScheduleFile(values, _steps([row for _, row in rows]), used)


def _clinic(doc: Document, row: ClinicRow | None, countries: Collection[str]) -> Clinic | None:
    if row is None:
        return None
    if countries and row.country not in countries:
        what = f"`clinic.country`: lessons/safety.yaml has no numbers for {row.country}"
        fix = f"Add {row.country} to lessons/safety.yaml, or use one of {', '.join(sorted(countries))}."
        doc.fault(("clinic", "country"), what, fix)
    return Clinic(row.name, row.country, row.phone, row.relay, row.postal, row.sample)


def _hours(doc: Document, row: HoursRow | None) -> ReadingHours | None:
    if row is None:
        return None
    if row.start >= row.end:
        doc.fault(("reading_hours", "from"), *_backwards("reading_hours.from", row.start, row.end))
    return ReadingHours(row.days, row.start, row.end, row.zone)


def _window(doc: Document, row: WindowRow | None) -> Window | None:
    if row is None:
        return None
    sunday = row.start if row.sunday is None else row.sunday
    for key, opens in (("from", row.start), ("sunday_from", sunday)):
        if opens >= row.end and (key == "from" or row.sunday is not None):
            doc.fault(("window", key), *_backwards(f"window.{key}", opens, row.end))
    return Window(row.start, row.end, sunday)


def _backwards(key: str, opens: Any, closes: Any) -> tuple[str, str]:
    return f"`{key}` is {opens:%H:%M}, not before `to` at {closes:%H:%M}", "Open earlier or close later."


def _step_rows(doc: Document) -> list[tuple[Place, StepRow]]:
    places = doc.entries(("steps",))
    if doc.value(("steps",)) is not None and not (places and isinstance(places[0][-1], int)):
        doc.fault(("steps",), "`steps` lists no step", "Write at least one, as in `- {id: ..., lesson: ..., ...}`.")
        return []
    rows = [(place, doc.read(place, _STEP)) for place in places]
    return [(place, row) for place, row in rows if row is not None]


def _check_steps(doc: Document, rows: list[tuple[Place, StepRow]], window: Window | None) -> None:
    ids: dict[str, int] = {}
    for place in doc.entries(("steps",)):
        id_place = (*place, "id")
        name = doc.value(id_place)
        if isinstance(name, str) and name in ids:
            what = f"the id `{name}` is used twice, first on line {ids[name]}"
            doc.fault(id_place, what, "Give each step its own id.")
        elif isinstance(name, str):
            ids[name] = doc.line(id_place)
    last: StepRow | None = None
    for place, row in rows:
        _check_step(doc, place, row, window)
        last = _check_order(doc, place, row, last)


def _check_step(doc: Document, place: Place, row: StepRow, window: Window | None) -> None:
    if (row.lesson is None) == (row.digest is None):
        what = f"step `{row.id}` needs either a lesson or a digest"
        doc.fault(place, what, "Write `lesson: <name>` or `digest: all`, one of the two.")
    if window is not None and window.start < window.end and not window.start <= row.at < window.end:
        what = f"step `{row.id}` is at {row.at:%H:%M}, outside the window"
        doc.fault((*place, "at"), what, f"Use a time from {window.start:%H:%M} up to {window.end:%H:%M}.")


def _check_order(doc: Document, place: Place, row: StepRow, last: StepRow | None) -> StepRow:
    """Return the step that the next one must come after."""
    if last is None:
        return row
    if (row.day, row.at) == (last.day, last.at):
        what = f"steps `{last.id}` and `{row.id}` fall on the same day and time"
        doc.fault((*place, "at"), what, "Give one of them another day or time.")
    elif (row.day, row.at) < (last.day, last.at):
        what = f"step `{row.id}` comes before `{last.id}` in time, but after it in the list"
        doc.fault((*place, "day"), what, "List the steps in the order in which they go out.")
        return last
    return row


def _steps(rows: list[StepRow]) -> tuple[Step, ...]:
    steps: list[Step] = []
    number = 0
    for row in rows:
        number += row.lesson is not None
        kind: Literal["lesson", "digest"] = "digest" if row.lesson is None else "lesson"
        mine = number if row.lesson is not None else None
        steps.append(Step(row.id, kind, row.lesson, row.day, row.at, row.expires, mine))
    return tuple(steps)

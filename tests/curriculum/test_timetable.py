"""When steps fall due: never outside the window, never early, on every kind of clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.curriculum.model import ReadingHours, Step, Window
from course.curriculum.timetable import answer_by, day_zero, due, local_instant, next_opening, window_end

DAY_WINDOW = Window(time(9), time(20), time(12))
CHICAGO = ZoneInfo("America/Chicago")

# One for each kind of rule: plain daylight saving, half an hour of it, odd offsets, none, changes at midnight,
# a negative season, and a whole day left out.
ZONES = [
    "America/Chicago",
    "Europe/London",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/Havana",
    "Africa/Cairo",
    "Pacific/Chatham",
    "Europe/Dublin",
    "America/Phoenix",
    "UTC",
]
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(2011, 1, 1), date(2027, 12, 31))
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
instants = st.datetimes(datetime(2011, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
quick = settings(max_examples=150, deadline=None)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Windows from one minute to a whole day, at any hour, night included."""
    start = draw(st.integers(0, 1438))
    end = draw(st.integers(start + 1, 1439))
    sunday = draw(st.integers(start, end - 1))
    return Window(*(time(minute // 60, minute % 60) for minute in (start, end, sunday)))


def step(day: int = 0, at: time = time(10), id_: str = "s") -> Step:
    return Step(id_, "lesson", "l", day, at, timedelta(days=3), 1)


def inside(instant: datetime, zone: ZoneInfo, window: Window) -> bool:
    local = instant.astimezone(zone)
    return window.opens(local.date()) <= local.time() < window.end


@quick
@given(days, times, zones)
def test_a_local_time_is_met_at_its_first_showing(day: date, at: time, zone: ZoneInfo) -> None:
    found = local_instant(day, at, zone)
    wall, asked = found.astimezone(zone).replace(tzinfo=None), datetime.combine(day, at)
    if wall == asked:
        earlier = [found - timedelta(minutes=back) for back in range(30, 181, 30)]
        assert all(one.astimezone(zone).replace(tzinfo=None) != asked for one in earlier)
    else:
        before = (found - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None)
        assert before < asked < wall


@quick
@given(days, times, zones, windows(), st.none() | times, st.integers(0, 400))
def test_due_is_inside_the_window_and_never_early(
    start: date, at: time, zone: ZoneInfo, window: Window, preferred: time | None, offset: int
) -> None:
    found = due(step(offset, at), start, zone, window, preferred)
    assert inside(found.utc, zone, window)
    wished = preferred is not None and window.start <= preferred < window.end
    asked = datetime.combine(start + timedelta(days=offset), preferred if wished and preferred else at)
    assert found.utc >= local_instant(asked.date(), asked.time(), zone)
    assert found.local.replace(tzinfo=None) >= asked
    assert found.local == found.utc
    if found.moved_by is None:
        assert found.local.replace(tzinfo=None) == asked


@quick
@given(instants, zones, windows())
def test_opening_and_end_agree(instant: datetime, zone: ZoneInfo, window: Window) -> None:
    opening = next_opening(instant, zone, window)
    assert opening >= instant
    assert inside(opening, zone, window)
    end = window_end(opening, zone, window)
    assert end is not None
    assert opening < end
    last = end - timedelta(seconds=1)
    assert inside(last, zone, window)
    assert (window_end(instant, zone, window) is None) == (opening != instant)


@quick
@given(instants, days, zones, st.integers(0, 5), times)
def test_a_late_joiner_gets_the_first_step_still_to_come(
    joined: datetime, start: date, zone: ZoneInfo, offset: int, at: time
) -> None:
    first = step(offset, at)
    zero = day_zero(joined, start, [first, step(offset + 3)], zone, DAY_WINDOW, "from_start")
    assert zero >= start
    assert due(first, zero, zone, DAY_WINDOW).utc >= joined
    if zero > start:
        assert due(first, zero - timedelta(days=1), zone, DAY_WINDOW).utc < joined


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        ("America/Chicago", date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 8, 0, tzinfo=UTC)),
        ("America/Chicago", date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("America/Havana", date(2026, 3, 8), time(0, 15), datetime(2026, 3, 8, 5, 0, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 30), time(10), datetime(2011, 12, 30, 10, 0, tzinfo=UTC)),
        ("Asia/Kathmandu", date(2026, 6, 1), time(10), datetime(2026, 6, 1, 4, 15, tzinfo=UTC)),
    ],
)
def test_known_nights(zone: str, day: date, at: time, utc: datetime) -> None:
    assert local_instant(day, at, ZoneInfo(zone)) == utc


def test_what_moved_a_step_is_told() -> None:
    whole_day = Window(time(0), time(23, 59), time(0))
    sunday = date(2026, 3, 8)
    assert due(step(at=time(2, 30)), sunday, CHICAGO, whole_day).moved_by == "daylight saving"
    late = due(step(), sunday, CHICAGO, DAY_WINDOW)
    assert (late.moved_by, late.local.time()) == ("window", time(12))
    after_hours = due(step(at=time(21)), date(2026, 3, 9), CHICAGO, DAY_WINDOW)
    assert (after_hours.moved_by, after_hours.local.date()) == ("window", date(2026, 3, 10))
    assert due(step(), date(2026, 3, 9), CHICAGO, DAY_WINDOW).moved_by is None


def test_a_preferred_hour_wins_only_inside_the_window() -> None:
    monday = date(2026, 3, 9)
    assert due(step(), monday, CHICAGO, DAY_WINDOW, time(18)).local.time() == time(18)
    assert due(step(), monday, CHICAGO, DAY_WINDOW, time(20)).local.time() == time(10)
    assert due(step(), monday, CHICAGO, DAY_WINDOW, time(6)).local.time() == time(10)


def test_a_window_is_shut_at_its_end() -> None:
    closing = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    assert window_end(closing - timedelta(seconds=1), CHICAGO, DAY_WINDOW) == closing
    assert window_end(closing, CHICAGO, DAY_WINDOW) is None
    assert next_opening(closing, CHICAGO, DAY_WINDOW) == datetime(2026, 3, 10, 14, 0, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_not_open_before_the_window_the_second_time() -> None:
    night = Window(time(1, 30), time(5), time(1, 30))
    second_one_oclock = datetime(2026, 11, 1, 7, 10, tzinfo=UTC)
    assert window_end(second_one_oclock, CHICAGO, night) is None
    assert next_opening(second_one_oclock, CHICAGO, night) == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)


def test_a_cohort_joined_at_its_current_step_keeps_its_start() -> None:
    joined = datetime(2026, 5, 1, tzinfo=UTC)
    assert day_zero(joined, date(2026, 4, 1), [step()], CHICAGO, DAY_WINDOW, "at_current") == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("received", "days_given", "by"),
    [
        (datetime(2026, 11, 23, 16, tzinfo=UTC), 2, date(2026, 11, 25)),  # Monday, 10:00 in Chicago
        (datetime(2026, 11, 23, 12, tzinfo=UTC), 2, date(2026, 11, 25)),  # Monday, before hours
        (datetime(2026, 11, 23, 23, tzinfo=UTC), 2, date(2026, 11, 26)),  # Monday, at the close
        (datetime(2026, 11, 27, 16, tzinfo=UTC), 2, date(2026, 12, 1)),  # Friday
        (datetime(2026, 11, 28, 16, tzinfo=UTC), 1, date(2026, 12, 1)),  # Saturday
        (datetime(2026, 11, 23, 16, tzinfo=UTC), 0, date(2026, 11, 23)),
    ],
)
def test_the_day_by_which_a_person_answers(received: datetime, days_given: int, by: date) -> None:
    hours = ReadingHours(frozenset(range(5)), time(9), time(17), CHICAGO)
    assert answer_by(received, hours, days_given) == by

"""In: local intent (day, time, zone) or an instant. Out: UTC instants, opening hours and answer days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from course.curriculum.model import ReadingHours, Window

_ONE_DAY = timedelta(days=1)
# A whole local day can be missing (Apia, 30 December 2011), so look further ahead than tomorrow.
_LOOK_AHEAD = 9


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant at which clocks in ``zone`` show ``at`` on ``day``.

    A time that a spring night leaves out becomes the first valid minute after the gap; a time that comes
    twice is taken the first time (DESIGN section 4).
    """
    early, late = _both_folds(day, at, zone)
    if _wall(early, zone) == datetime.combine(day, at):
        return early
    return _up_to_minute(_transition(late, early, zone))


def next_opening(instant: datetime, zone: ZoneInfo, window: Window) -> datetime:
    """Return ``instant`` (UTC) when the window is open then, else the UTC instant of its next opening.

    Raises ValueError for a window that opens on none of the days ahead.
    """
    today = instant.astimezone(zone).date()
    for ahead in range(_LOOK_AHEAD):
        for opens, closes in _open_spans(today + ahead * _ONE_DAY, zone, window):
            if instant < closes:
                return max(instant.astimezone(UTC), opens)
    raise ValueError(f"The window {window.start}-{window.end} never opens.")


def window_end(instant: datetime, zone: ZoneInfo, window: Window) -> datetime | None:
    """Return the UTC instant, itself outside, at which the window open at ``instant`` closes; None when
    shut.
    """
    for opens, closes in _open_spans(instant.astimezone(zone).date(), zone, window):
        if opens <= instant < closes:
            return closes
    return None


def answer_by(received: datetime, hours: ReadingHours, working_days: int) -> date:
    """Return the local date in ``hours.zone`` by which a person answers what came in at ``received``.

    Reading days are the working days. What comes in before reading hours end on such a day counts from that day;
    anything later counts from the next reading day. Raises ValueError when nobody reads on any day.
    """
    if not hours.days:
        raise ValueError("Reading hours need at least one day.")
    local = received.astimezone(hours.zone)
    day = local.date()
    if local.time() >= hours.end:
        day += _ONE_DAY
    day = _reading_day(day, hours)
    for _ in range(working_days):
        day = _reading_day(day + _ONE_DAY, hours)
    return day


def _reading_day(day: date, hours: ReadingHours) -> date:
    while day.weekday() not in hours.days:
        day += _ONE_DAY
    return day


def _open_spans(day: date, zone: ZoneInfo, window: Window) -> list[tuple[datetime, datetime]]:
    """Return the UTC spans of local ``day`` in which the clock on the wall stands inside the window."""
    opens = local_instant(day, window.opens(day), zone)
    closes = local_instant(day, window.end, zone)
    first, second = _both_folds(day, window.opens(day), zone)
    spans = [(opens, closes)]
    if first < second:
        # The opening time comes twice: between the two, clocks show an hour before the window for a
        # second time.
        spans = [(opens, min(_transition(first, second, zone), closes)), (second, closes)]
    return [span for span in spans if span[0] < span[1]]


def _both_folds(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the two readings of a wall time in UTC: equal, or first < second when doubled, > when left
    out.
    """
    wall = datetime.combine(day, at.replace(fold=0), tzinfo=zone)
    return wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _transition(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first whole second in (before, after] that has the offset of ``after``, by halving."""
    offset = after.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return before + timedelta(seconds=high)


def _up_to_minute(instant: datetime) -> datetime:
    spare = timedelta(seconds=instant.second, microseconds=instant.microsecond)
    return instant if not spare else instant - spare + timedelta(minutes=1)

"""In: steps, a day zero, a zone, a window. Out: when each step falls due, and what becomes of late ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from course.curriculum.hours import answer_by, local_instant, next_opening, window_end
from course.curriculum.model import Step, Window

__all__ = [
    "Decision",
    "Due",
    "answer_by",
    "catch_up",
    "day_zero",
    "due",
    "local_instant",
    "next_opening",
    "window_end",
]

# Under the rule "skip" a step this fresh counts as on time; the planner's tick is a few seconds.
ON_TIME = timedelta(hours=1)


@dataclass(frozen=True)
class Due:
    """When a step is due: the instant in UTC, the same in the person's zone, and what moved it, if anything
    did.
    """

    step_id: str
    utc: datetime
    local: datetime
    moved_by: str | None


@dataclass(frozen=True)
class Decision:
    """What happens to one overdue step. ``at`` is UTC: now for "send", the new due instant for "move"."""

    step_id: str
    action: Literal["send", "skip", "move"]
    reason: str
    at: datetime | None


def due(step: Step, day_zero: date, zone: ZoneInfo, window: Window, preferred: time | None = None) -> Due:
    """Return when ``step`` is due for a person whose first day is ``day_zero``; always inside the window.

    A preferred hour inside the window wins over the step's own. When the window is shut at that time (a late
    Sunday opening, a missing day), the step moves to the next opening. ``moved_by`` is "daylight saving"
    when the wall time does not exist that day, else "window" when the window moved it, else None.
    """
    wished = preferred is not None and window.start <= preferred < window.end
    at = preferred if preferred is not None and wished else step.at
    day = day_zero + timedelta(days=step.day)
    asked = local_instant(day, at, zone)
    utc = next_opening(asked, zone, window)
    in_gap = asked.astimezone(zone).replace(tzinfo=None, fold=0) != datetime.combine(day, at)
    moved_by = "daylight saving" if in_gap else "window" if utc != asked else None
    return Due(step.id, utc, utc.astimezone(zone), moved_by)


def day_zero(
    joined_at: datetime,
    cohort_start: date,
    steps: Sequence[Step],
    zone: ZoneInfo,
    window: Window,
    join: str,
    preferred: time | None = None,
) -> date:
    """Return the local date from which a person's steps are counted.

    "at_current" keeps the cohort's own start. "from_start" takes the first local date, no earlier than
    that, whose first step is not yet past at ``joined_at``.
    """
    if join == "at_current" or not steps:
        return cohort_start
    first = min(steps, key=lambda step: (step.day, step.at))
    joined_on = joined_at.astimezone(zone).date()
    day = max(cohort_start, joined_on - timedelta(days=first.day + 1))
    while due(first, day, zone, window, preferred).utc < joined_at:
        day += timedelta(days=1)
    return day


def catch_up(overdue: Sequence[tuple[Step, Due]], rule: str, now: datetime) -> list[Decision]:
    """Decide what happens to steps that are due at ``now`` (UTC), given and returned in the schedule's order.

    A step older than its ``expires`` is skipped ("expired"). One step alone that has not expired is sent.
    Of several:

    - "spread": the first goes now, the others move, one a day from now; the planner takes ``at`` as the
      new due instant, puts it inside the window, and counts expiry from there;
    - "latest": the newest goes, the older are skipped ("late_newer_goes");
    - "skip": nothing late is made up ("late_skipped"); the newest still goes when it is less than an hour
      old.

    Raises ValueError for another rule.
    """
    if rule not in ("spread", "latest", "skip"):
        raise ValueError(f"Unknown catch-up rule: {rule}")
    live = [(step.id, when) for step, when in overdue if now < when.utc + step.expires]
    decided = {step.id: Decision(step.id, "skip", "expired", None) for step, _ in overdue}
    for place, (step_id, when) in enumerate(live):
        newest = place == len(live) - 1
        if len(live) == 1 or _goes_now(rule, place == 0, newest, now - when.utc):
            decided[step_id] = Decision(step_id, "send", "due", now)
        elif rule == "spread":
            decided[step_id] = Decision(step_id, "move", "late_spread", now + timedelta(days=place))
        else:
            reason = "late_newer_goes" if rule == "latest" else "late_skipped"
            decided[step_id] = Decision(step_id, "skip", reason, None)
    return list(decided.values())


def _goes_now(rule: str, oldest: bool, newest: bool, late: timedelta) -> bool:
    if rule == "spread":
        return oldest
    return newest and (rule == "latest" or late < ON_TIME)

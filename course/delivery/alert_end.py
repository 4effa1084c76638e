"""Somebody who has an alert in; the alert ended, and its repeats that have not gone out called off, out."""

from collections.abc import Iterable

from course import clock
from course.delivery import cancel
from course.people import alerts
from course.people.models import Alert


def end(found: Iterable[Alert], by: str) -> int:
    """End these alerts; return how many were still open. ``by`` is "staff:3", or alerts.ERASED."""
    return sum(_end(alert, by) for alert in found)


def of_reply(reply_id: int, by: str) -> int:
    """End whatever is open about one reply."""
    return end(list(alerts.standing().filter(reply=reply_id)), by)


def _end(alert: Alert, by: str) -> bool:
    if not alerts.end(alert, by, clock.machine_now()):
        return False
    cancel.notices_of(alerts.repeats_of(alert))
    return True

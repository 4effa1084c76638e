"""The alerts that nobody has in; each told again, or ended because what it was about was erased, out."""

from datetime import datetime

from django.db import transaction

from course.delivery import alert_end, cancel
from course.discussion.models import Post
from course.people import alerts
from course.people.models import Alert


def look(now: datetime, machine_now: datetime) -> int:
    """Tell again what is due; return how many were looked at. Course time for who is on duty, machine time for when."""
    found = alerts.due(machine_now)
    for alert in found:
        if _is_gone(alert):
            alert_end.end([alert], alerts.ERASED)
        else:
            _tell(alert, now, machine_now)
    return len(found)


@transaction.atomic
def _tell(alert: Alert, now: datetime, machine_now: datetime) -> None:
    """Tell it again in place of a repeat that could not go yet: after an outage nobody gets a night's worth at once."""
    if alerts.claim(alert, machine_now):
        cancel.notices_of(alerts.repeats_of(alert))
        alerts.tell(alert, now)


def _is_gone(alert: Alert) -> bool:
    return bool(alert.reply) and not Post.objects.filter(reply_id=alert.reply).exists()

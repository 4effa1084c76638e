"""Something urgent in; people on call told now, again every three minutes, and a lead too after three tries, out.

Repeats go by machine time, whatever the sandbox does with its clock. Each repeat is a notice of its own, "alert:7.3".
"""

import re
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from course import clock
from course.people import audit, on_call
from course.people.models import Alert
from course.people.words import AlertKind, NoticeKind

AGAIN_AFTER = timedelta(minutes=3)
TRIES_WITHOUT_LEAD = 3
_AT_A_TIME = 5  # repeats in one look: patients' own safety texts wait behind no more than these
_REPLY = re.compile(r"^reply:(\d+)")
ERASED = "erased"


@transaction.atomic
def begin(kind: AlertKind, subject_key: str, now: datetime, words: dict[str, Any], about: str = "") -> None:
    """Tell who is on duty, now; told of one subject twice, it stays one alert. ``now`` is course time.

    ``about`` is a subject key that begins with the reply's, "reply:12.emergency": whoever decides on that reply has
    this alert, too.
    """
    machine_now = clock.machine_now()
    reply = _REPLY.match(about or subject_key)
    alert, new = Alert.objects.get_or_create(
        subject_key=subject_key,
        defaults={
            "kind": kind,
            "reply": int(reply[1]) if reply else 0,
            "words": words,
            "opened_at": machine_now,
            "next_at": machine_now + AGAIN_AFTER,
        },
    )
    if new:
        tell(alert, now)


def due(machine_now: datetime) -> list[Alert]:
    """Return some of the alerts that nobody has and that must be told again, the longest silent first."""
    return list(standing().filter(next_at__lte=machine_now).order_by("next_at", "pk")[:_AT_A_TIME])


def claim(alert: Alert, machine_now: datetime) -> bool:
    """Take the next telling on; False when somebody has the alert meanwhile, or another worker tells it."""
    mine = standing().filter(pk=alert.pk, tries=alert.tries)
    if not mine.update(tries=F("tries") + 1, next_at=machine_now + AGAIN_AFTER):
        return False
    alert.tries += 1
    return True


@transaction.atomic
def end(alert: Alert, by: str, machine_now: datetime) -> bool:
    """Write down who has it; False when somebody else had it before. ``by`` is "staff:3", or ERASED."""
    if not standing().filter(pk=alert.pk).update(acknowledged_at=machine_now, acknowledged_by=by):
        return False
    audit.record("system" if by == ERASED else by, "alert_ended", f"alert:{alert.pk}")
    return True


def standing() -> QuerySet[Alert]:
    """Return the alerts that nobody has yet."""
    return Alert.objects.filter(acknowledged_at__isnull=True)


def repeats_of(alert: Alert) -> str:
    """Return what the subject keys of its repeats begin with; the first telling is not one of them."""
    return f"alert:{alert.pk}."


def tell(alert: Alert, now: datetime) -> None:
    """Tell who is on duty, and after three tries the leads, under this try's own key. Course time."""
    told = on_call.members(now)
    if alert.tries > TRIES_WITHOUT_LEAD:
        told = list({member.pk: member for member in [*told, *on_call.leads()]}.values())
    key = f"alert:{alert.pk}" if alert.tries == 1 else f"{repeats_of(alert)}{alert.tries}"
    on_call.tell_each(told, NoticeKind.URGENT, key, now, alert.words | {"alert": alert.pk})

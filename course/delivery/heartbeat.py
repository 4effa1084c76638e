"""A name in; when it was last seen at work, remembered in the database over any restart, out. Machine time."""

from datetime import UTC, datetime, timedelta

from django.db.models import Q

from course.delivery.models import Heartbeat

BEAT = "beat"
QUEUES = ("safety", "look", "ask", "course")
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
ONCE_A_SECOND = timedelta(seconds=1)


def beat(name: str, machine_now: datetime) -> None:
    """Write down that ``name`` is at work, at most once a second."""
    take(name, ONCE_A_SECOND, machine_now)


def take(name: str, every: timedelta, machine_now: datetime) -> bool:
    """Return whether it is our turn to do what is done once ``every``: of several who ask at one time, one gets it.

    A time further ahead than ``every`` was written by a process whose clock is wrong, and is not waited for.
    """
    recent = Q(seen_at__gt=machine_now - every, seen_at__lte=machine_now + every)
    rows = Heartbeat.objects.filter(name=name)
    if rows.filter(recent).exists():  # asked first: a write that changes nothing would keep other writers out
        return False
    if rows.exclude(recent).update(seen_at=machine_now):
        return True
    _row, first = Heartbeat.objects.get_or_create(name=name, defaults={"seen_at": machine_now})
    return first


def give_back(name: str) -> None:
    """End a turn: whoever asks next gets one at once."""
    Heartbeat.objects.filter(name=name).update(seen_at=_LONG_AGO)


def set_to(name: str, moment: datetime) -> None:
    """Remember ``moment`` under ``name``."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": moment})


def seen() -> dict[str, datetime]:
    """Return when each name was last seen."""
    return dict(Heartbeat.objects.values_list("name", "seen_at"))

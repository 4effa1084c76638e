"""The only place that asks the time. Course time may be turned by the sandbox; machine time never is.

Course time: due dates, windows, expiry, pauses, and every time a person sees.
Machine time: leases, back-off, pacing, on-call repeats, rate limits, sessions.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection

MOST_OFF = timedelta(seconds=30)


def machine_now() -> datetime:
    """Return this machine's time, UTC."""
    return datetime.now(UTC)


def is_off() -> bool:
    """Return whether this machine's clock differs from the database's by more than MOST_OFF.

    What a process with a wrong clock did would be outside people's hours (law 6). With SQLite there is one machine.
    """
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    return bool(abs(machine_now() - theirs) > MOST_OFF)


def course_now() -> datetime:
    """Return course time, UTC: the sandbox's turned clock where there is one, else machine time."""
    if not settings.SANDBOX:
        return machine_now()
    turned: datetime | None = _rows().values_list("instant", flat=True).first()
    return turned or machine_now()


def turn(instant: datetime) -> None:
    """Turn the sandbox clock to ``instant``. Raises RuntimeError outside the sandbox."""
    if not settings.SANDBOX:
        raise RuntimeError("The clock can only be turned in the sandbox.")
    _rows().update_or_create(pk=1, defaults={"instant": instant})


def is_turned() -> bool:
    """Return whether this database holds a turned clock, and so belongs to a sandbox."""
    return bool(_rows().exists())


def _rows() -> Any:
    return apps.get_model("course", "SandboxClock")._default_manager

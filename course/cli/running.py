"""Whether any program is at work on this database. A restore must be alone."""

from datetime import datetime, timedelta

from django.db import Error as DatabaseError
from django.db import connection

from course.delivery import heartbeat

_JUST_NOW = timedelta(seconds=15)


class NotAloneError(Exception):
    """Something else works on this installation. The message says what to stop."""


def nobody_at_work(machine_now: datetime) -> None:
    """Raises NotAloneError while workers of any machine use this database, or anybody is connected to it."""
    try:
        fresh = [name for name, seen in heartbeat.seen().items() if abs(machine_now - seen) < _JUST_NOW]
    except DatabaseError:  # no tables yet: nobody can be at work
        connection.close()
        fresh = []
    if fresh:
        raise NotAloneError(f"Workers are running: {', '.join(fresh)}. Stop them, and wait 15 seconds.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            others = cursor.fetchone()[0]
        if others:
            raise NotAloneError(f"{others} other connections use the database. Stop what holds them.")

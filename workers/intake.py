"""Understand the replies that were stored."""

from datetime import timedelta

from course import clock
from course.replies import intake
from workers.app import app

_BUDGET = timedelta(seconds=20)


@app.task
def look() -> None:
    """Understand what came in, batch by batch, until nothing is left or the time is up."""
    ends = clock.machine_now() + _BUDGET
    # Few at a time: large mails take seconds, and a look that overruns is killed with a reply half understood.
    while intake.understand_due(clock.machine_now(), clock.course_now(), 5):
        if clock.machine_now() > ends:
            return

"""Look for due enrolments and notice requests, and put them in the outbox."""

from datetime import timedelta

from course import clock
from course.delivery import notice_planning, planning
from workers.app import app

_BUDGET = timedelta(seconds=20)


@app.task
def look() -> None:
    """Plan what is due, batch by batch, until nothing is left or the time is up."""
    ends = clock.machine_now() + _BUDGET
    while notice_planning.plan_notices(clock.course_now()) + planning.plan_due(clock.course_now()):
        if clock.machine_now() > ends:
            return

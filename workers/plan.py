"""Look for due enrolments, notice requests and alerts, and put them in the outbox."""

from datetime import timedelta

from course import clock, doorbell, right_of_way
from course.delivery import notice_planning, planning
from course.discussion import alarm
from workers.app import app

_BUDGET = timedelta(seconds=2)


@app.task
@right_of_way.giving_way()
def look() -> None:
    """Plan due enrolments for a moment, and ring for whatever is left: others wait in this queue, too."""
    ends = clock.machine_now() + _BUDGET
    while planning.plan_due(clock.course_now()):
        if clock.machine_now() > ends:
            doorbell.ring("plan")
            return


@app.task
def notices() -> None:
    """Plan what rooms asked to be told, safety first."""
    while notice_planning.plan_notices(clock.course_now()):
        pass


@app.task
def alerts() -> None:
    """Tell people on call again of what nobody has yet."""
    alarm.look(clock.course_now(), clock.machine_now())

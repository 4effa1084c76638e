"""Look for due enrolments and notice requests, and put them in the outbox."""

from course import clock
from course.delivery import notice_planning, planning
from workers.app import app


@app.task
def look() -> None:
    """Plan what is due, batch by batch, until nothing is left."""
    while notice_planning.plan_notices(clock.course_now()) + planning.plan_due(clock.course_now()):
        pass

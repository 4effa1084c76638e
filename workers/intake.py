"""Understand the replies that were stored."""

from course import clock
from course.replies import intake
from workers.app import app


@app.task
def look() -> None:
    """Understand what came in, batch by batch, until nothing is left."""
    while intake.understand_due(clock.machine_now(), clock.course_now(), 50):
        pass

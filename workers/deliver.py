"""Hand over what is due. Safety has a queue and a worker of its own, so that nothing is ever in its way."""

import os
from datetime import timedelta

from course import clock
from course.delivery import sender
from course.people.words import MessageClass
from workers.app import app

_BUDGET = timedelta(seconds=20)
_CLOCKS = sender.Clocks(clock.course_now, clock.machine_now)


@app.task
def safety() -> None:
    """Hand over safety messages."""
    sender.drain([MessageClass.SAFETY], _worker(), _CLOCKS, _BUDGET)


@app.task
def direct() -> None:
    """Hand over direct messages."""
    sender.drain([MessageClass.DIRECT], _worker(), _CLOCKS, _BUDGET)


@app.task
def course() -> None:
    """Hand over course messages."""
    sender.drain([MessageClass.COURSE], _worker(), _CLOCKS, _BUDGET)


def _worker() -> str:
    return f"{os.uname().nodename}:{os.getpid()}"
